import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Access } from '#auth/auth.ts';
import { mayActAs } from '#auth/auth.ts';
import type { Clock } from '#platform/clock.ts';
import type { Role } from '#platform/database/tables.ts';
import { EngineError } from '#platform/errors.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { StrangerLimit } from '#platform/http/rate-limit.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { type AccessClaims, TokenError, verifyAccessToken } from '#tari/ristretto-jwt.ts';

/** Who is calling /api. */
export interface Caller {
  address: TariAddress;
  /** The address in base58, as it stands in the audit log. */
  name: string;
  /** The roles of the token that the address still has. */
  roles: ReadonlySet<Role>;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

/** The caller of a route that is guarded. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('The route is not guarded');
  return request.caller;
}

/** Tokens whose signature was found good, so that a busy client's is looked at once. Expiry and roles are not kept. */
const MOST_VERIFIED_TOKENS = 1000;

export interface GuardPorts {
  access: Access;
  /** Of the key that signs access tokens. */
  verificationKey: Uint8Array;
  clock: Clock;
  limitStrangers: StrangerLimit;
}

/** Makes the hook of a route that takes these roles. */
export type Guard = ReturnType<typeof createGuard>;

/** Makes hooks that let through only callers who hold all the roles named, or super_admin. None named: any token. */
export function createGuard({ access, verificationKey, clock, limitStrangers }: GuardPorts) {
  const verified = new Map<string, AccessClaims>();

  const verify = (token: string): AccessClaims => {
    const now = clock.now();
    const known = verified.get(token);
    if (known !== undefined && now < known.expiresAt) return known;
    try {
      const claims = verifyAccessToken(token, verificationKey, now);
      if (verified.size >= MOST_VERIFIED_TOKENS) verified.clear();
      verified.set(token, claims);
      return claims;
    } catch (error) {
      if (error instanceof TokenError) throw new HttpError('access_token_invalid', tokenFault(error));
      throw error;
    }
  };

  /** Whoever has no good token is a stranger. */
  const identify = async (request: FastifyRequest, reply: FastifyReply): Promise<AccessClaims> => {
    try {
      const { token, isCookie } = accessTokenIn(request);
      if (token === undefined) throw new HttpError('access_token_missing');
      if (isCookie && isChange(request) && isFromAnotherSite(request)) throw new HttpError('cross_site_request');
      return verify(token);
    } catch (error) {
      if (error instanceof HttpError) await limitStrangers(request, reply);
      throw error;
    }
  };

  return (...roles: Role[]): GuardHook => {
    const hook: onRequestAsyncHookHandler = async (request, reply) => {
      const claims = await identify(request, reply);
      const inForce = await access.rolesInForce(claims.address, claims.roles);
      if (!mayActAs(inForce, roles)) throw new EngineError('permission_missing');
      request.caller = { address: claims.address, name: addressToBase58(claims.address), roles: inForce };
    };
    return Object.assign(hook, { [GUARDED_BY]: roles });
  };
}

const GUARDED_BY = Symbol('roles');

type GuardHook = onRequestAsyncHookHandler & { readonly [GUARDED_BY]: readonly Role[] };

/** The roles that a route's first hook demands; undefined where it is not one of the guard's. */
export function rolesOfGuard(hook: unknown): readonly Role[] | undefined {
  return typeof hook === 'function' && GUARDED_BY in hook ? (hook as GuardHook)[GUARDED_BY] : undefined;
}

/** The token of `Authorization: Bearer`. */
export function bearerTokenIn({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

/** From the header, the cookie of the same name, or a bearer token. */
function accessTokenIn(request: FastifyRequest): { token: string | undefined; isCookie: boolean } {
  const header = request.headers.tpg_access_token;
  if (typeof header === 'string' && header !== '') return { token: header, isCookie: false };
  const bearer = bearerTokenIn(request.headers);
  if (bearer !== undefined) return { token: bearer, isCookie: false };
  const cookie = /(?:^|;\s*)tpg_access_token=([^;\s]+)/.exec(request.headers.cookie ?? '')?.[1];
  return { token: cookie, isCookie: true };
}

function isChange({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/**
 * A browser sends cookies with whatever any page asks for, and says with each change where it comes from. What is no
 * browser says nothing, and sends only what it was told to.
 */
export function isFromAnotherSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

/** Existing clients look for these words. */
function tokenFault(error: TokenError): string {
  if (error.code === 'expired') return 'token has expired.';
  if (error.code === 'bad_signature') return 'signature has failed verification.';
  return error.message;
}
