import type { FastifyRequest } from 'fastify';
import type { TariAddress } from '#tari/address.ts';

/** Who is calling a route that is not public. */
export interface Caller {
  address: TariAddress;
  /** The address in base58, as it stands in the audit log. */
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
     * Who may call the route: everybody, or who has an access token with all of these roles or super_admin. With none
     * any access token will do. A route that says nothing keeps the server from starting.
     */
    access?: 'public' | readonly string[];
  }
}

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('A public route knows no caller');
  return request.caller;
}
