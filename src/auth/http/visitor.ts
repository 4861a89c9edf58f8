import { hkdfSync } from 'node:crypto';
import cookies from '@fastify/cookie';
import formTokens from '@fastify/csrf-protection';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Browser } from '#auth/people/context.ts';
import { SESSION_VALID_MS } from '#auth/people/limits.ts';
import type { SignedIn } from '#auth/people/sessions.ts';
import type { AuthService } from '#auth/service.ts';
import type { HttpContext } from '#platform/http/context.ts';
import { HttpError } from '#platform/http/errors.ts';
import { isFromAnotherSite } from '#platform/http/same-site.ts';

/** Who looks at a page of the console. */
export interface Visitor {
  sessionId: string;
  /** As in the audit log: `staff:<id>`, or the address of a wallet in base58. */
  principal: string;
  /** What the page shows: the person's name, or the address shortened. */
  name: string;
  /** With the roles that they include. */
  roles: ReadonlySet<string>;
  /** When this session last proved a passkey, or came by a wallet's link. */
  provenAt: Date;
}

export interface Visitors {
  /**
   * By the cookie of the session; undefined if there is none that is alive. Keeps it alive: it ends after 30 minutes
   * without a request, and after 12 hours.
   */
  of(request: FastifyRequest): Promise<Visitor | undefined>;
  /**
   * The same for what only people who are signed in may ask for. Others count against the limit of strangers.
   * @throws {HttpError} `session_missing` (401)
   */
  require(request: FastifyRequest, reply: FastifyReply): Promise<Visitor>;
  /** For the hidden field `_csrf` of a form, and for the header `X-CSRF-Token`. Sets the cookie `_csrf` that it belongs to. */
  formToken(request: FastifyRequest, reply: FastifyReply, visitor: Visitor): string;
  /** @throws {HttpError} `form_token_invalid` (403): no token, a stale one, another session's; also for requests of other sites. */
  requireFormToken(request: FastifyRequest, visitor: Visitor): void;
  /** @throws {HttpError} `fresh_proof_missing` (403) unless the session proved itself so recently. */
  requireFreshProof(visitor: Visitor, maxAgeMs: number): void;
  /** What a sign-in needs to know of the browser. */
  browserOf(request: FastifyRequest): Browser;
  /** Gives the browser a session that was just opened. */
  signIn(reply: FastifyReply, signedIn: SignedIn): void;
  /** Takes the session from the browser; the service ends it. */
  signOut(reply: FastifyReply): void;
}

export interface VisitorPorts extends Pick<HttpContext, 'clock' | 'keys' | 'clientAddress' | 'limitStrangers'> {
  people: AuthService['people'];
}

/** The prefix makes browsers refuse it from other hosts, other paths, and without TLS. */
export const SESSION_COOKIE = '__Host-tps';
/** Holds no secret by itself: a form token is also bound to the session. */
const FORM_COOKIE = '_csrf';

const EVERYWHERE = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;

/** Of the key that form tokens are made with: 256 bits. */
const FORM_KEY_BYTES = 32;

/** Registers cookies and form tokens within the given scope only. Call it once for a scope, before its routes. */
export async function registerVisitors(app: FastifyInstance, ports: VisitorPorts): Promise<Visitors> {
  const { people, clock, clientAddress, limitStrangers } = ports;
  /** The session whose form a request is being checked for. */
  const checked = new WeakMap<FastifyRequest, string>();
  await app.register(cookies);
  await app.register(formTokens, {
    cookieKey: FORM_COOKIE,
    cookieOpts: EVERYWHERE,
    getUserInfo: (request) => checked.get(request) ?? '',
    csrfOpts: { hmacKey: formKeyOf(ports), validity: SESSION_VALID_MS, secretLength: FORM_KEY_BYTES },
  });

  const of = async (request: FastifyRequest): Promise<Visitor | undefined> => {
    const token = request.cookies[SESSION_COOKIE];
    return token === undefined ? undefined : people.sessions.visitor(token);
  };
  return {
    of,
    async require(request, reply) {
      limitStrangers.refuseExceeded(request, reply);
      const visitor = await of(request);
      if (visitor !== undefined) return visitor;
      await limitStrangers(request, reply);
      throw new HttpError('session_missing');
    },
    formToken: (_request, reply, { sessionId }) => reply.generateCsrf({ userInfo: sessionId }),
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
    signIn: (reply, { token }) => void reply.setCookie(SESSION_COOKIE, token, EVERYWHERE),
    signOut: (reply) => void reply.clearCookie(SESSION_COOKIE, EVERYWHERE),
  };
}

/** The same in all instances, as they share the key that signs access tokens. */
function formKeyOf({ keys }: VisitorPorts): Buffer {
  return Buffer.from(hkdfSync('sha256', keys.signingKey, '', 'tari-payment-server form tokens', FORM_KEY_BYTES));
}
