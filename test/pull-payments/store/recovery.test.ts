import { afterEach, describe, expect, it } from 'vitest';
import { ANSWERS_WITHIN_MS, MAX_SILENCE_MS, recovery } from '#pull-payments/money/recovery.ts';
import { manualClock } from '#test/clock.ts';
import { closeEngines, SECOND } from '#test/engine.ts';
import { pullsOver, testPulls } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const endings = (names: readonly string[]) => names.filter((name) => name.startsWith('PullEnded')).length;

describe('what a process that died has left', () => {
  it('is held until no answer can come any more, and then unknown', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { id } = await pulls.create();
    await pulls.reserve(id, 'p', 1, 60n);
    const { run } = recovery(pullsOver(pulls.test).context);
    const stateOf = async () => (await pulls.service.packets({ agreementId: id }, {})).rows[0]?.state;
    pulls.test.clock.advance(30 * SECOND + ANSWERS_WITHIN_MS - 1);
    await run();
    expect(await stateOf()).toBe('sent');
    pulls.test.clock.advance(1);
    await run();
    await run();
    expect(await stateOf()).toBe('unknown');
    expect((await pulls.service.get(id)).balances).toMatchObject({ held: 60n, available: 40n });
    expect(await pulls.pull(id, 100n)).toBe(40n);
    // The answer came after all.
    await pulls.fulfill('p', 1);
    expect(await pulls.balances(id)).toBe('100/100/0');
  });

  it('are pulls that are ended when the only process starts, or after a silence', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { id } = await pulls.create();
    for (const pull of ['p', 'q']) {
      await pulls.reserve(id, pull, 1, 10n);
      await pulls.fulfill(pull, 1);
    }
    await pulls.reserve(id, 'q', 2, 10n);
    const context = pullsOver(pulls.test).context;
    const alone = recovery({ ...context, store: { ...context.store, isShared: false } });
    const beside = recovery({ ...context, store: { ...context.store, isShared: true } });
    await beside.start();
    await beside.run();
    expect(endings(await pulls.test.eventNames())).toBe(0);
    pulls.test.clock.advance(MAX_SILENCE_MS);
    await beside.run();
    // The packet under way had expired, too.
    expect(endings(await pulls.test.eventNames())).toBe(2);
    await pulls.reserve(id, 'r', 1, 10n);
    await pulls.fulfill('r', 1);
    await alone.start();
    expect(endings(await pulls.test.eventNames())).toBe(3);
    expect(await pulls.reserve(id, 'r', 2, 10n)).toBe(0n);
  });

  it('is taken up whole, however much it is', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { id } = await pulls.create({ amount: 1000n });
    for (let index = 0; index < 250; index += 1) await pulls.reserve(id, `p${index}`, 1, 1n);
    pulls.test.clock.advance(MAX_SILENCE_MS + ANSWERS_WITHIN_MS + 30 * SECOND);
    await recovery(pulls.context).run();
    expect((await pulls.service.get(id)).unknownPackets).toBe(250);
    expect((await pulls.service.pulls(id, {})).rows.filter(({ endedAt }) => endedAt === null)).toEqual([]);
  });
});
