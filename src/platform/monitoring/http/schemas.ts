import * as z from 'zod';

export const readiness = z.object({
  ready: z.boolean(),
  /** Sentences that say why it is not. */
  reasons: z.array(z.string()),
  database: z.enum(['ok', 'unavailable']),
  storefront: z.enum(['ok', 'not configured', 'behind']),
  outbox: z.object({ pending: z.int(), dead_letters: z.int(), lag_seconds: z.int() }),
  price_updates: z.object({ waiting: z.int(), failed: z.int() }),
  /** Payments that came for orders that could no longer be paid, and are not used up: see /api/held. */
  payments: z.object({ late: z.int() }),
  /** What of the shop could not be used, see /api/rejected, and how long ago it last sent something; null before that. */
  webhooks: z.object({ rejected: z.int(), age_seconds: z.int().nullable() }),
  /** Where the chain is watched: the server is well without its nodes, and what it knows gets old. */
  chain: z
    .object({
      state: z.enum(['watching', 'elsewhere']),
      height: z.int().nullable(),
      blocks_behind: z.int(),
      /** Since a node last answered; null before the first time. */
      age_seconds: z.int().nullable(),
    })
    .optional(),
  /** Where others may pull money: whether Interledger is reached, and how many packets wait for an operator. */
  pull_payments: z.object({ uplink: z.enum(['up', 'down']), unknown_packets: z.int() }).optional(),
});
