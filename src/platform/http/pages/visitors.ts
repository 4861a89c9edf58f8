import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Who looks at a page of the console. */
export interface Visitor {
  sessionId: string;
  /** As in the audit log: `staff:<id>` for a person, the address in base58 for a wallet. */
  principal: string;
  /** What pages show: the person's name, or the address shortened. */
  name: string;
  roles: ReadonlySet<string>;
  /** When this session last proved a passkey, or came by a wallet's link. */
  provenAt: Date;
}

export interface Visitors {
  /** By the cookie of the session; undefined if there is none that is alive. */
  of(request: FastifyRequest): Promise<Visitor | undefined>;
  /** For the hidden field `_csrf` of a form. */
  formToken(request: FastifyRequest, reply: FastifyReply, visitor: Visitor): string;
  /** @throws {HttpError} `form_token_invalid` for a form without a token, with a stale one, or with another session's. */
  requireFormToken(request: FastifyRequest, visitor: Visitor): void;
}

/** Opens what pages need to know their visitors, within the given scope only. */
export type OpenVisitors = (app: FastifyInstance) => Promise<Visitors>;
