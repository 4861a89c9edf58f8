import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Access } from '#auth/auth.ts';
import type { JwtKeys } from '#auth/key-file.ts';
import type { Clock } from '#platform/clock.ts';
import { DomainError } from '#platform/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { accessTokenIssuer, type LoginClaims, TokenError, verifyLoginToken } from '#tari/ristretto-jwt.ts';
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
  const logIn = async (request: FastifyRequest) => {
    const claims = readLoginToken(loginTokenIn(request));
    return { address: claims.address, ...(await access.logIn(claims)) };
  };

  const issue = accessTokenIssuer(keys.signingKey, randomBytes);

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
      async (request, reply) => {
        // Again, because concurrent requests may have exceeded the limit meanwhile.
        limitStrangers.refuseExceeded(request, reply);
        const loggedIn = await logIn(request).catch(async (error: unknown) => {
          if (error instanceof HttpError || error instanceof DomainError) await limitStrangers(request, reply);
          throw error;
        });
        if (!loggedIn.isKnown) await limitStrangers(request, reply);
        const { address, roles } = loggedIn;
        const issuedAt = clock.now();
        const expiresAt = new Date(issuedAt.getTime() + ACCESS_TOKEN_LIFE_MS);
        const token = issue({ address, roles, issuedAt, expiresAt });
        // Existing clients expect plain text with a JSON content type.
        return reply.type('application/json').serializer(String).send(token);
      },
    );
  };
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
