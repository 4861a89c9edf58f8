import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Access } from '#auth/auth.ts';
import type { JwtKeys } from '#auth/key-file.ts';
import type { Role } from '#auth/roles.ts';
import type { Clock } from '#platform/clock.ts';
import { DomainError } from '#platform/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import type { TariAddress } from '#tari/address.ts';
import { issueAccessToken, type LoginClaims, TokenError, verifyLoginToken } from '#tari/ristretto-jwt.ts';
import type { RandomBytes } from '#tari/schnorr.ts';
import { bearerTokenIn } from './guard.ts';

/** Lifetime of an access token. */
const ACCESS_TOKEN_LIFE_MS = 24 * 3_600_000;

export interface AuthPorts {
  access: Access;
  clock: Clock;
  randomBytes: RandomBytes;
  /** Sign access tokens. */
  keys: Pick<JwtKeys, 'signingKey'>;
  limitStrangers: AnonymousRateLimit;
}

/**
 * Exchanges a login token, signed by a wallet, for an access token, signed by this server. The rate limit counts failed
 * logins and those of unknown addresses; known addresses can log in as often as they need.
 */
export function authRoutes({ access, clock, randomBytes, keys, limitStrangers }: AuthPorts): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/auth',
      {
        config: { access: 'public' },
        onRequest: async (request, reply) => limitStrangers.refuseExceeded(request, reply),
        schema: {
          summary:
            'Exchanges a login token, in the header tpg_auth_token or as Authorization: Bearer, for an access token',
          tags: ['customers'],
          errors: [
            'login_token_missing',
            'login_token_malformed',
            'login_signature_invalid',
            'login_nonce_not_increasing',
            'login_roles_not_held',
            'rate_limited',
            'wrong_network',
          ],
          security: [{ login_token: [] }, { login_bearer: [] }],
          response: { 200: z.string() },
        },
      },
      (request, reply) =>
        logInWith({ access, limitStrangers }, request, reply, async ({ address, roles }) => {
          const issuedAt = clock.now();
          const expiresAt = new Date(issuedAt.getTime() + ACCESS_TOKEN_LIFE_MS);
          const token = issueAccessToken({ address, roles, issuedAt, expiresAt }, keys.signingKey, randomBytes);
          // Existing clients expect plain text with a JSON content type.
          return reply.type('application/json').serializer(String).send(token);
        }),
    );
  };
}

/** Logs in the address whose login token came, and answers it. */
export async function logInWith<Answer>(
  { access, limitStrangers }: Pick<AuthPorts, 'access' | 'limitStrangers'>,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (loggedIn: { address: TariAddress; roles: Role[] }) => Promise<Answer>,
): Promise<Answer> {
  // Again, because concurrent requests may have exceeded the limit meanwhile.
  limitStrangers.refuseExceeded(request, reply);
  try {
    const claims = readLoginToken(loginTokenIn(request));
    const roles = await access.logIn(claims);
    if (!(await access.isKnown(claims.address))) await limitStrangers(request, reply);
    return await answer({ address: claims.address, roles });
  } catch (error) {
    const isCounted = error instanceof HttpError && error.code === 'rate_limited';
    if (!isCounted && error instanceof DomainError) await limitStrangers(request, reply);
    throw error;
  }
}

/** From the header of existing clients, or a bearer token: by default proxies drop header names with underscores. */
function loginTokenIn({ headers }: FastifyRequest): string {
  const header = headers.tpg_auth_token;
  if (typeof header === 'string' && header !== '') return header;
  const bearer = bearerTokenIn(headers);
  if (bearer === undefined) throw new HttpError('login_token_missing');
  return bearer;
}

function readLoginToken(token: string): LoginClaims {
  try {
    return verifyLoginToken(token);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (error.code === 'bad_signature') throw new HttpError('login_signature_invalid');
    throw new HttpError('login_token_malformed', error.message);
  }
}
