import * as z from 'zod';
import { nullableText, text, whole } from '#platform/cli/answers.ts';

/** What the server answers about pull payments. Amounts are whole units of their asset, as texts. */

const asset = { asset_code: text, asset_scale: whole };

const terms = {
  amount: text,
  ...asset,
  start: text,
  expiry: nullableText,
  interval: text,
  cycles: whole,
  cap: z.boolean(),
  max_pull: nullableText,
  webhook: nullableText,
  description: nullableText,
  reference: nullableText,
};

export const pointer = z.looseObject({
  id: text,
  pointer: nullableText,
  source: text,
  state: text,
  revision: whole,
  ...terms,
  balance: z.looseObject({
    total: text,
    interval: text,
    available: text,
    held: text,
    cycle: whole,
    interval_ends_at: nullableText,
    obstacle: nullableText,
  }),
  created_at: text,
  updated_at: text,
});

export const pointerDetail = pointer.extend({
  revisions: z.array(z.looseObject({ revision: whole, since: text, by: nullableText, reason: nullableText, ...terms })),
  unknown_packets: whole,
});

export const pull = z.looseObject({
  id: text,
  pull_pointer_id: text,
  ...asset,
  sent: text,
  debit: text,
  held: text,
  started_at: text,
  ended_at: nullableText,
});

export const packet = z.looseObject({
  id: whole,
  pull_pointer_id: text,
  pull_id: text,
  amount: text,
  state: text,
  debit: text,
  cycle: whole,
  reject_code: nullableText,
  fulfillment: nullableText,
  expires_at: text,
  sent_at: text,
  settled_at: nullableText,
  resolved_by: nullableText,
});

export const push = z.looseObject({
  id: text,
  ...asset,
  amount: text,
  packets: whole,
  started_at: text,
  updated_at: text,
});

export type PointerAnswer = z.output<typeof pointer>;
export type PointerDetailAnswer = z.output<typeof pointerDetail>;
export type PullAnswer = z.output<typeof pull>;
export type PacketAnswer = z.output<typeof packet>;
export type PushAnswer = z.output<typeof push>;
