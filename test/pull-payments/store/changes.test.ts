import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Agreement, TermsChange } from '#pull-payments/types.ts';
import { manualClock } from '#test/clock.ts';
import { closeEngines, HOUR, MINUTE } from '#test/engine.ts';
import { hashOf, type TestPulls, testPulls, XRP6, XRP9 } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const BY = { actor: 'alice' };

interface Recorded {
  case: string;
  update: Record<string, string>;
  queryAfter: { total: string; interval: string; available: string };
}

const RECORDED = JSON.parse(
  readFileSync(new URL('../../vectors/pull-payments/updates-original.json', import.meta.url), 'utf8'),
) as Recorded[];

/** An agreement of 100 an hour, of which 40 were pulled in the interval of that number. */
async function pulledOnce(cap: boolean, cycle: number): Promise<{ pulls: TestPulls; agreement: Agreement }> {
  const pulls = await testPulls({ clock: manualClock() });
  const startAt = new Date(pulls.test.clock.now().getTime() - (cycle - 1) * HOUR - MINUTE);
  const agreement = await pulls.create({ startAt, cap });
  expect(await pulls.pull(agreement.id, 40n)).toBe(40n);
  return { pulls, agreement };
}

function update(pulls: TestPulls, { id }: Agreement, change: TermsChange): Promise<Agreement> {
  return pulls.service.update(hashOf(id), change);
}

