import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '#test/clock.ts';
import { closeEngines, HOUR, SECOND } from '#test/engine.ts';
import { pullsOver, testPulls, XRP6 } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const BY = { actor: 'alice' };

describe('a packet', () => {
  it('is granted money once: who asks again for it gets none, whatever became of it', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    expect(await pulls.reserve(id, 'p', 1, 40n)).toBe(40n);
    expect(await pulls.reserve(id, 'p', 1, 40n)).toBe(0n);
    expect(await pulls.reserve(id, 'p', 1, 1n)).toBe(0n);
    await pulls.reject('p', 1);
    expect(await pulls.reserve(id, 'p', 1, 40n)).toBe(0n);
    expect(await pulls.balances(id)).toBe('0/0/100');
    expect(await pulls.reserve(id, 'p', 2, 40n)).toBe(40n);
    await pulls.fulfill('p', 2);
    expect(await pulls.reserve(id, 'p', 2, 40n)).toBe(0n);
    expect(await pulls.balances(id)).toBe('40/40/60');
  });

  it('is held while it is under way, and the answer is entered once', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    await pulls.reserve(id, 'p', 1, 70n);
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 0n, held: 70n, available: 30n });
    for (let time = 0; time < 3; time += 1) await pulls.fulfill('p', 1);
    await pulls.reject('p', 1);
    await pulls.lose('p', 1);
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 70n, held: 0n, available: 30n });
    expect((await pulls.service.packets({ agreementId: id }, {})).rows).toMatchObject([
      { state: 'fulfilled', amount: 70n, debit: 70n, fulfillment: '01'.repeat(32), rejectCode: null },
    ]);
    await pulls.reserve(id, 'p', 2, 70n);
    await pulls.reject('p', 2, 'T04 and more');
    await pulls.fulfill('p', 2);
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 70n, held: 0n, available: 30n });
    const [rejected] = (await pulls.service.packets({ agreementId: id }, {})).rows;
    expect(rejected).toMatchObject({ state: 'rejected', amount: 30n, debit: 0n, rejectCode: 'T04' });
    const paid = (await pulls.test.eventNames()).filter((name) => name.startsWith('PullPacketPaid'));
    expect(paid).toHaveLength(1);
  });

  it('whose answer was lost stays held until a late answer comes, once', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    await pulls.reserve(id, 'p', 1, 70n);
    for (let time = 0; time < 2; time += 1) await pulls.lose('p', 1);
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 0n, held: 70n, available: 30n });
    expect(await pulls.reserve(id, 'p', 2, 100n)).toBe(30n);
    await pulls.fulfill('p', 2);
    expect(await pulls.reserve(id, 'p', 3, 100n)).toBe(0n);
    await pulls.fulfill('p', 1);
    await pulls.fulfill('p', 1);
    await pulls.lose('p', 1);
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 100n, held: 0n, available: 0n });
  });

  it('that was not reserved is not entered', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    await pulls.fulfill('p', 1);
    await pulls.reserve(id, 'p', 1, 10n);
    await pulls.fulfill('p', 2);
    await pulls.fulfill('q', 1);
    expect(await pulls.balances(id)).toBe('0/0/90');
  });

  it('is not granted for an amount below 1, nor above what is there', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    for (const amount of [0n, -1n, -(2n ** 64n)]) expect(await pulls.reserve(id, 'p', 1, amount)).toBe(0n);
    expect(await pulls.reserve(id, 'p', 1, 2n ** 200n)).toBe(100n);
    expect(await pulls.reserve('unknown', 'q', 1, 1n)).toBe(0n);
  });

  it('of a pull of one agreement takes nothing from another, nor in another asset', async () => {
    const pulls = await testPulls();
    const [one, other] = [await pulls.create(), await pulls.create()];
    expect(await pulls.reserve(one.id, 'p', 1, 10n)).toBe(10n);
    expect(await pulls.reserve(other.id, 'p', 2, 10n)).toBe(0n);
    expect(await pulls.reserve(one.id, 'p', 3, 10n, XRP6)).toBe(0n);
    expect(await pulls.balances(other.id)).toBe('0/0/100');
  });

  it('is told to come later while others hold the rest, and that there is none when their answers were lost', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    expect(await pulls.reserve(id, 'p', 1, 100n)).toBe(100n);
    expect(await pulls.reserve(id, 'q', 1, 100n)).toBe('later');
    expect((await pulls.service.get(id)).balances).toMatchObject({ available: 0n, obstacle: 'held' });
    await pulls.lose('p', 1);
    expect(await pulls.reserve(id, 'q', 1, 100n)).toBe(0n);
    await pulls.reject('p', 1);
    expect(await pulls.reserve(id, 'q', 1, 100n)).toBe(100n);
    await pulls.fulfill('q', 1);
    expect(await pulls.reserve(id, 'r', 1, 100n)).toBe(0n);
  });

  it('that is answered in the next interval counts there', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { id } = await pulls.create({ cap: true });
    await pulls.reserve(id, 'p', 1, 100n);
    pulls.test.clock.advance(HOUR);
    expect(await pulls.balances(id)).toBe('0/0/0');
    await pulls.fulfill('p', 1);
    expect(await pulls.balances(id)).toBe('100/100/0');
    pulls.test.clock.advance(HOUR);
    expect(await pulls.balances(id)).toBe('100/0/100');
  });

  it('is numbered and amounts are kept above 2^63', async () => {
    const pulls = await testPulls();
    const most = 2n ** 64n - 1n;
    const { id } = await pulls.create({ amount: most, cycles: 1_000_000, startAt: new Date(0), interval: 'PT1S' });
    expect(await pulls.pull(id, 3n * most, { maxPacket: most })).toBe(3n * most);
    expect((await pulls.service.get(id)).balances).toMatchObject({
      total: 3n * most,
      available: 999_997n * most,
    });
  });
});

