import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '#test/clock.ts';
import { closeEngines, HOUR } from '#test/engine.ts';
import { hashOf, pullsOver, someTerms, testPulls, XRP9 } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const BY = { actor: 'alice' };

describe('an agreement', () => {
  it('is made with its terms, found by the hash of its id, and told', async () => {
    const pulls = await testPulls();
    const now = pulls.test.clock.now();
    const terms = { maxPull: 7n, webhook: 'https://example.com/hook', description: 'rent', reference: 'contract 5' };
    const made = await pulls.create({ ...terms, expiryAt: new Date(now.getTime() + HOUR) });
    expect(made).toMatchObject({
      source: 'online',
      state: 'active',
      revision: 1,
      terms: { ...terms, amount: 100n, asset: XRP9, startAt: now, interval: 'PT1H', cycles: 10, cap: false },
      balances: { total: 0n, interval: 0n, available: 100n, held: 0n, cycle: 1, obstacle: null },
      createdAt: now,
    });
    expect(made.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await pulls.service.findByToken(hashOf(made.id))).toEqual(made);
    expect(await pulls.service.findByToken(hashOf('other'))).toBeUndefined();
    expect(await pulls.test.eventNames()).toEqual([`PullAgreementCreated pull pointer ${made.id.slice(0, 8)}`]);
  });

  it('is unknown to payees when it is cancelled or expired, and stays listed', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const now = pulls.test.clock.now().getTime();
    const [cancelled, expired, paused] = [
      await pulls.create({ reference: 'a' }),
      await pulls.create({ expiryAt: new Date(now + HOUR), reference: 'b' }),
      await pulls.create({ reference: 'b' }),
    ];
    await pulls.service.cancel(BY, cancelled.id, 'over');
    await pulls.service.pause(BY, paused.id, 'odd');
    pulls.test.clock.advance(HOUR);
    expect(await pulls.service.findByToken(hashOf(cancelled.id))).toBeUndefined();
    expect(await pulls.service.findByToken(hashOf(expired.id))).toBeUndefined();
    expect((await pulls.service.findByToken(hashOf(paused.id)))?.balances.obstacle).toBe('paused');
    const listed = async (filter: Parameters<typeof pulls.service.list>[0], page = {}) =>
      (await pulls.service.list(filter, page)).rows.map(({ id }) => id);
    expect(await listed({})).toEqual([cancelled.id, expired.id, paused.id]);
    expect(await listed({ state: 'paused' })).toEqual([paused.id]);
    expect(await listed({ reference: 'b' }, { order: 'desc' })).toEqual([paused.id, expired.id]);
    expect(await listed({ assetCode: 'EUR' })).toEqual([]);
    expect(await listed({ createdSince: pulls.test.clock.now() })).toEqual([]);
    const first = await pulls.service.list({}, { limit: 2 });
    expect(await listed({}, { limit: 2, after: first.next })).toEqual([paused.id]);
  });

  it('is not made with terms that break a rule', async () => {
    const pulls = await testPulls();
    const before = pulls.test.dump();
    for (const terms of [
      { amount: 0n },
      { amount: -1n },
      { amount: 2n ** 64n },
      { interval: 'PT0.5S' },
      { interval: '1 month' },
      { cycles: 0 },
      { cycles: Number.NaN },
      { cycles: 1_000_001 },
      { maxPull: 0n },
      { asset: { code: '', scale: 9 } },
      { asset: { code: 'X'.repeat(21), scale: 9 } },
      { asset: { code: 'XRP', scale: 256 } },
      { asset: { code: 'XRP', scale: -1 } },
      { expiryAt: new Date(0) },
      { startAt: new Date('+010000-01-01T00:00:00Z') },
      { startAt: new Date(Number.NaN) },
    ]) {
      await expect(pulls.create(terms), JSON.stringify(terms, String)).rejects.toMatchObject({
        code: 'pull_terms_refused',
      });
    }
    expect(pulls.test.dump()).toEqual(before);
  });
});