describe('an update', () => {
  // As recorded of the original: cap, interval, change, and the balances afterwards, where total never shrinks.
  const CASES: readonly [number, boolean, number, TermsChange, string, number][] = [
    [0, false, 1, { amount: 150n }, '40/40/110', 10],
    [1, true, 1, { amount: 150n }, '40/40/110', 10],
    [2, false, 1, { amount: 30n }, '40/40/0', 10],
    [3, true, 1, { amount: 30n }, '40/40/0', 10],
    [4, false, 3, { amount: 150n }, '40/40/310', 8],
    [5, false, 3, { interval: 'PT2H' }, '40/40/260', 8],
    [6, false, 3, { cap: true }, '40/40/60', 8],
    [7, false, 3, { cycles: 2 }, '40/40/160', 2],
  ];

  it.each(CASES)('recorded as number %i comes to what is right', async (index, cap, cycle, change, after, cycles) => {
    const { pulls, agreement } = await pulledOnce(cap, cycle);
    const before = await pulls.service.get(agreement.id);
    const changed = await update(pulls, agreement, change);
    const { total, interval, available } = changed.balances;
    expect(`${total}/${interval}/${available}`).toBe(after);
    expect(changed).toMatchObject({ revision: 2, terms: { cycles } });
    // What can be pulled is what the original said, but for what it forgot.
    const { queryAfter } = RECORDED[index] as Recorded;
    expect(interval).toBe(BigInt(queryAfter.interval));
    if (![0, 2, 3].includes(index)) expect(available).toBe(BigInt(queryAfter.available));
    const restarts = change.cycles === undefined;
    const startAt = before.terms.startAt.getTime() + (restarts ? (cycle - 1) * HOUR : 0);
    expect(changed.terms.startAt).toEqual(new Date(startAt));
    expect(changed.balances.cycle).toBe(restarts ? 1 : cycle);
    const { revisions } = await pulls.service.get(agreement.id);
    expect(revisions.map(({ revision, terms }) => [revision, terms.amount, terms.cycles])).toEqual([
      [1, 100n, 10],
      [2, change.amount ?? 100n, cycles],
    ]);
  });

  it('of the amount counts from the present interval on, and what was over pulled is made up for', async () => {
    const { pulls, agreement } = await pulledOnce(false, 1);
    await update(pulls, agreement, { amount: 30n });
    pulls.test.clock.advance(HOUR);
    expect(await pulls.balances(agreement.id)).toBe('40/0/20');
    expect(await pulls.pull(agreement.id, 100n)).toBe(20n);
    pulls.test.clock.advance(HOUR);
    expect(await pulls.balances(agreement.id)).toBe('60/0/30');
  });

  it('does not move the days on which months end', async () => {
    const pulls = await testPulls({ clock: manualClock(new Date('2024-03-10T00:00:00Z')) });
    const startAt = new Date('2024-01-31T00:00:00Z');
    const agreement = await pulls.create({ startAt, interval: 'P1M', cap: true });
    const changed = await update(pulls, agreement, { amount: 50n });
    expect(changed.terms).toMatchObject({ startAt: new Date('2024-02-29T00:00:00Z'), cycles: 9 });
    expect(changed.balances.intervalEndsAt).toEqual(new Date('2024-03-31T00:00:00Z'));
    pulls.test.clock.advance(22 * 24 * HOUR);
    const again = await update(pulls, agreement, { amount: 60n });
    expect(again.terms).toMatchObject({ startAt: new Date('2024-03-31T00:00:00Z'), cycles: 8 });
    expect(again.balances).toMatchObject({ available: 60n, intervalEndsAt: new Date('2024-04-30T00:00:00Z') });
  });

  it('gives nothing back that a cap has taken', async () => {
    const { pulls, agreement } = await pulledOnce(true, 3);
    const kept = await update(pulls, agreement, { cap: false });
    expect(kept.balances).toMatchObject({ total: 40n, interval: 40n, available: 60n });
    pulls.test.clock.advance(HOUR);
    expect(await pulls.balances(agreement.id)).toBe('40/0/160');
    const { pulls: later, agreement: over } = await pulledOnce(true, 10);
    later.test.clock.advance(5 * HOUR);
    expect((await update(later, over, { cap: false })).balances.available).toBe(0n);
    expect((await update(later, over, { amount: 130n })).balances.available).toBe(30n);
  });

  it('that is made again and again opens no money', async () => {
    const { pulls, agreement } = await pulledOnce(false, 3);
    for (let time = 0; time < 5; time += 1) {
      await update(pulls, agreement, { cap: true });
      await update(pulls, agreement, { interval: 'PT2H' });
      await update(pulls, agreement, { amount: 10n });
      await update(pulls, agreement, { cap: false });
      await update(pulls, agreement, { interval: 'PT1H', amount: 100n });
    }
    const { total, available } = (await pulls.service.get(agreement.id)).balances;
    expect(total).toBe(40n);
    expect(available).toBeLessThanOrEqual(260n);
    expect(await pulls.pull(agreement.id, 1000n)).toBe(available);
  });

  it('that says what is so already changes nothing and tells nothing', async () => {
    const { pulls, agreement } = await pulledOnce(false, 1);
    const before = pulls.test.dump();
    const same = { amount: 100n, asset: XRP9, cap: false, interval: 'PT1H', cycles: 10, expiryAt: null, maxPull: null };
    expect((await update(pulls, agreement, same)).revision).toBe(1);
    expect((await update(pulls, agreement, {})).revision).toBe(1);
    expect(pulls.test.dump()).toEqual(before);
  });

  it('is refused for a pointer that is unknown, cancelled or expired', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const cancelled = await pulls.create();
    await pulls.service.cancel(BY, cancelled.id, 'over');
    const expired = await pulls.create({ expiryAt: new Date(pulls.test.clock.now().getTime() + HOUR) });
    pulls.test.clock.advance(HOUR);
    for (const hash of [hashOf(cancelled.id), hashOf(expired.id), hashOf('other'), cancelled.id]) {
      const refused = pulls.service.update(hash, { amount: 5n });
      await expect(refused).rejects.toMatchObject({ code: 'pull_pointer_not_found' });
    }
  });

  it('that breaks a rule is refused, and changes nothing', async () => {
    const { pulls, agreement } = await pulledOnce(false, 1);
    const before = pulls.test.dump();
    const now = pulls.test.clock.now();
    for (const change of [
      { amount: 0n },
      { amount: 2n ** 64n },
      { cycles: 0 },
      { cycles: 1.5 },
      { interval: 'P0D' },
      { maxPull: 0n },
      { expiryAt: new Date(now.getTime() - HOUR) },
      { asset: { code: 'XRP', scale: 30 } },
      { asset: { code: 'XRP', scale: 0 } },
    ] satisfies TermsChange[]) {
      const refused = update(pulls, agreement, change);
      await expect(refused, JSON.stringify(change, String)).rejects.toMatchObject({ code: 'pull_terms_refused' });
    }
    const noRate = update(pulls, agreement, { asset: { code: 'USD', scale: 2 } });
    await expect(noRate).rejects.toMatchObject({ code: 'no_rate_between_assets' });
    expect(pulls.test.dump()).toEqual(before);
  });

  it('under way, what was sent before is entered under the new terms, at its own rate', async () => {
    const pulls = await testPulls();
    const agreement = await pulls.create({ asset: XRP6, maxPull: null });
    await pulls.reserve(agreement.id, 'p', 1, 1500n);
    await pulls.reserve(agreement.id, 'p', 2, 1500n);
    await pulls.fulfill('p', 1);
    expect(await pulls.balances(agreement.id)).toBe('2/2/97');
    await update(pulls, agreement, { amount: 90n });
    expect(await pulls.balances(agreement.id)).toBe('2/2/86');
    await pulls.fulfill('p', 2);
    expect(await pulls.balances(agreement.id)).toBe('4/4/86');
    await pulls.reserve(agreement.id, 'p', 3, 500n);
    await update(pulls, agreement, { asset: XRP9 });
    await pulls.fulfill('p', 3);
    // It was the free rest of the packet before.
    expect(await pulls.balances(agreement.id)).toBe('4500/4500/85500');
  });
});