describe('clients at once', () => {
  it.each([1000n, 7n, 333n])('take exactly what is there, with packets of %i', async (maxPacket) => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ amount: 1000n });
    const others = [pulls, pulls, pullsOver(pulls.test), pullsOver(pulls.test), pullsOver(pulls.test)];
    const got = await Promise.all(
      others.map((other, index) => other.pull(id, 1000n, { maxPacket, pullId: `client ${index}` })),
    );
    expect(got.reduce((sum, amount) => sum + amount, 0n)).toBe(1000n);
    expect(await pulls.balances(id)).toBe('1000/1000/0');
    const { rows } = await pulls.service.pulls(id, {});
    expect(rows.reduce((sum, { sent }) => sum + sent, 0n)).toBe(1000n);
    expect(rows.map(({ debit, sent }) => debit === sent)).toEqual(rows.map(() => true));
  });

  it('take no more in another scale, where packets are rounded', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ asset: XRP6, amount: 10n });
    const got = await Promise.all([1, 2, 3, 4, 5].map(() => pulls.pull(id, 10_000n, { maxPacket: 333n })));
    expect(got.reduce((sum, amount) => sum + amount, 0n)).toBe(10_000n);
    expect(await pulls.balances(id)).toBe('10/10/0');
  });
});

describe('the largest pull', () => {
  it('limits each pull, what it holds and what was lost in it too', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ maxPull: 30n });
    expect(await pulls.pull(id, 100n, { maxPacket: 7n })).toBe(30n);
    expect(await pulls.pull(id, 100n)).toBe(30n);
    await pulls.reserve(id, 'p', 1, 20n);
    await pulls.lose('p', 1);
    expect(await pulls.reserve(id, 'p', 2, 20n)).toBe(10n);
    await pulls.fulfill('p', 2);
    expect(await pulls.reserve(id, 'p', 3, 20n)).toBe(0n);
    await pulls.reject('p', 1);
    expect(await pulls.reserve(id, 'p', 4, 30n)).toBe(20n);
    expect(await pulls.balances(id)).toBe('70/70/10');
  });

  it('is in the asset of the agreement', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ asset: XRP6, maxPull: 2n });
    expect(await pulls.pull(id, 10n ** 9n, { maxPacket: 333n })).toBe(2000n);
    expect(await pulls.balances(id)).toBe('2/2/98');
  });

  it('that is changed ends the pulls that go on, so that none takes the old and the new one', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ maxPull: 30n });
    expect(await pulls.reserve(id, 'p', 1, 30n)).toBe(30n);
    await pulls.fulfill('p', 1);
    await pulls.service.change(BY, id, { maxPull: 40n }, 'more');
    expect(await pulls.reserve(id, 'p', 2, 30n)).toBe(0n);
    expect(await pulls.reserve(id, 'q', 1, 50n)).toBe(40n);
  });
});

describe('between two packets of an open connection', () => {
  it('a pause holds back the rest, a resumption gives it, and a cancellation ends it for good', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    expect(await pulls.reserve(id, 'p', 1, 10n)).toBe(10n);
    await pulls.service.pause(BY, id, 'odd pulls');
    expect(await pulls.reserve(id, 'p', 2, 10n)).toBe(0n);
    expect((await pulls.service.get(id)).balances).toMatchObject({ available: 0n, obstacle: 'paused' });
    expect(await pulls.service.isOpen(id)).toBe(true);
    await pulls.fulfill('p', 1);
    await pulls.service.resume(BY, id, 'explained');
    expect(await pulls.reserve(id, 'p', 2, 10n)).toBe(10n);
    await pulls.service.cancel(BY, id, 'over');
    expect(await pulls.reserve(id, 'p', 3, 10n)).toBe(0n);
    expect(await pulls.service.isOpen(id)).toBe(false);
    // What was sent before is still paid.
    await pulls.fulfill('p', 2);
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 20n, available: 0n, held: 0n });
    for (const change of [
      () => pulls.service.resume(BY, id, 'again'),
      () => pulls.service.pause(BY, id, 'again'),
      () => pulls.service.cancel(BY, id, 'again'),
      () => pulls.service.change(BY, id, { amount: 5n }, 'again'),
    ]) {
      await expect(change()).rejects.toMatchObject({ code: 'pull_pointer_cancelled' });
    }
  });

  it('the expiry ends it', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { id } = await pulls.create({ expiryAt: new Date(pulls.test.clock.now().getTime() + SECOND) });
    expect(await pulls.reserve(id, 'p', 1, 10n)).toBe(10n);
    pulls.test.clock.advance(SECOND);
    expect(await pulls.reserve(id, 'p', 2, 10n)).toBe(0n);
    await pulls.fulfill('p', 1);
    expect((await pulls.service.get(id)).balances.total).toBe(10n);
  });
});

