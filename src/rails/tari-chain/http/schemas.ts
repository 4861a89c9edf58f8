import * as z from 'zod';
import { REFUSAL_REASONS } from '#rails/tari-chain/chain-status.ts';

/** The shapes of what the watcher says. */

const time = z.iso.datetime();
const height = z.int();

export const WATCH_STATES = ['off', 'watching', 'elsewhere'] as const;

export const chainStatus = z.object({
  /** `elsewhere`: another instance watches, or none can. */
  state: z.enum(WATCH_STATES),
  /** The last block that was looked through; null before the first. */
  height: height.nullable(),
  /** The highest block that a node has told of. */
  node_height: height.nullable(),
  blocks_behind: z.int(),
  /** When a node last answered: how old what is known is. */
  last_answer_at: time.nullable(),
  /** How long reading the rest takes, at its pace; null where nothing is behind. */
  seconds_left: z.int().nullable(),
  outputs_seen: z.int(),
  payments_found: z.int(),
  nodes: z.array(
    z.object({
      url: z.string(),
      height: height.nullable(),
      last_answer_at: time.nullable(),
      /** Why it is of no use now. */
      trouble: z.object({ since: time, reason: z.string() }).nullable(),
    }),
  ),
});

export const chainRefusal = z.object({
  id: z.bigint(),
  output_hash: z.string(),
  txid: z.string(),
  reason: z.enum(REFUSAL_REASONS),
  /** µT as its maker claims: any number of 64 bits. */
  claimed_amount: z.bigint().meta({ format: 'uint64' }),
  memo: z.string().nullable(),
  block_height: height,
  block_hash: z.string(),
  found_at: time,
});

export const chainDeparture = z.object({
  id: z.bigint(),
  txid: z.string(),
  outcome: z.enum(['left_the_chain', 'returned']),
  /** The block that it was confirmed in. */
  block_height: height,
  block_hash: z.string(),
  left_at: time,
  returned_height: height.nullable(),
  returned_at: time.nullable(),
});

/** Its part of GET /health/ready if the chain is watched: the server works without its nodes, but what it knows gets old. */
export const readiness = {
  chain: z
    .object({
      state: z.enum(['watching', 'elsewhere']),
      height: z.int().nullable(),
      blocks_behind: z.int(),
      /** Since a node last answered; null before the first time. */
      age_seconds: z.int().nullable(),
    })
    .optional(),
};
