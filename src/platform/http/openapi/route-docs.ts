import type { z } from 'zod';
import type { ErrorCode } from '#platform/http/errors.ts';

/** What the routes are grouped by on the API page. */
export type Tag = 'health' | 'customers' | 'wallets' | 'shop' | 'accounts' | 'changes' | 'administration';

declare module 'fastify' {
  interface FastifySchema {
    /** The errors that a route can answer beside those that follow from its guard, its parameters and its method. */
    errors?: readonly ErrorCode[];
    /** What a route takes that it reads by itself: it stands in the description, and Fastify checks nothing by it. */
    told?: { body?: z.ZodType; headers?: z.ZodObject };
  }
}

/** The options of one of several routes that differ only in what they are for. */
export function described<Options extends { schema: object }>(options: Options, tag: Tag, summary: string) {
  return { ...options, schema: { ...options.schema, summary, tags: [tag] } };
}
