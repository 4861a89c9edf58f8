import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TariAddress } from '#tari/address.ts';
import { HttpError } from './errors.ts';

/** The authenticated caller of a route that is not public. */
export interface Caller {
  /** As in the audit log: the address in base58 of a wallet, `staff:<id>` for a person. */
  name: string;
  /** Null for a person, who has no wallet. */
  address: TariAddress | null;
  /** The roles of the access token that the address still has, or those of the person, with the roles that these include. */
  roles: ReadonlySet<string>;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /**
     * Who may call the route: everyone, or callers who have any one of these roles, or super_admin. An empty
     * list accepts any access token. A route without this keeps the server from starting.
     */
    access?: 'public' | readonly string[];
    /** Identifies the caller of a request without an access token, for routes that people who are signed in may use. */
    signedIn?: (request: FastifyRequest, reply: FastifyReply) => Promise<Caller>;
  }
}

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('A public route has no caller');
  return request.caller;
}

/**
 * For routes about the caller's own orders and money.
 * @throws {HttpError} `own_address_missing` for a person
 */
export function ownAddressOf(request: FastifyRequest): TariAddress {
  const { address } = callerOf(request);
  if (address === null) throw new HttpError('own_address_missing');
  return address;
}
