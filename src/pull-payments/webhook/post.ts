import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { startDeadline } from '#platform/request-deadline.ts';
import { namesPrivateAddress, PrivateAddressError, publicLookup, type Resolve } from './address.ts';

/** How long a webhook may take to answer. */
export const ANSWER_WITHIN_MS = 10_000;

export interface WebhookCall {
  url: URL;
  body: Buffer;
  headers: Readonly<Record<string, string>>;
  /** Aborted when the delivery is given up. */
  signal: AbortSignal;
}

export interface PostOptions {
  /** Whether it may be in a network that is not public. */
  allowPrivate: boolean;
  answerWithinMs?: number;
  resolve?: Resolve;
}

export interface WebhookAnswer {
  status: number;
  /** As it was sent. */
  retryAfter: string | undefined;
}

/**
 * Posts the body of a webhook over a connection of its own. Only the head of the answer is read, and no redirect is
 * followed.
 * @throws {PrivateAddressError} and whatever the connection throws.
 */
export async function post(
  { url, body, headers, signal }: WebhookCall,
  { allowPrivate, answerWithinMs = ANSWER_WITHIN_MS, resolve }: PostOptions,
): Promise<WebhookAnswer> {
  if (!allowPrivate && namesPrivateAddress(url)) throw new PrivateAddressError();
  const deadline = startDeadline(answerWithinMs, signal);
  try {
    const answer = await new Promise<IncomingMessage>((resolveAnswer, reject) => {
      const makeRequest = url.protocol === 'https:' ? httpsRequest : httpRequest;
      makeRequest(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': body.byteLength },
        agent: false,
        signal: deadline.signal,
        ...(allowPrivate ? {} : { lookup: publicLookup(resolve) }),
      })
        .on('response', resolveAnswer)
        .on('error', reject)
        .end(body);
    });
    // What is left of the answer is of no interest, and may have no end.
    answer.destroy();
    return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
  } catch (error) {
    throw deadline.hasExpired() ? new Error(`It did not answer within ${answerWithinMs / 1000} s.`) : error;
  } finally {
    deadline.stop();
  }
}
