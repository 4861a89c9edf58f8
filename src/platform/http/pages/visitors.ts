import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Who looks at a page of the console. */
export interface Visitor {
  sessionId: string;
  /** As in the audit log: `staff:<id>` for a person, the address in base58 for a wallet. */
  principal: string;
  /** What pages show: the person's name, or the address shortened. */
  name: string;
  /** With the roles that they include. */
  roles: ReadonlySet<string>;
  /** When this session last proved a passkey, or came by a wallet's link. */
  provenAt: Date;
}

/** What a sign-in needs to know of a browser. */
export interface VisitingBrowser {
  /** The address that it comes from. */
  address: string;
  /** Its User-Agent header; empty if it sends none. */
  userAgent: string;
  /** The token of the session that it has; that one ends with a new one. */
  token: string | undefined;
}

export interface Visitors {
  /**
   * By the cookie of the session; undefined if there is none that is alive. Keeps it alive: it ends after 30 minutes
   * without a request, and after 12 hours.
   */
  of(request: FastifyRequest): Promise<Visitor | undefined>;
  /**
   * For the hidden field `_csrf` of a form, and for the header `X-CSRF-Token`. Sets the cookie `_csrf` that it belongs to,
   * unless the browser has it.
   */
  formToken(request: FastifyRequest, reply: FastifyReply, visitor: Visitor): string;
  /**
   * @throws {HttpError} `form_token_invalid` for a form without a token, with a stale one, or with another session's; also
   *   for one that a page of another site sends.
   */
  requireFormToken(request: FastifyRequest, visitor: Visitor): void;
  /** @throws {HttpError} `fresh_proof_missing` unless the session proved so recently who it is. */
  requireFreshProof(visitor: Visitor, maxAgeMs: number): void;
  browserOf(request: FastifyRequest): VisitingBrowser;
  /** Gives the browser the token of a session that was just opened. */
  signIn(reply: FastifyReply, token: string): void;
  /** Takes the token from the browser; the session itself is ended elsewhere. */
  signOut(reply: FastifyReply): void;
}

/** Opens what pages need to know their visitors, within the given scope only. */
export type OpenVisitors = (app: FastifyInstance) => Promise<Visitors>;
