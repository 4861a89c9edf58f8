import type { z } from 'zod';
import type { ErrorCode } from '#platform/errors.ts';

/** The groups of routes on the API page. */
export type Tag =
  | 'health'
  | 'customers'
  | 'wallets'
  | 'shop'
  | 'accounts'
  | 'changes'
  | 'payouts'
  | 'pull payments'
  | 'administration';

declare module 'fastify' {
  interface FastifySchema {
    /** The errors that a route can answer besides those that its access, its parameters and its method imply. */
    errors?: readonly ErrorCode[];
    /** What a route parses by itself: it is only described, and Fastify validates nothing against it. */
    told?: { body?: z.ZodType; headers?: z.ZodObject };
  }
}

/** The options of one of several routes that differ only in their purpose. */
export function described<Options extends { schema: object }>(options: Options, tag: Tag, summary: string) {
  return { ...options, schema: { ...options.schema, summary, tags: [tag] } };
}
