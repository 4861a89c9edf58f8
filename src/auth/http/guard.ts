import type { IncomingHttpHeaders } from 'node:http';
import type {
  FastifyContextConfig,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
} from 'fastify';
import { Lru } from 'toad-cache';
import type { Access } from '#auth/auth.ts';
import { DomainError } from '#auth/errors.ts';
import { mayActAs, withIncluded } from '#auth/roles.ts';
import type { Clock } from '#platform/clock.ts';
import type { Caller } from '#platform/http/caller.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { isFromAnotherSite } from '#platform/http/same-site.ts';
import { addressToBase58 } from '#tari/address.ts';
import { type AccessClaims, TokenError, verifyAccessToken } from '#tari/ristretto-jwt.ts';

type SignedIn = NonNullable<FastifyContextConfig['signedIn']>;

/** Tokens whose signature was verified, so that a busy client's token is verified only once. Expiry and roles are not cached. */
const MAX_VERIFIED_TOKENS = 1000;

export interface GuardPorts {
  access: Access;
  /** Verifies access tokens. */
  verificationKey: Uint8Array;
  clock: Clock;
  limitStrangers: AnonymousRateLimit;
}

/** Admits only callers who have any one of the roles that a route takes, or super_admin. */
export function createGuard({ access, verificationKey, clock, limitStrangers }: GuardPorts) {
  const verified = new Lru<AccessClaims>(MAX_VERIFIED_TOKENS);

  const verify = (token: string): AccessClaims => {
    const now = clock.now();
    const known = verified.get(token);
    if (known !== undefined && now < known.expiresAt) return known;
    try {
      const claims = verifyAccessToken(token, verificationKey, now);
      verified.set(token, claims);
      return claims;
    } catch (error) {
      if (error instanceof TokenError) throw new HttpError('access_token_invalid', tokenFault(error));
      throw error;
    }
  };

  /** A caller without a valid token is anonymous. */
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

  const callerBy = async (claims: AccessClaims): Promise<Caller> => ({
    address: claims.address,
    name: addressToBase58(claims.address),
    roles: withIncluded(await access.rolesInForce(claims.address, claims.roles)),
  });

  return (roles: readonly string[], signedIn?: SignedIn): onRequestAsyncHookHandler =>
    async (request, reply) => {
      const mayBePerson = signedIn !== undefined && accessTokenIn(request).token === undefined;
      const caller = mayBePerson ? await signedIn(request, reply) : await callerBy(await identify(request, reply));
      if (!mayActAs(caller.roles, roles)) throw new DomainError('permission_missing');
      request.caller = caller;
    };
}

/** Requires `config.access` of every route that is registered from now on, and enforces it. */
export function enforceAccess(app: FastifyInstance, ports: GuardPorts): void {
  const guard = createGuard(ports);
  const guards = new WeakSet<object>();
  app.addHook('onRoute', (route) => {
    const access = route.config?.access;
    if (access === undefined) throw new Error(`The route ${route.method} ${route.url} does not say who may call it`);
    if (access === 'public') return;
    const hooks = [route.onRequest ?? []].flat();
    // The HEAD route that Fastify derives from a GET route may already have its hooks.
    if (hooks.some((hook) => guards.has(hook))) return;
    const hook = guard(access, route.config?.signedIn);
    guards.add(hook);
    route.onRequest = [hook, ...hooks];
  });
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

/** Existing clients match these words, and the sentence before them with its full stop. */
function tokenFault(error: TokenError): string {
  if (error.code === 'expired') return 'The token has expired.';
  if (error.code === 'bad_signature') return 'Its signature has failed verification.';
  return error.message;
}