describe('a new asset', () => {
  it('converts all amounts exactly, what was pulled upwards', async () => {
    const pulls = await testPulls();
    const agreement = await pulls.create({ asset: XRP6, maxPull: 50n });
    expect(await pulls.pull(agreement.id, 40_000n)).toBe(40_000n);
    const finer = await update(pulls, agreement, { asset: XRP9 });
    expect(finer.terms).toMatchObject({ amount: 100_000n, maxPull: 50_000n, asset: XRP9 });
    expect(await pulls.balances(agreement.id)).toBe('40000/40000/60000');
    expect(await pulls.pull(agreement.id, 1n)).toBe(1n);
    const coarser = await update(pulls, agreement, { asset: XRP6 });
    expect(coarser.terms).toMatchObject({ amount: 100n, maxPull: 50n, asset: XRP6 });
    expect(await pulls.balances(agreement.id)).toBe('41/41/59');
    const other = await update(pulls, agreement, { asset: XRP9, amount: 70_000n });
    expect(other.terms.amount).toBe(70_000n);
    expect(await pulls.balances(agreement.id)).toBe('41000/41000/29000');
  });

  it('of another currency goes by the rates in force', async () => {
    const pulls = await testPulls();
    await pulls.test.engine.exchangeRates.set('USD', 100_000_000n, 'alice');
    await pulls.test.engine.exchangeRates.set('XRP', 150_000_000n, 'alice');
    const usd = { code: 'USD', scale: 2 };
    const agreement = await pulls.create({ asset: usd, amount: 300n });
    // 3 dollars are 2 XRP.
    expect(await pulls.pull(agreement.id, 10n ** 12n, { maxPacket: 333_333_333n })).toBe(2_000_000_000n);
    expect(await pulls.balances(agreement.id)).toBe('300/300/0');
    const changed = await update(pulls, agreement, { asset: XRP6 });
    expect(changed.terms.amount).toBe(2_000_000n);
    expect(await pulls.balances(agreement.id)).toBe('2000000/2000000/0');
    expect(await pulls.service.exchange(300n, usd, XRP9)).toBe(2_000_000_000n);
    expect(await pulls.service.exchange(1n, XRP9, usd)).toBe(0n);
    const none = pulls.service.exchange(1n, usd, { code: 'EUR', scale: 2 });
    await expect(none).rejects.toMatchObject({ code: 'no_rate_between_assets' });
  });
});

