import * as z from 'zod';
import { nullableText, whole } from '#platform/cli/answers.ts';

/** What the server answers about the watcher of the chain. */

export const chainStatus = z.looseObject({
  state: z.string(),
  height: whole.nullable(),
  node_height: whole.nullable(),
  blocks_behind: whole,
  last_answer_at: nullableText,
  seconds_left: whole.nullable(),
  outputs_seen: whole,
  payments_found: whole,
  nodes: z.array(
    z.looseObject({
      url: z.string(),
      height: whole.nullable(),
      last_answer_at: nullableText,
      trouble: z.looseObject({ since: z.string(), reason: z.string() }).nullable(),
    }),
  ),
});
export const chainRefusal = z.looseObject({
  id: whole,
  txid: z.string(),
  reason: z.string(),
  claimed_amount: whole,
  memo: nullableText,
  block_height: whole,
  found_at: z.string(),
});
export const chainDeparture = z.looseObject({
  id: whole,
  txid: z.string(),
  outcome: z.string(),
  block_height: whole,
  left_at: z.string(),
  returned_height: whole.nullable(),
});

export type ChainStatusAnswer = z.output<typeof chainStatus>;
export type ChainRefusalAnswer = z.output<typeof chainRefusal>;
export type ChainDepartureAnswer = z.output<typeof chainDeparture>;
