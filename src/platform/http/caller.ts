import type { FastifyRequest } from 'fastify';
import type { TariAddress } from '#tari/address.ts';

/** The authenticated caller of a route that is not public. */
export interface Caller {
  address: TariAddress;
  /** The address in base58, as in the audit log. */
  name: string;
  /** The roles of the access token that the address still has. */
  roles: ReadonlySet<string>;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /**
     * Who may call the route: everyone, or callers whose access token has all of these roles or super_admin. An empty
     * list accepts any access token. A route without this keeps the server from starting.
     */
    access?: 'public' | readonly string[];
  }
}

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('A public route has no caller');
  return request.caller;
}
