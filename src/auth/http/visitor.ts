import { hkdfSync } from 'node:crypto';
import cookies from '@fastify/cookie';
import formTokens from '@fastify/csrf-protection';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_VALID_MS } from '#auth/people/limits.ts';
import type { AuthService } from '#auth/service.ts';
import type { HttpContext } from '#platform/http/context.ts';
import { HttpError } from '#platform/http/errors.ts';
import type { Visitors } from '#platform/http/pages/visitors.ts';
import { isFromAnotherSite } from '#platform/http/same-site.ts';

export type { Visitor, Visitors } from '#platform/http/pages/visitors.ts';

export interface VisitorPorts extends Pick<HttpContext, 'clock' | 'keys' | 'clientAddress'> {
  people: AuthService['people'];
}

/** The prefix makes browsers refuse it from other hosts, other paths, and without TLS. */
export const SESSION_COOKIE = '__Host-tps';
/** Holds no secret by itself: a form token is also bound to the session, by a key that only the server has. */
const FORM_COOKIE = '_csrf';

const EVERYWHERE = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;

/** Of the key that form tokens are made with: 256 bits. */
const FORM_KEY_BYTES = 32;

/** Registers cookies and form tokens within the given scope only. Call it once for a scope, before its routes. */
export async function registerVisitors(app: FastifyInstance, ports: VisitorPorts): Promise<Visitors> {
  const { people, clock, clientAddress } = ports;
  /** The session whose form a request is being checked for. */
  const checked = new WeakMap<FastifyRequest, string>();
  /** One token for all forms of a page: each would set a cookie of its own, and only the last would be kept. */
  const made = new WeakMap<FastifyRequest, string>();
  await app.register(cookies);
  await app.register(formTokens, {
    cookieKey: FORM_COOKIE,
    cookieOpts: EVERYWHERE,
    getUserInfo: (request) => checked.get(request) ?? '',
    csrfOpts: { hmacKey: formKeyOf(ports), validity: SESSION_VALID_MS, secretLength: FORM_KEY_BYTES },
  });

  return {
    async of(request) {
      const token = request.cookies[SESSION_COOKIE];
      return token === undefined ? undefined : people.sessions.visitor(token);
    },
    formToken(request, reply, { sessionId }) {
      const token = made.get(request) ?? reply.generateCsrf({ userInfo: sessionId });
      made.set(request, token);
      return token;
    },
    requireFormToken(request, { sessionId }) {
      if (isFromAnotherSite(request)) throw new HttpError('form_token_invalid');
      checked.set(request, sessionId);
      let isGood = false;
      const refused = { send: () => undefined } as unknown as FastifyReply;
      app.csrfProtection(request, refused, () => {
        isGood = true;
      });
      checked.delete(request);
      if (!isGood) throw new HttpError('form_token_invalid');
    },
    requireFreshProof({ provenAt }, maxAgeMs) {
      if (clock.now().getTime() - provenAt.getTime() > maxAgeMs) throw new HttpError('fresh_proof_missing');
    },
    browserOf: (request) => ({
      address: clientAddress(request),
      userAgent: String(request.headers['user-agent'] ?? ''),
      token: request.cookies[SESSION_COOKIE],
    }),
    signIn: (reply, token) => void reply.setCookie(SESSION_COOKIE, token, EVERYWHERE),
    signOut: (reply) => void reply.clearCookie(SESSION_COOKIE, EVERYWHERE),
  };
}

/** The same in all instances, as they share the key that signs access tokens. */
function formKeyOf({ keys }: VisitorPorts): Buffer {
  return Buffer.from(hkdfSync('sha256', keys.signingKey, '', 'tari-payment-server form tokens', FORM_KEY_BYTES));
}