describe('a token', () => {
  it('is registered at its first use, and never again: its money is not there twice', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const first = await pulls.service.register(hashOf('token'), someTerms(), 'a.b.c');
    expect(first).toMatchObject({ source: 'token', terms: { startAt: pulls.test.clock.now() } });
    expect(await pulls.pull(first.id, 100n)).toBe(100n);
    pulls.test.clock.advance(HOUR / 2);
    const again = await pulls.service.register(hashOf('token'), someTerms({ amount: 900n }));
    expect(again).toMatchObject({ id: first.id, terms: first.terms, balances: { total: 100n, available: 0n } });
    expect(await pulls.service.findByToken(hashOf('token'))).toEqual(again);
    // The id of such an agreement is no pointer.
    expect(await pulls.service.findByToken(hashOf(first.id))).toBeUndefined();
    await pulls.service.cancel(BY, first.id, 'over');
    const cancelled = await pulls.service.register(hashOf('token'), someTerms());
    expect(cancelled).toMatchObject({ id: first.id, state: 'cancelled' });
    expect(await pulls.pull(first.id, 1n)).toBe(0n);
  });

  it('that has expired stays so', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const terms = someTerms({ expiryAt: new Date(pulls.test.clock.now().getTime() + HOUR) });
    const { id } = await pulls.service.register(hashOf('token'), terms);
    expect(await pulls.pull(id, 60n)).toBe(60n);
    pulls.test.clock.advance(HOUR);
    expect((await pulls.service.register(hashOf('token'), terms)).id).toBe(id);
    expect(await pulls.service.findByToken(hashOf('token'))).toBeUndefined();
    expect(await pulls.pull(id, 1n)).toBe(0n);
    const unused = pulls.service.register(hashOf('unused'), terms);
    await expect(unused).rejects.toMatchObject({ code: 'pull_terms_refused' });
  });

  it('that several use first at the same time is one agreement', async () => {
    const pulls = await testPulls();
    const others = [pulls, pulls, pullsOver(pulls.test), pullsOver(pulls.test)];
    const made = await Promise.all(others.map(({ service }) => service.register(hashOf('token'), someTerms())));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await pulls.test.eventNames()).toHaveLength(1);
  });
});

describe('the identity of an installation', () => {
  it('is made once, at the first request, and never changes', async () => {
    const pulls = await testPulls();
    const others = [pulls, pullsOver(pulls.test), pullsOver(pulls.test)];
    const made = await Promise.all(others.map(({ service }) => service.identity()));
    expect(new Set(made.map(({ btpToken }) => btpToken)).size).toBe(1);
    expect(made[0]?.seed).toHaveLength(32);
    expect(made[0]?.btpToken).toMatch(/^[\w-]{43}$/);
    expect(await pullsOver(pulls.test).service.identity()).toEqual(made[0]);
    expect(() => pulls.test.database.execute(`update pull_identity set seed = 'x'`)).toThrow(/refused/);
  });
});

describe('a push', () => {
  const packet = { pushId: 'push', packet: 1, amount: 5n, asset: XRP9 };

  it('is booked packet by packet, each once', async () => {
    const pulls = await testPulls();
    const { book } = pulls.service;
    expect(await book(packet)).toBe(true);
    expect(await book(packet)).toBe(false);
    expect(await book({ ...packet, amount: 9n })).toBe(false);
    expect(await book({ ...packet, packet: 2, amount: 2n ** 64n - 1n })).toBe(true);
    expect(await book({ ...packet, packet: 3, asset: { code: 'XRP', scale: 6 } })).toBe(false);
    for (const amount of [0n, -1n, 2n ** 64n]) expect(await book({ ...packet, packet: 4, amount })).toBe(false);
    expect(await book({ ...packet, pushId: 'other' })).toBe(true);
    const { rows } = await pulls.service.pushes({});
    expect(rows).toMatchObject([
      { ordinal: 1n, id: 'push', amount: 2n ** 64n + 4n, packets: 2, asset: XRP9 },
      { ordinal: 2n, id: 'other', amount: 5n, packets: 1 },
    ]);
    expect(await pulls.test.eventNames()).toEqual([
      'PushReceived push push',
      'PushReceived push push',
      'PushReceived push other',
    ]);
  });

  it('is booked once when its packet comes twice at the same time', async () => {
    const pulls = await testPulls();
    const booked = await Promise.all([1, 2, 3, 4].map(() => pulls.service.book(packet)));
    expect(booked.filter(Boolean)).toHaveLength(1);
    expect((await pulls.service.pushes({})).rows).toMatchObject([{ amount: 5n }]);
  });
});