describe('rates that move', () => {
  const USD = { code: 'USD', scale: 2 };

  it('count for what is sent after they have moved, and never lower the total', async () => {
    const pulls = await testPulls();
    const set = (usd: bigint) => pulls.test.engine.exchangeRates.set('USD', usd, 'alice');
    await pulls.test.engine.exchangeRates.set('XRP', 100_000_000n, 'alice');
    await set(100_000_000n);
    const { id } = await pulls.create({ asset: USD, amount: 200n });
    expect(await pulls.pull(id, 5_000_001n)).toBe(5_000_001n);
    expect(await pulls.balances(id)).toBe('1/1/199');
    await pulls.reserve(id, 'held', 1, 500_000_000n);
    await set(50_000_000n);
    // 50 of the 199 are held. At half the rate the rest are 745 million units.
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 1n, held: 50n, available: 149n });
    expect(await pulls.pull(id, 10n ** 12n, { maxPacket: 99_999_999n })).toBe(745_000_000n);
    expect(await pulls.balances(id)).toBe('150/150/0');
    await set(100_000_000n);
    // What was rounded up at this rate has some left, which costs nothing.
    expect(await pulls.pull(id, 10n ** 12n)).toBe(4_999_999n);
    expect(await pulls.balances(id)).toBe('150/150/0');
    await pulls.fulfill('held', 1);
    expect(await pulls.balances(id)).toBe('200/200/0');
  });

  it('that are missing let nothing be sent', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ asset: USD });
    expect(await pulls.pull(id, 1n)).toBe(0n);
    expect((await pulls.service.get(id)).balances.obstacle).toBeNull();
    const uplink = { isUp: true, address: 'g.us', asset: XRP9, problem: null, openConnections: 0 };
    await pulls.service.uplinkChanged(uplink);
    expect((await pulls.service.get(id)).balances).toMatchObject({ available: 0n, obstacle: 'no_rate' });
  });

  it('end a pull that has a limit of its own', async () => {
    const pulls = await testPulls();
    await pulls.test.engine.exchangeRates.set('USD', 100_000_000n, 'alice');
    await pulls.test.engine.exchangeRates.set('XRP', 100_000_000n, 'alice');
    const { id } = await pulls.create({ asset: USD, maxPull: 50n });
    expect(await pulls.reserve(id, 'p', 1, 400_000_000n)).toBe(400_000_000n);
    await pulls.fulfill('p', 1);
    await pulls.test.engine.exchangeRates.set('USD', 900_000_000n, 'alice');
    expect(await pulls.reserve(id, 'p', 2, 10n ** 10n)).toBe(0n);
    expect(await pulls.reserve(id, 'q', 1, 10n ** 11n)).toBe(4_500_000_000n);
  });
});

describe('an operator', () => {
  it('changes, pauses, resumes and cancels with a reason, each once under a key', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    const request = { actor: 'alice', idempotency: { key: 'k', fingerprint: 'f' } };
    const first = await pulls.service.change(request, id, { amount: 70n }, 'less');
    expect(first).toMatchObject({ revision: 2, terms: { amount: 70n } });
    await pulls.service.change(BY, id, { amount: 60n }, 'still less');
    expect(await pulls.service.change(request, id, { amount: 70n }, 'less')).toEqual(first);
    const paused = await pulls.service.pause(BY, id, 'odd');
    expect(paused.state).toBe('paused');
    expect(await pulls.service.pause(BY, id, 'odd')).toEqual(paused);
    expect((await pulls.service.resume(BY, id, 'fine')).state).toBe('active');
    expect((await pulls.service.cancel(BY, id, 'over')).state).toBe('cancelled');
    const { revisions } = await pulls.service.get(id);
    expect(revisions.map(({ by, reason }) => [by, reason])).toEqual([
      [null, null],
      ['alice', 'less'],
      ['alice', 'still less'],
    ]);
    const { audit_log: log } = pulls.test.dump();
    expect(log?.filter(({ subject }) => String(subject).startsWith('pull')).map(({ action }) => action)).toEqual([
      'change pull pointer',
      'change pull pointer',
      'pause pull pointer',
      'resume pull pointer',
      'cancel pull pointer',
    ]);
    const changes = (await pulls.test.events())
      .filter(({ type }) => type === 'PullAgreementChanged')
      .map(({ payload }) => JSON.parse(payload).change);
    expect(changes).toEqual(['terms', 'terms', 'paused', 'resumed', 'cancelled']);
  });

  it('is told of a pointer that is not there', async () => {
    const pulls = await testPulls();
    for (const call of [
      () => pulls.service.get('x'),
      () => pulls.service.pulls('x', {}),
      () => pulls.service.packets({ agreementId: 'x' }, {}),
      () => pulls.service.pause(BY, 'x', 'y'),
      () => pulls.service.change(BY, 'x', { amount: 1n }, 'y'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'pull_pointer_not_found' });
    }
  });
});
