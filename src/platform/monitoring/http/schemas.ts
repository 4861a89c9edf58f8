import * as z from 'zod';

/** Schemas of the details in GET /health/ready, by their names. */
export type ReadinessParts = Readonly<Record<string, z.ZodType>>;

/** @throws {Error} if two contexts have a part of the same name. */
export function joinReadinessParts(parts: readonly ReadinessParts[]): ReadinessParts {
  const all = new Map<string, z.ZodType>();
  for (const [name, shape] of parts.flatMap((part) => Object.entries(part))) {
    if (all.has(name)) throw new Error(`two contexts have a part ${name} of GET /health/ready`);
    all.set(name, shape);
  }
  return Object.fromEntries(all);
}

/** What is known of readiness apart from the contexts. */
const COMMON = {
  ready: z.boolean(),
  /** Sentences that say why it is not. */
  reasons: z.array(z.string()),
  database: z.enum(['ok', 'unavailable']),
};

const common = z.object(COMMON);
export type Readiness = z.output<typeof common> & Readonly<Record<string, unknown>>;

/** The answer of GET /health/ready, with the details of all contexts. */
export function readinessSchema(parts: ReadinessParts) {
  return z.object({ ...COMMON, ...parts });
}
