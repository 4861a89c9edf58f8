import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { wholeBacklog } from '#platform/outbox/check.ts';
import { DeliveryError } from '#platform/outbox/delivery-error.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { EventBus, type EventHandler, type Receivers } from '#platform/outbox/event-bus.ts';
import type { LeasedDelivery } from '#platform/outbox/store/deliveries.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { queueingRepository } from '#platform/outbox/store/queueing.ts';
import { closeEngines, HOUR, recordingLog, SECOND, takeNames, testEngine } from '#test/engine.ts';

afterEach(closeEngines);

const BOSS = { actor: 'boss' };

/** Some subscribers that come and go beside a plugin, with a dispatcher of their own, driven by hand. */
async function family(...names: string[]) {
  const present = new Set(names);
  const told: string[] = [];
  const behaviour = new Map<string, EventHandler>();
  const bus = new EventBus(recordingLog(), EVENT_TYPES);
  let woken = 0;
  bus.addFamily({
    prefix: 'family-',
    names: async () => [...present],
    wake: () => {
      woken += 1;
    },
  });
  bus.onDurable('plugin', 'NewOrder', () => undefined);
  const receivers: Receivers = {
    maxInFlight: 4,
    areBounded: true,
    hasAny: () => true,
    callable: (_, inFlight: readonly LeasedDelivery[]) =>
      [...present].filter((name) => !inFlight.some(({ subscriber }) => subscriber === name)),
    handlerOf: (subscriber, type) => (event, signal) => {
      told.push(`${subscriber} ${type} ${event.id}`);
      return behaviour.get(subscriber)?.(event, signal);
    },
  };
  const test = await testEngine({ bus });
  const { store, clock, log } = test;
  const dispatcher = new Dispatcher({ store, bus: receivers, clock, random: () => 0, newLeaseToken: takeNames(), log });
  const carryAll = async () => {
    while ((await dispatcher.processNext()) !== undefined);
  };
  const queue = (subscriber: string, after: bigint, limit = 100, types?: readonly ['NewOrder']) =>
    store.run((tx) => tx.use(queueingRepository).queueNext(subscriber, { types, after, limit }));
  return { test, bus, store, clock, present, told, behaviour, dispatcher, carryAll, queue, wakings: () => woken };
}

