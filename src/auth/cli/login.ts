import {
  type ApiClient,
  type ClientPorts,
  createApiClient,
  type Login,
  type Signer,
  tokenHeaders,
  unexpectedAnswer,
} from '#platform/cli/api-client.ts';
import { callServer, type ServerAnswer, ServerRefusal } from '#platform/cli/server-call.ts';
import { addressToBase58 } from '#tari/address.ts';
import { decodeToken, signToken, TokenError } from '#tari/ristretto-jwt.ts';
import type { KeptToken } from './kept-token.ts';

export interface LoginOptions {
  server: string;
  /** Who logs in. */
  signer: Signer;
  /** What a login asks for. */
  roles?: readonly string[];
  /** Where the token is kept between commands; without it, it is kept in memory alone. */
  keptToken?: KeptToken;
}

/** So long before its end a token is renewed, that a slow request still arrives in time. */
const RENEW_BEFORE_END_MS = 60_000;
/** The last of them is for an address whose nonces a tool has counted in milliseconds: seconds never get above those. */
const MAX_LOGIN_TRIES = 5;
const PAUSE_BETWEEN_LOGINS_MS = 1_000;

/** A client that logs in when it is first asked something. */
export function clientWithLogin(ports: ClientPorts, options: LoginOptions): ApiClient {
  const { server, signer, roles = [] } = options;
  return createApiClient(ports, { server, signer, roles, login: createLogin(ports, options) });
}

/** Keeps one token, and gets another before it ends. */
export function createLogin(ports: ClientPorts, { server, signer, roles = [], keptToken }: LoginOptions): Login {
  let kept: { token: string; expiresAt: Date } | undefined;
  let lastNonce = 0n;

  /** The clock, and never the same twice. */
  const nextNonce = (unitMs: number) => {
    const now = BigInt(Math.floor(ports.clock.now().getTime() / unitMs));
    lastNonce = now > lastNonce ? now : lastNonce + 1n;
    return lastNonce;
  };

  const requestToken = async (unitMs: number, path: string): Promise<ServerAnswer> => {
    const claims = { address: addressToBase58(signer.address), nonce: nextNonce(unitMs), desired_roles: roles };
    const headers = tokenHeaders('tpg_auth_token', signToken(claims, signer.secretKey, ports.randomBytes));
    return callServer(ports, { server, method: 'POST', path, headers });
  };

  /**
   * Nonces are seconds, as those of the Rust server's tool: milliseconds would lock that tool out for ever. Another
   * process that logs in as the same person in the same second may have the higher nonce.
   */
  const requestPatiently = async (path: string): Promise<ServerAnswer> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await requestToken(tries === MAX_LOGIN_TRIES ? 1 : 1_000, path);
      } catch (error) {
        const isLate = error instanceof ServerRefusal && error.code === 'login_nonce_not_increasing';
        if (!isLate || tries === MAX_LOGIN_TRIES) throw error;
        // The next free number may be enough; after that, only the next second is.
        if (tries > 1 && tries < MAX_LOGIN_TRIES - 1) await ports.sleep(PAUSE_BETWEEN_LOGINS_MS);
      }
    }
  };

  const isGood = ({ expiresAt }: { expiresAt: Date }) =>
    expiresAt.getTime() - RENEW_BEFORE_END_MS > ports.clock.now().getTime();

  /** What an earlier command kept; it may be of another server or cut off, which the server says then. */
  const load = async () => {
    const token = await keptToken?.load();
    const expiresAt = token === undefined ? undefined : expiryIn(token);
    return token === undefined || expiresAt === undefined ? undefined : { token, expiresAt };
  };

  return {
    async token(): Promise<string> {
      kept ??= await load();
      if (kept !== undefined && isGood(kept)) return kept.token;
      const token = (await requestPatiently('/auth')).text.trim();
      const expiresAt = expiryIn(token);
      if (expiresAt === undefined) throw unexpectedAnswer('/auth');
      kept = { token, expiresAt };
      await keptToken?.save(token);
      return token;
    },
    expiresAt: () => kept?.expiresAt,
    exchange: requestPatiently,
    async forget() {
      kept = undefined;
      await keptToken?.forget();
    },
  };
}

/** Undefined where the text is no token that ends. */
function expiryIn(token: string): Date | undefined {
  try {
    const expiresAt = new Date(Number(decodeToken(token).claims.exp) * 1000);
    return Number.isNaN(expiresAt.getTime()) ? undefined : expiresAt;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}
