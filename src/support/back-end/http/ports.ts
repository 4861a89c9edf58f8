import type { FastifyRequest } from 'fastify';
import type { HttpContext } from '#platform/http/context.ts';
import type { Services } from '#platform/module.ts';

/** What every route of the documented back end is given. */
export interface BackEndPorts {
  services: Services;
  http: HttpContext;
  /** The id of the shop's one account. */
  accountId: string;
}

export interface BackEndRoute {
  /** Any one of these. */
  roles: readonly string[];
  answer(request: FastifyRequest): Promise<object>;
}

/** By their paths below /support. */
export type BackEndRoutes = Readonly<Record<string, BackEndRoute>>;

/** How many rows an answer has, as documented. */
export const ROWS = 50;
