import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Access } from '../../engine/access.ts';
import type { Clock } from '../../engine/clock.ts';
import { issueAccessToken, type LoginClaims, TokenError, verifyLoginToken } from '../../tari/ristretto-jwt.ts';
import type { RandomBytes } from '../../tari/schnorr.ts';
import { HttpError } from '../errors.ts';
import type { StrangerLimit } from '../rate-limit.ts';

/** How long an access token lives. */
const ACCESS_TOKEN_LIFE_MS = 24 * 3_600_000;

export interface AuthPorts {
  access: Access;
  clock: Clock;
  random: RandomBytes;
  /** Signs access tokens. */
  signingKey: Uint8Array;
  limitStrangers: StrangerLimit;
}

/** Exchanges a login token, which a wallet signed, for an access token, which this server signs. */
export function authRoutes({ access, clock, random, signingKey, limitStrangers }: AuthPorts): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/auth',
      {
        onRequest: limitStrangers,
        schema: {
          summary: 'Exchanges a login token, in the header tpg_auth_token, for an access token',
          tags: ['customers'],
          errors: [
            'login_token_missing',
            'login_token_malformed',
            'login_signature_invalid',
            'login_nonce_not_increasing',
            'login_roles_not_held',
            'wrong_network',
          ],
          security: [{ login_token: [] }],
          response: { 200: z.string() },
        },
      },
      async (request, reply) => {
        const claims = readLoginToken(request.headers.tpg_auth_token);
        const roles = await access.logIn(claims);
        const issuedAt = clock.now();
        const expiresAt = new Date(issuedAt.getTime() + ACCESS_TOKEN_LIFE_MS);
        const token = issueAccessToken({ address: claims.address, roles, issuedAt, expiresAt }, signingKey, random);
        // Bare text under a JSON type is what existing clients expect.
        return reply.type('application/json').serializer(String).send(token);
      },
    );
  };
}

function readLoginToken(header: string | string[] | undefined): LoginClaims {
  if (typeof header !== 'string' || header === '') throw new HttpError('login_token_missing');
  try {
    return verifyLoginToken(header);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (error.code === 'bad_signature') throw new HttpError('login_signature_invalid');
    throw new HttpError('login_token_malformed', error.message);
  }
}
