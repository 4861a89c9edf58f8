import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/eventually.ts';
import { Payer, type UplinkKind } from '#test/interop/payer.ts';

/**
 * The worked timeline of agreements with and without a cap, as it was measured with the original: amount 100, 3 intervals,
 * the scale of the network. Times are in tenths of an interval after the creation.
 */

const INTERVAL_MS = 5_000;

type Balances = readonly [total: number, interval: number, available: number];

interface Step {
  at: number;
  /** By `cap`. */
  before: Readonly<Record<'false' | 'true', Balances>>;
  /** What a client asks for, and gets. */
  pull?: { asked: number; got: Readonly<Record<'false' | 'true', number>> };
  after: Readonly<Record<'false' | 'true', Balances>>;
}

const TIMELINE: readonly Step[] = [
  {
    at: 1,
    before: { false: [0, 0, 100], true: [0, 0, 100] },
    pull: { asked: 40, got: { false: 40, true: 40 } },
    after: { false: [40, 40, 60], true: [40, 40, 60] },
  },
  { at: 4, before: { false: [40, 40, 60], true: [40, 40, 60] }, after: { false: [40, 40, 60], true: [40, 40, 60] } },
  {
    at: 11,
    before: { false: [40, 0, 160], true: [40, 0, 100] },
    pull: { asked: 30, got: { false: 30, true: 30 } },
    after: { false: [70, 30, 130], true: [70, 30, 70] },
  },
  {
    at: 15,
    before: { false: [70, 30, 130], true: [70, 30, 70] },
    pull: { asked: 200, got: { false: 130, true: 70 } },
    after: { false: [200, 160, 0], true: [140, 100, 0] },
  },
  {
    at: 21,
    before: { false: [200, 0, 100], true: [140, 0, 100] },
    pull: { asked: 50, got: { false: 50, true: 50 } },
    after: { false: [250, 50, 50], true: [190, 50, 50] },
  },
  { at: 31, before: { false: [250, 0, 50], true: [190, 0, 0] }, after: { false: [250, 0, 50], true: [190, 0, 0] } },
  {
    at: 33,
    before: { false: [250, 0, 50], true: [190, 0, 0] },
    pull: { asked: 500, got: { false: 50, true: 0 } },
    after: { false: [300, 50, 0], true: [190, 0, 0] },
  },
  { at: 41, before: { false: [300, 0, 0], true: [190, 0, 0] }, after: { false: [300, 0, 0], true: [190, 0, 0] } },
];

const payers = new Map<UplinkKind, Payer>();
beforeAll(async () => {
  for (const kind of ['http', 'btp'] as const) payers.set(kind, await Payer.start(kind));
});
afterAll(async () => {
  for (const payer of payers.values()) await payer.stop();
});

async function balances(payer: Payer, pointer: string): Promise<Balances> {
  const { total, interval, available } = await payer.balance(pointer);
  return [Number(total), Number(interval), Number(available)];
}

const CASES = [
  { kind: 'http', cap: 'false' },
  { kind: 'http', cap: 'true' },
  { kind: 'btp', cap: 'false' },
  { kind: 'btp', cap: 'true' },
] as const;

describe('the worked timeline', () => {
  it.concurrent.each(CASES)('over $kind, with cap=$cap', async ({ kind, cap }) => {
    const payer = payers.get(kind) as Payer;
    const startedAt = Date.now();
    const start = new Date(startedAt).toISOString();
    const interval = `PT${INTERVAL_MS / 1000}S`;
    const pointer = await payer.create({ interval, cycles: '3', cap, assetScale: '9', start });
    for (const { at, before, pull, after } of TIMELINE) {
      await new Promise((resolve) => setTimeout(resolve, startedAt + (at * INTERVAL_MS) / 10 - Date.now()));
      expect([at, await balances(payer, pointer)]).toEqual([at, before[cap]]);
      if (pull !== undefined) {
        expect([at, Number(await payer.pull(pointer, BigInt(pull.asked)))]).toEqual([at, pull.got[cap]]);
      }
      // A client has its money a moment before the server has heard of it.
      await eventually(async () => expect([at, await balances(payer, pointer)]).toEqual([at, after[cap]]), 1_000);
    }
  });
});
