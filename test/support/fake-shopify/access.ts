import { randomBytes } from 'node:crypto';

/** How our app is let in: by a token that never expires, or by tokens issued for its id and secret. */
export type AccessOptions =
  | { kind: 'static'; token: string }
  | { kind: 'client_credentials'; clientId: string; clientSecret: string; lifetimeSeconds: number };

export interface Access {
  isValid(token: string | undefined): boolean;
  /** Answers POST /admin/oauth/access_token. */
  issue(form: URLSearchParams): { status: number; body: object };
  /** Makes every token issued so far invalid. */
  revokeAll(): void;
  /** How many tokens were asked for. */
  requests(): number;
  /** The tokens issued so far. */
  issued(): string[];
}

export function createAccess(options: AccessOptions): Access {
  const expiryByToken = new Map<string, number>();
  const issued: string[] = [];
  let requests = 0;
  return {
    isValid(token) {
      if (token === undefined) return false;
      if (options.kind === 'static') return token === options.token;
      return (expiryByToken.get(token) ?? 0) > Date.now();
    },
    issue(form) {
      requests += 1;
      if (options.kind === 'static') return { status: 400, body: { error: 'application_cannot_be_found' } };
      if (form.get('grant_type') !== 'client_credentials') {
        return { status: 400, body: { error: 'unsupported_grant_type' } };
      }
      if (form.get('client_id') !== options.clientId || form.get('client_secret') !== options.clientSecret) {
        return { status: 401, body: { error: 'invalid_client', error_description: 'unknown client' } };
      }
      const token = `shpat_${randomBytes(16).toString('hex')}`;
      expiryByToken.set(token, Date.now() + options.lifetimeSeconds * 1000);
      issued.push(token);
      const scope = 'read_orders,write_orders';
      return { status: 200, body: { access_token: token, scope, expires_in: options.lifetimeSeconds } };
    },
    revokeAll: () => expiryByToken.clear(),
    requests: () => requests,
    issued: () => [...issued],
  };
}