describe('subscribers that come and go', () => {
  it('are queued the events behind a position, in parts, each once', async () => {
    const { test, queue, carryAll, told } = await family('family-1');
    for (const orderId of ['1', '2', '3']) await test.order({ orderId });
    expect(await queue('family-1', 0n, 2)).toBe(2n);
    expect(await queue('family-1', 0n, 2)).toBe(2n);
    expect(await queue('family-1', 2n, 2)).toBe(3n);
    expect(await queue('family-1', 3n, 2)).toBeUndefined();
    await carryAll();
    expect(told).toEqual(['family-1 NewOrder 1', 'family-1 NewOrder 2', 'family-1 NewOrder 3']);
  });

  it('are queued the types that they want', async () => {
    const { test, queue, carryAll, told } = await family('family-1');
    await test.order({ orderId: '1' });
    await test.cancel('1');
    await test.order({ orderId: '2' });
    const last = (await test.events()).at(-1)?.id;
    expect(await queue('family-1', 0n, 100, ['NewOrder'])).toBe(last);
    await carryAll();
    expect(told).toEqual(['family-1 NewOrder 1', `family-1 NewOrder ${last}`]);
  });

  it('do not wait for each other, and get the events of one order in their order', async () => {
    const { test, queue, carryAll, told, behaviour, clock } = await family('family-1', 'family-2');
    await test.order({ orderId: '1' });
    await test.cancel('1');
    for (const name of ['family-1', 'family-2']) await queue(name, 0n);
    behaviour.set('family-1', () => Promise.reject(new DeliveryError('down', { retryable: true })));
    await carryAll();
    expect(told).toEqual(['family-1 NewOrder 1', 'family-2 NewOrder 1', 'family-2 OrderAnnulled 2']);
    behaviour.clear();
    clock.advance(SECOND);
    await carryAll();
    expect(told.slice(3)).toEqual(['family-1 NewOrder 1', 'family-1 OrderAnnulled 2']);
  });

  it('may ask for a longer pause, within a bound', async () => {
    const { test, queue, behaviour, carryAll, store, clock } = await family('family-1');
    await test.order({ orderId: '1' });
    await queue('family-1', 0n);
    const asks = { retryable: true, retryAfterMs: 300 * HOUR };
    behaviour.set('family-1', () => Promise.reject(new DeliveryError('busy', asks)));
    await carryAll();
    const dueAt = await store.read((tx) => tx.use(deliveryRepository).nextDueAtOfEach(['family-1'], clock.now()));
    expect(dueAt).toEqual(new Date(clock.now().getTime() + 600 * SECOND));
  });

  it('have their dead letters in the list of all, and one that is retried wakes their dispatcher', async () => {
    const { test, queue, behaviour, carryAll, told, present, wakings, bus, store } = await family(
      'family-1',
      'family-2',
    );
    await test.order({ orderId: '1' });
    for (const name of ['family-1', 'family-2']) await queue(name, 0n);
    behaviour.set('family-1', () => Promise.reject(new DeliveryError('no', { retryable: false })));
    present.delete('family-2');
    await carryAll();
    // One that is there but can't be called now is not taken for a plugin that is gone.
    present.add('family-2');
    const listed = await test.engine.deadLetters.after(0n, 10);
    expect(listed.map(({ subscriber, lastError }) => [subscriber, lastError])).toEqual([['family-1', 'no']]);
    const backlog = await store.read((tx) => wholeBacklog(tx, bus));
    expect(backlog).toMatchObject({ pending: 1, dead: 1 });
    behaviour.clear();
    expect(await test.engine.deadLetters.retry(BOSS, 1n, 'family-1')).toBe(1);
    await carryAll();
    expect(told.sort()).toEqual(['family-1 NewOrder 1', 'family-1 NewOrder 1', 'family-2 NewOrder 1']);
    expect(wakings()).toBe(0);
    bus.wakeFamilies();
    expect(wakings()).toBe(1);
  });

  it('can be given up, and what is under way then ends without a trace', async () => {
    const { test, queue, store, clock, behaviour, carryAll } = await family('family-1', 'family-2');
    await test.order({ orderId: '1' });
    for (const name of ['family-1', 'family-2']) await queue(name, 0n);
    const giveUp = () => store.run((tx) => tx.use(queueingRepository).giveUp('family-1', clock.now(), { dead: true }));
    behaviour.set('family-1', async () => {
      expect(await giveUp()).toBe(1);
      throw new DeliveryError('too late', { retryable: true });
    });
    await carryAll();
    const states = test.rows('select subscriber, state, last_error from deliveries order by subscriber');
    expect(states.filter(({ subscriber }) => subscriber !== 'plugin')).toEqual([
      { subscriber: 'family-1', state: 'done', last_error: null },
      { subscriber: 'family-2', state: 'done', last_error: null },
    ]);
  });

  it('leave their names to nothing else', async () => {
    const { bus } = await family();
    expect(() => bus.onDurable('family-7', 'NewOrder', () => undefined)).toThrow(/can't begin with family-/);
  });

  it('are counted by what waits and what is due', async () => {
    const { test, queue, behaviour, carryAll, store, clock } = await family('family-1');
    for (const orderId of ['1', '2']) await test.order({ orderId });
    await queue('family-1', 0n);
    const waiting = () => store.read((tx) => tx.use(queueingRepository).waitingOf('family-1', clock.now()));
    expect(await waiting()).toEqual({ pending: 2, due: 2 });
    behaviour.set('family-1', () => Promise.reject(new DeliveryError('down', { retryable: true })));
    await carryAll();
    expect(await waiting()).toEqual({ pending: 2, due: 0 });
  });
});
