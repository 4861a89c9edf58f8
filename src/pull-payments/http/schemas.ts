import * as z from 'zod';
import { time } from '#platform/http/fields.ts';
import { AGREEMENT_CHANGES } from '#pull-payments/events.ts';

/** The shapes of pull payments. Amounts are whole units of their asset, as texts: those of some assets exceed 64 bits. */

export const AGREEMENT_STATES = ['active', 'paused', 'cancelled'] as const;

export const PACKET_STATES = ['sent', 'fulfilled', 'rejected', 'unknown'] as const;

/** Made by a request, or by a token that was signed offline. */
const SOURCES = ['online', 'token'] as const;

/** How an operator resolves a packet. */
export const OUTCOMES = ['fulfilled', 'rejected'] as const;

const OBSTACLES = ['not_started', 'paused', 'exhausted', 'held', 'no_rate'] as const;

const units = z.string().regex(/^\d+$/);

const asset = { asset_code: z.string(), asset_scale: z.int() };

/** As events show them. */
const termsThen = {
  amount: units,
  ...asset,
  start: time,
  expiry: time.nullable(),
  interval: z.string(),
  cycles: z.int(),
  cap: z.boolean(),
  max_pull: units.nullable(),
  description: z.string().nullable(),
};

const terms = { ...termsThen, webhook: z.string().nullable(), reference: z.string().nullable() };

const balance = z.object({
  /** All that was ever pulled. */
  total: units,
  /** What was pulled in the present interval. */
  interval: units,
  available: units,
  /** By packets that are under way or whose outcome is unknown. */
  held: units,
  cycle: z.int(),
  interval_ends_at: time.nullable(),
  /** Why nothing can be pulled now; null if something can. */
  obstacle: z.enum(OBSTACLES).nullable(),
});

export const pullPointer = z.object({
  id: z.string(),
  /** What its payee was given; null for a token that was signed offline, and while pull payments are off. */
  pointer: z.string().nullable(),
  source: z.enum(SOURCES),
  state: z.enum(AGREEMENT_STATES),
  revision: z.int(),
  ...terms,
  balance,
  created_at: time,
  updated_at: time,
});

export const pullPointerDetail = pullPointer.extend({
  /** All terms that were ever in force, the first first. */
  revisions: z.array(
    z.object({ revision: z.int(), since: time, by: z.string().nullable(), reason: z.string().nullable(), ...terms }),
  ),
  /** Packets whose outcome is unknown. */
  unknown_packets: z.int(),
});

/** What one STREAM connection took. */
export const pull = z.object({
  id: z.string(),
  pull_pointer_id: z.string(),
  ...asset,
  sent: units,
  /** The same in the asset of the pull pointer. */
  debit: units,
  held: units,
  started_at: time,
  ended_at: time.nullable(),
});

/** A packet of money. */
export const pullPacket = z.object({
  id: z.bigint(),
  pull_pointer_id: z.string(),
  pull_id: z.string(),
  amount: units,
  state: z.enum(PACKET_STATES),
  debit: units,
  cycle: z.int(),
  reject_code: z.string().nullable(),
  /** The proof of payment. */
  fulfillment: z.string().nullable(),
  expires_at: time,
  sent_at: time,
  settled_at: time.nullable(),
  resolved_by: z.string().nullable(),
});

/** What one STREAM connection brought. */
export const push = z.object({
  id: z.string(),
  ...asset,
  amount: units,
  packets: z.int(),
  started_at: time,
  updated_at: time,
});

// ---- Events --------------------------------------------------------------------------------------------------------

/** A pull pointer without what would let readers pull with it. */
const named = {
  /** Its place in the order in which they were made. */
  number: z.int(),
  id_begins: z.string(),
  reference: z.string().nullable(),
};

const balanceThen = balance.omit({ interval_ends_at: true, obstacle: true });

const agreementThen = z.object({
  ...named,
  source: z.enum(SOURCES),
  state: z.enum(AGREEMENT_STATES),
  revision: z.int(),
  ...termsThen,
  balance: balanceThen,
  created_at: time,
  updated_at: time,
});

/** What the events of this context say. */
export const eventPayloads = {
  PullAgreementCreated: z.object({ agreement: agreementThen }),
  PullAgreementChanged: z.object({
    agreement: agreementThen,
    change: z.enum(AGREEMENT_CHANGES),
    reason: z.string().nullable(),
  }),
  PullPacketPaid: z.object({
    agreement: z.object(named),
    packet: pullPacket.omit({ pull_pointer_id: true, cycle: true, expires_at: true }),
    balance: balanceThen,
  }),
  PullEnded: z.object({
    agreement: z.object(named),
    pull: pull.omit({ pull_pointer_id: true, held: true }),
    balance: balanceThen,
  }),
  PushReceived: z.object({ amount: units, push }),
};

/** Its part of GET /health/ready if it is on. Without the uplink payees have to wait; the shop does not. */
export const readiness = {
  pull_payments: z
    .object({
      uplink: z.enum(['up', 'down']),
      /** Why it is down; null if it is up. */
      problem: z.string().nullable(),
      unknown_packets: z.int(),
    })
    .optional(),
};
