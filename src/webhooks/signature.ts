import { createHmac } from 'node:crypto';

/**
 * The signature of messages by Standard Webhooks 1.0.0 (standardwebhooks.com): symmetric, identifier `v1`. The id and the
 * timestamp hold no full stop, so that what is signed can be read in one way only.
 */

const SECRET_PREFIX = 'whsec_';
export const SECRET_BYTES = 32;

/** Between 24 and 64 random bytes, in the form in which receivers keep them. */
export function secretText(bytes: Uint8Array): string {
  return `${SECRET_PREFIX}${Buffer.from(bytes).toString('base64')}`;
}

export interface Message {
  /** The same for each attempt with one event. */
  id: string;
  body: Buffer;
}

/** The headers of one attempt, with a signature for each secret. */
export function signedHeaders({ id, body }: Message, secrets: readonly string[], at: Date): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
