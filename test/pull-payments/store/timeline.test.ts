import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '#test/clock.ts';
import { closeEngines, HOUR, SECOND } from '#test/engine.ts';
import { type TestPulls, testPulls, XRP6, XRP9 } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const readVectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/pull-payments/${name}.json`, import.meta.url), 'utf8'));

/** Moves the clock to a time and answers what a query shows. */
async function balancesAt(pulls: TestPulls, id: string, time: string): Promise<string> {
  const { clock } = pulls.test;
  clock.advance(Date.parse(time) - clock.now().getTime());
  return pulls.balances(id);
}

describe('an agreement of 100 each 10 s, 3 times', () => {
  // When, what is asked for and got, and the balances before and after.
  const PULLS: readonly [
    seconds: number,
    wanted: bigint,
    kept: [string, bigint, string],
    lost: [string, bigint, string],
  ][] = [
    [1, 40n, ['0/0/100', 40n, '40/40/60'], ['0/0/100', 40n, '40/40/60']],
    [4, 0n, ['40/40/60', 0n, '40/40/60'], ['40/40/60', 0n, '40/40/60']],
    [11, 30n, ['40/0/160', 30n, '70/30/130'], ['40/0/100', 30n, '70/30/70']],
    [15, 200n, ['70/30/130', 130n, '200/160/0'], ['70/30/70', 70n, '140/100/0']],
    [21, 50n, ['200/0/100', 50n, '250/50/50'], ['140/0/100', 50n, '190/50/50']],
    [31, 0n, ['250/0/50', 0n, '250/0/50'], ['190/0/0', 0n, '190/0/0']],
    [33, 500n, ['250/0/50', 50n, '300/50/0'], ['190/0/0', 0n, '190/0/0']],
    [41, 0n, ['300/0/0', 0n, '300/0/0'], ['190/0/0', 0n, '190/0/0']],
  ];

  it.each([false, true])('is pulled from as payees of the original did, cap %s', async (cap) => {
    for (const maxPacket of [1000n, 7n]) {
      const pulls = await testPulls({ clock: manualClock() });
      const { id } = await pulls.create({ interval: 'PT10S', cycles: 3, cap });
      let now = 0;
      for (const [seconds, wanted, kept, lost] of PULLS) {
        pulls.test.clock.advance((seconds - now) * SECOND);
        now = seconds;
        const [before, got, after] = cap ? lost : kept;
        expect(await pulls.balances(id), `before ${seconds} s`).toBe(before);
        expect(await pulls.pull(id, wanted, { maxPacket }), `at ${seconds} s`).toBe(got);
        expect(await pulls.balances(id), `after ${seconds} s`).toBe(after);
      }
    }
  });
});

describe('months', () => {
  // Moments, what is pulled, and the balances afterwards.
  const MOMENTS: readonly [time: string, wanted: bigint, kept: string, lost: string][] = [
    ['2024-01-30T00:00:00Z', 1n, '0/0/0', '0/0/0'],
    ['2024-01-30T23:59:59.999Z', 1n, '0/0/0', '0/0/0'],
    ['2024-01-31T00:00:00Z', 0n, '0/0/1000', '0/0/1000'],
    ['2024-02-10T00:00:00Z', 400n, '400/400/600', '400/400/600'],
    ['2024-02-28T23:59:59.999Z', 0n, '400/400/600', '400/400/600'],
    ['2024-02-29T00:00:00Z', 0n, '400/0/1600', '400/0/1000'],
    ['2024-03-01T00:00:00.001Z', 0n, '400/0/1600', '400/0/1000'],
    ['2024-03-15T00:00:00Z', 700n, '1100/700/900', '1100/700/300'],
    ['2024-03-30T23:59:59.999Z', 0n, '1100/700/900', '1100/700/300'],
    ['2024-03-31T00:00:00Z', 0n, '1100/0/1900', '1100/0/1000'],
    ['2024-04-30T00:00:00.001Z', 900n, '2000/900/2000', '2000/900/100'],
    ['2024-05-30T00:00:00.001Z', 0n, '2000/900/2000', '2000/900/100'],
    ['2024-05-31T00:00:00Z', 0n, '2000/0/2000', '2000/0/0'],
    ['2025-08-01T00:00:00Z', 500n, '2500/500/1500', '2000/0/0'],
  ];

  it.each([false, true])('follow the calendar from the 31st of January, cap %s', async (cap) => {
    const pulls = await testPulls({ clock: manualClock(new Date('2024-01-01T00:00:00Z')) });
    const startAt = new Date('2024-01-31T00:00:00Z');
    const { id } = await pulls.create({ amount: 1000n, interval: 'P1M', cycles: 4, startAt, cap });
    for (const [time, wanted, kept, lost] of MOMENTS) {
      await balancesAt(pulls, id, time);
      await pulls.pull(id, wanted);
      expect(await pulls.balances(id), time).toBe(cap ? lost : kept);
    }
  });

  interface Example {
    case: string;
    at: string;
    pulled: number;
    before: { cycle: number; total: string; interval: string; available: string };
    after: Example['before'];
  }

  /** Where the original had months of 30 days and no start. */
  const DIFFERENT = [
    '2024-01-30',
    '2024-02-29',
    '2024-03-01T00:00:00.000',
    '2024-03-31T00:00:00.000',
    '2024-05-30T00:00:00.001',
  ];

  it('are as in the original wherever its months of 30 days and the calendar agree', async () => {
    const examples = readVectors('worked-examples-original-formula') as Example[];
    let compared = 0;
    for (const name of new Set(examples.map((example) => example.case))) {
      const monthly = name.startsWith('P1M');
      const pulls = await testPulls({ clock: manualClock(new Date('2023-12-01T00:00:00Z')) });
      const { id } = await pulls.create({
        amount: monthly ? 1000n : 100n,
        interval: monthly ? 'P1M' : 'P1D',
        cycles: monthly ? 4 : 3,
        startAt: new Date(monthly ? '2024-01-31T00:00:00Z' : '2024-01-01T00:00:00Z'),
        cap: name.endsWith('cap true'),
      });
      for (const { at, pulled, before, after } of examples.filter((example) => example.case === name)) {
        const shown = await balancesAt(pulls, id, at);
        const differs = DIFFERENT.some((time) => at.startsWith(time));
        if (!differs) expect(shown, at).toBe(`${before.total}/${before.interval}/${before.available}`);
        expect(await pulls.pull(id, BigInt(pulled)), at).toBe(BigInt(pulled));
        if (differs) continue;
        expect(await pulls.balances(id), at).toBe(`${after.total}/${after.interval}/${after.available}`);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(20);
  });
});

describe('time', () => {
  it('before the start grants nothing, and from the expiry on neither', async () => {
    const pulls = await testPulls();
    const now = pulls.test.clock.now().getTime();
    const [startAt, expiryAt] = [new Date(now + HOUR), new Date(now + 2 * HOUR)];
    const { id, balances } = await pulls.create({ startAt, expiryAt });
    expect(balances).toMatchObject({ available: 0n, cycle: 1, intervalEndsAt: null, obstacle: 'not_started' });
    expect(await pulls.pull(id, 1n)).toBe(0n);
    pulls.test.clock.advance(HOUR);
    expect((await pulls.service.get(id)).balances).toMatchObject({
      available: 100n,
      obstacle: null,
      intervalEndsAt: new Date(now + 2 * HOUR),
    });
    expect(await pulls.pull(id, 1n)).toBe(1n);
    pulls.test.clock.advance(HOUR - 1);
    expect(await pulls.service.isOpen(id)).toBe(true);
    pulls.test.clock.advance(1);
    expect(await pulls.service.isOpen(id)).toBe(false);
    expect(await pulls.pull(id, 1n)).toBe(0n);
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 1n, available: 0n, obstacle: 'exhausted' });
  });

  it('that goes back gives no interval twice', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { id } = await pulls.create({ cap: true });
    pulls.test.clock.advance(HOUR);
    expect(await pulls.pull(id, 100n)).toBe(100n);
    pulls.test.clock.advance(-HOUR / 2);
    expect(await pulls.balances(id)).toBe('100/100/0');
    expect(await pulls.pull(id, 100n)).toBe(0n);
    pulls.test.clock.advance(HOUR / 2);
    expect(await pulls.pull(id, 100n)).toBe(0n);
  });

  it('after the last interval leaves what was not pulled only where that is not lost', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const [kept, lost] = [await pulls.create({ cycles: 2 }), await pulls.create({ cycles: 2, cap: true })];
    pulls.test.clock.advance(50 * HOUR);
    expect(await pulls.balances(kept.id)).toBe('0/0/200');
    expect(await pulls.balances(lost.id)).toBe('0/0/0');
    expect(await pulls.pull(lost.id, 1n)).toBe(0n);
    expect(await pulls.pull(kept.id, 1000n)).toBe(200n);
    expect((await pulls.service.get(kept.id)).balances.intervalEndsAt).toBeNull();
  });
});

describe('another scale', () => {
  it('costs 100 for 301 packets of 333, of which the last is smaller', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ asset: XRP6 });
    expect(await pulls.pull(id, 10n ** 9n, { maxPacket: 333n })).toBe(100_000n);
    expect(await pulls.balances(id)).toBe('100/100/0');
    const { rows } = await pulls.service.packets({ agreementId: id }, { order: 'asc' });
    expect(rows).toHaveLength(301);
    expect(rows.at(-1)).toMatchObject({ amount: 100n, state: 'fulfilled' });
    expect(rows.reduce((sum, { debit }) => sum + debit, 0n)).toBe(100n);
  });

  it.each([
    // Scales of agreement and uplink, available, wanted, got, and what it costs.
    [6, 9, 100n, 100_000n, 100_000n, 100n],
    [6, 9, 100n, 60_000n, 60_000n, 60n],
    [6, 9, 100n, 333n, 333n, 1n],
    [9, 6, 1500n, 10n, 1n, 1000n],
    [9, 6, 999n, 10n, 0n, 0n],
    [0, 255, 1n, 2n ** 64n - 1n, 2n ** 64n - 1n, 1n],
    [255, 0, 2n ** 64n - 1n, 1n, 0n, 0n],
    [9, 9, 2n ** 64n - 1n, 2n ** 64n - 1n, 2n ** 64n - 1n, 2n ** 64n - 1n],
  ])('%i to %i: of %i, asked for %i, sends %i for %i', async (scale, uplinkScale, amount, wanted, got, cost) => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ amount, asset: { code: 'XRP', scale } });
    const asset = { code: 'XRP', scale: uplinkScale };
    expect(await pulls.pull(id, wanted, { asset, pullId: 'one' })).toBe(got);
    expect(await pulls.balances(id)).toBe(`${cost}/${cost}/${amount - cost}`);
  });

  it('gives nothing of that after the last interval if what was not pulled is lost', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const [lost, kept] = [
      await pulls.create({ asset: XRP6, cap: true, cycles: 1, amount: 1n }),
      await pulls.create({ asset: XRP6, cap: false, cycles: 1, amount: 1n }),
    ];
    for (const { id } of [lost, kept]) expect(await pulls.pull(id, 333n)).toBe(333n);
    pulls.test.clock.advance(HOUR);
    expect(await pulls.pull(lost.id, 1n)).toBe(0n);
    expect(await pulls.pull(kept.id, 1000n)).toBe(667n);
  });

  it('gives what a rounded packet has left free of charge, in the next interval too', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { id } = await pulls.create({ asset: XRP6, cap: true });
    expect(await pulls.pull(id, 333n)).toBe(333n);
    expect(await pulls.balances(id)).toBe('1/1/99');
    pulls.test.clock.advance(HOUR);
    expect(await pulls.pull(id, 667n)).toBe(667n);
    expect(await pulls.balances(id)).toBe('1/0/100');
    expect(await pulls.pull(id, 10n ** 9n, { asset: XRP9 })).toBe(100_000n);
    expect(await pulls.balances(id)).toBe('101/100/0');
  });
});
