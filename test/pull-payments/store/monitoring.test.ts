import { afterEach, describe, expect, it } from 'vitest';
import type { Metric, ServiceContext } from '#platform/module.ts';
import { open } from '#pull-payments/service.ts';
import { WEBHOOK_SUBSCRIBER } from '#pull-payments/webhook/subscriber.ts';
import { manualClock } from '#test/clock.ts';
import { closeEngines, HOUR } from '#test/engine.ts';
import { type TestPulls, testPulls, XRP6, XRP9 } from '#test/pull-payments/pulls.ts';

afterEach(closeEngines);

const BY = { actor: 'alice' };

const SETTINGS = { publicHost: 'pay.example.com', webhookToken: 'token', webhookAllowPrivate: false };

function opened({ context, test }: TestPulls, pullPayments: typeof SETTINGS | null) {
  return open({
    ...context,
    subscriptions: test.bus,
    settings: { pullPayments },
    ports: {},
  } as unknown as ServiceContext);
}

const textOf = (metrics: readonly Metric[]) =>
  metrics.flatMap(({ name, samples }) =>
    samples.map(({ labels, value }) => `${name} ${Object.values(labels ?? {}).join(' ')} ${value}`.replace(/ +/g, ' ')),
  );

describe('pull payments that are switched on', () => {
  it('say whether the uplink is up, and if not, why, while the server is ready for the shop', async () => {
    const pulls = await testPulls();
    const { service, check } = opened(pulls, SETTINGS);
    const look = () => pulls.test.store.read(async (tx) => check?.look(tx, pulls.test.clock.now()));
    expect(await look()).toEqual({
      reasons: [],
      details: { pull_payments: { uplink: 'down', problem: null, unknown_packets: 0 } },
    });
    const up = { isUp: true, address: 'g.us', asset: XRP9, problem: null, openConnections: 3 };
    await service.uplinkChanged(up);
    expect(await look()).toEqual({
      reasons: [],
      details: { pull_payments: { uplink: 'up', problem: null, unknown_packets: 0 } },
    });
    await service.uplinkChanged({ ...up, isUp: false, problem: 'the parent refuses the token' });
    expect(await look()).toMatchObject({
      reasons: [],
      details: { pull_payments: { uplink: 'down', problem: 'the parent refuses the token' } },
    });
  });

  it('measure what is open and what is held', async () => {
    const pulls = await testPulls({ clock: manualClock() });
    const { service, metrics } = opened(pulls, SETTINGS);
    const read = async () => textOf((await pulls.test.store.read(async (tx) => metrics?.(tx))) ?? []);
    expect(await read()).toEqual([
      'tpg_pull_pointers active 0',
      'tpg_pull_pointers paused 0',
      'tpg_pull_packets_held sent 0',
      'tpg_pull_packets_held unknown 0',
      'tpg_pull_uplink_up 0',
      'tpg_pull_connections 0',
    ]);
    const { id } = await pulls.create({ amount: 2n ** 64n - 1n });
    for (const packet of [1, 2, 3]) await pulls.reserve(id, 'p', packet, 10n ** 18n);
    await pulls.reserve(id, 'q', 1, 5n, XRP6);
    await pulls.lose('p', 1);
    await pulls.lose('p', 2);
    await pulls.service.pause(BY, (await pulls.create()).id, 'odd');
    await pulls.service.cancel(BY, (await pulls.create()).id, 'over');
    await pulls.create({ expiryAt: new Date(pulls.test.clock.now().getTime() + HOUR) });
    pulls.test.clock.advance(HOUR);
    await service.uplinkChanged({ isUp: true, address: null, asset: null, problem: null, openConnections: 3 });
    expect(await read()).toEqual([
      'tpg_pull_pointers active 1',
      'tpg_pull_pointers paused 1',
      'tpg_pull_packets_held sent 2',
      'tpg_pull_packets_held unknown 2',
      'tpg_pull_units_held sent XRP 6 5',
      'tpg_pull_units_held sent XRP 9 1000000000000000000',
      'tpg_pull_units_held unknown XRP 9 2000000000000000000',
      'tpg_pull_uplink_up 1',
      'tpg_pull_connections 3',
    ]);
  });

  it('call webhooks and recover', async () => {
    const pulls = await testPulls();
    const { background } = opened(pulls, SETTINGS);
    expect(pulls.test.bus.durableSubscribers('PullEnded')).toEqual([WEBHOOK_SUBSCRIBER]);
    expect(background?.jobs?.map(({ name }) => name)).toEqual(['pull-recovery']);
  });
});

describe('pull payments that are switched off', () => {
  it('can be looked at, and nothing runs', async () => {
    const pulls = await testPulls();
    const { id } = await pulls.create();
    const { service, ...rest } = opened(pulls, null);
    expect(rest).toEqual({});
    expect(pulls.test.bus.allDurableSubscribers()).toEqual([]);
    expect((await service.get(id)).id).toBe(id);
  });
});
