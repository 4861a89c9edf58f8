import * as z from 'zod';
import { whole } from '#platform/cli/answers.ts';

/** What the server answers about its own state. */

export const readiness = z.looseObject({
  ready: z.boolean(),
  reasons: z.array(z.string()),
  database: z.string(),
  storefront: z.string(),
  outbox: z.looseObject({ pending: whole, dead_letters: whole, lag_seconds: z.number() }),
  /** Servers of before do not tell it. */
  webhooks: z.looseObject({ rejected: whole, age_seconds: z.number().nullable() }).optional(),
});

export type ReadinessAnswer = z.output<typeof readiness>;