describe('a pull', () => {
  it('that is over is told once, with what it took and the balances of then', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create({ reference: 'contract 5' });
    expect(await pulls.pull(id, 60n, { maxPacket: 20n, pullId: 'p' })).toBe(60n);
    for (let time = 0; time < 2; time += 1) await pulls.service.endPull('p');
    expect(await pulls.reserve(id, 'p', 9, 10n)).toBe(0n);
    const ended = (await pulls.test.events()).filter(({ type }) => type === 'PullEnded');
    expect(ended.map(({ payload }) => JSON.parse(payload))).toMatchObject([
      {
        agreement: { number: 1, id_begins: id.slice(0, 8), reference: 'contract 5' },
        pull: { id: 'p', sent: '60', debit: '60', asset_code: 'XRP', asset_scale: 9 },
        balance: { total: '60', interval: '60', available: '40', held: '0', cycle: 1 },
      },
    ]);
  });

  it('is told when its last packet is answered, if it was over before', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    const endings = async () => (await pulls.test.eventNames()).filter((name) => name.startsWith('PullEnded')).length;
    await pulls.reserve(id, 'p', 1, 10n);
    await pulls.reserve(id, 'p', 2, 10n);
    await pulls.fulfill('p', 1);
    await pulls.service.endPull('p');
    expect(await endings()).toBe(0);
    await pulls.lose('p', 2);
    expect(await endings()).toBe(1);
    await pulls.fulfill('p', 2);
    expect(await endings()).toBe(1);
  });

  it('that took nothing is not told, until a lost packet turns out to be paid', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    await pulls.service.endPull('unknown');
    await pulls.reserve(id, 'p', 1, 10n);
    await pulls.reject('p', 1);
    await pulls.service.endPull('p');
    await pulls.reserve(id, 'q', 1, 10n);
    await pulls.lose('q', 1);
    await pulls.service.endPull('q');
    expect((await pulls.test.eventNames()).some((name) => name.startsWith('PullEnded'))).toBe(false);
    await pulls.fulfill('q', 1);
    expect((await pulls.test.eventNames()).filter((name) => name.startsWith('PullEnded'))).toHaveLength(1);
  });

  it('shows no event its pointer', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    await pulls.pull(id, 10n);
    await pulls.service.pause(BY, id, 'x');
    const { events, audit_log: log } = pulls.test.dump();
    const text = JSON.stringify([events, log], (_, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).toContain(id.slice(0, 8));
    expect(text).not.toContain(id);
    expect(pulls.test.log.lines.map((line) => JSON.stringify(line)).join()).not.toContain(id);
  });
});

describe('an unknown packet', () => {
  it('is resolved once, by an operator, who is noted', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    for (const packet of [1, 2, 3]) await pulls.reserve(id, 'p', packet, 10n);
    await pulls.lose('p', 1);
    await pulls.lose('p', 2);
    expect((await pulls.service.get(id)).unknownPackets).toBe(2);
    const request = { actor: 'alice', idempotency: { key: 'k', fingerprint: 'f' } };
    const paid = await pulls.service.resolve(request, 1n, 'fulfilled', 'the connector says so');
    expect(paid).toMatchObject({ id: 1n, state: 'fulfilled', debit: 10n, resolvedBy: 'alice', fulfillment: null });
    expect(paid.settledAt).toBeInstanceOf(Date);
    expect(await pulls.service.resolve(request, 1n, 'fulfilled', 'the connector says so')).toEqual(paid);
    expect(await pulls.service.resolve(BY, 2n, 'rejected', 'never seen')).toMatchObject({
      state: 'rejected',
      debit: 0n,
    });
    for (const packet of [1n, 2n, 3n]) {
      const again = pulls.service.resolve(BY, packet, 'fulfilled', 'again');
      await expect(again).rejects.toMatchObject({ code: 'pull_packet_not_unknown' });
    }
    const missing = pulls.service.resolve(BY, 99n, 'fulfilled', 'again');
    await expect(missing).rejects.toMatchObject({ code: 'pull_packet_not_found' });
    expect((await pulls.service.get(id)).balances).toMatchObject({ total: 10n, held: 10n, available: 80n });
  });
});
