import { afterEach, describe, expect, it, vi } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { EventBus, type EventHandler } from '#platform/outbox/event-bus.ts';
import type { EventType } from '#platform/outbox/events.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { ShopError } from '#shops/shop-connector.ts';
import { withRepository } from '#test/database/changed-repository.ts';
import { isOnPostgres, type TestDatabase } from '#test/database/database.ts';
import {
  claimText,
  closeEngine,
  closeEngines,
  HOUR,
  MINUTE,
  recordingLog,
  SECOND,
  type TestEngine,
  takeNames,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
const MAX_ATTEMPTS = 150;
/** How a test waits for the dispatcher when that runs by itself: less than the ten seconds that it sleeps at most. */
const PATIENT = { interval: 2, timeout: 8_000 };

const running: Dispatcher[] = [];

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await Promise.all(running.splice(0).map((dispatcher) => dispatcher.stop()));
  await closeEngines();
});

interface Outbox {
  test: TestEngine;
  dispatcher: Dispatcher;
  /** What the handlers were told, as `subscriber type subject`. */
  told: string[];
  /** What the handlers do; by `subscriber` or `subscriber type subject`. */
  behaviour: Map<string, EventHandler>;
  carryAll(): Promise<void>;
}

const ALL: readonly EventType[] = ['NewOrder', 'OrderClaimed', 'OrderPaid', 'OrderAnnulled', 'PaymentReceived'];

async function outbox(options: { subscribers?: string[]; random?: () => number; database?: TestDatabase } = {}) {
  const bus = new EventBus(recordingLog(), EVENT_TYPES);
  const told: string[] = [];
  const behaviour = new Map<string, EventHandler>();
  for (const subscriber of options.subscribers ?? ['shop']) {
    for (const type of ALL) {
      bus.onDurable(subscriber, type, (event, signal) => {
        const payload = event.payload as { order?: { order_id: string }; payment?: { txid: string } };
        const name = `${subscriber} ${type} ${payload.order?.order_id ?? payload.payment?.txid}`;
        told.push(name);
        return (behaviour.get(name) ?? behaviour.get(subscriber))?.(event, signal);
      });
    }
  }
  const { database } = options;
  const test = await testEngine({ bus, ...(database && { database }) });
  const { store, clock, log } = test;
  const dispatcher = new Dispatcher({
    store,
    bus,
    clock,
    random: options.random ?? (() => 0),
    newLeaseToken: takeNames(),
    log,
  });
  const carryAll = async () => {
    while ((await dispatcher.processNext()) !== undefined);
  };
  return { test, dispatcher, told, behaviour, carryAll } satisfies Outbox;
}

const failing = (error: unknown) => () => Promise.reject(error);
const backlogOf = ({ test }: Outbox) =>
  test.store.read((tx) => tx.use(deliveryRepository).backlog(test.bus.allDurableSubscribers()));
/** Long enough for whatever is under way to be done, by turns of the event loop: some tests stop all timers. */
const wait = async () => {
  const end = performance.now() + (isOnPostgres() ? 150 : 0);
  for (let turn = 0; turn < 20 || performance.now() < end; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** As `vi.waitFor`, which would move the timers of a test that has its own. */
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

/** A promise and what settles it. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('the outbox, driven by hand,', () => {
  it('carries each event to each of its subscribers once, and answers which one', async () => {
    const box = await outbox({ subscribers: ['shop', 'mailer'] });
    await box.test.order({ orderId: '1' });
    expect([await box.dispatcher.processNext(), await box.dispatcher.processNext()]).toEqual([1n, 1n]);
    expect(await box.dispatcher.processNext()).toBeUndefined();
    expect(box.told.sort()).toEqual(['mailer NewOrder 1', 'shop NewOrder 1']);
    expect(await backlogOf(box)).toEqual({ pending: 0, dead: 0, oldestPendingAt: null });
  });

  it('gives the handler the event as it was stored, and a signal', async () => {
    const box = await outbox();
    const given: unknown[] = [];
    box.behaviour.set('shop', (event, signal) => given.push(event, signal));
    await box.test.order({ orderId: '1' });
    await box.carryAll();
    const [stored] = await box.test.events();
    expect(given[0]).toMatchObject({ id: stored?.id, type: 'NewOrder', createdAt: stored?.createdAt });
    expect(given[1]).toBeInstanceOf(AbortSignal);
  });

  it('carries only to those who subscribed before the event', async () => {
    const box = await outbox();
    await box.test.order({ orderId: 'before' });
    box.test.bus.onDurable('late', 'NewOrder', ({ payload }) => box.told.push(`late ${payload.order.order_id}`));
    await box.test.order({ orderId: 'after' });
    await box.carryAll();
    expect(box.told.filter((name) => name.startsWith('late'))).toEqual(['late after']);
  });

  it('keeps the order of the events of one order, whatever fails meanwhile', async () => {
    const box = await outbox();
    box.behaviour.set('shop NewOrder 1', failing(new Error('not now')));
    await box.test.order({ orderId: '1', memo: claimText(alice, '1') });
    await box.test.payConfirmed({ from: alice, txid: 't' });
    await box.carryAll();
    box.test.clock.advance(499);
    await box.carryAll();
    expect(box.told).toEqual(['shop NewOrder 1', 'shop PaymentReceived t']);
    box.behaviour.clear();
    box.test.clock.advance(1);
    await box.carryAll();
    expect(box.told.slice(2)).toEqual(['shop NewOrder 1', 'shop OrderClaimed 1', 'shop OrderPaid 1']);
  });

  it('holds up neither other orders nor other subscribers when one fails', async () => {
    const box = await outbox({ subscribers: ['shop', 'mailer'] });
    box.behaviour.set('shop NewOrder 1', failing(new Error('not now')));
    await box.test.order({ orderId: '1', memo: claimText(alice, '1') });
    await box.test.order({ orderId: '2' });
    await box.carryAll();
    expect(box.told.sort()).toEqual([
      'mailer NewOrder 1',
      'mailer NewOrder 2',
      'mailer OrderClaimed 1',
      'shop NewOrder 1',
      'shop NewOrder 2',
    ]);
  });

  it('tries again after a failure until it succeeds, and then never again', async () => {
    const box = await outbox();
    await box.test.order({ orderId: '1' });
    box.behaviour.set('shop', failing(new Error('the shop is closed')));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await box.carryAll();
      box.test.clock.advance(MINUTE);
    }
    expect(box.told.length).toBe(3);
    expect(await backlogOf(box)).toMatchObject({ pending: 1, dead: 0 });
    box.behaviour.clear();
    await box.carryAll();
    box.test.clock.advance(HOUR);
    await box.carryAll();
    expect(box.told.length).toBe(4);
    expect(await backlogOf(box)).toMatchObject({ pending: 0, dead: 0 });
  });

  it.each([
    ['throws', () => expect.unreachable('on purpose')],
    ['rejects with undefined', failing(undefined)],
    ['rejects with an empty text', failing('')],
    ['rejects with null', failing(null)],
  ])('takes it for a failure when a handler %s', async (_, behaviour) => {
    const box = await outbox();
    box.behaviour.set('shop', behaviour as EventHandler);
    await box.test.order({ orderId: '1' });
    await box.carryAll();
    expect(await backlogOf(box)).toMatchObject({ pending: 1, dead: 0 });
  });

  it('keeps the last error with the delivery, not longer than a thousand characters', async () => {
    const box = await outbox();
    box.behaviour.set('shop', failing(new Error('x'.repeat(5_000))));
    await box.test.order({ orderId: '1' });
    await box.carryAll();
    expect(box.test.dump().deliveries).toMatchObject([
      { state: 'pending', attempts: 1n, last_error: 'x'.repeat(1_000) },
    ]);
    box.behaviour.clear();
    box.test.clock.advance(SECOND);
    await box.carryAll();
    expect(box.test.dump().deliveries).toMatchObject([{ state: 'done', attempts: 2n, last_error: null }]);
  });

  it('waits longer after each failure: doubling from a second up to ten minutes', async () => {
    const box = await outbox({ random: () => 0.999_999 });
    box.behaviour.set('shop', failing(new Error('closed')));
    await box.test.order({ orderId: '1' });
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 13; attempt += 1) {
      await box.carryAll();
      pauses.push(await driveToNextTry(box));
    }
    const seconds = pauses.map((ms) => ms / SECOND);
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]);
  });

  it('gives up after the last try, says so, and lets later events of the order pass', async () => {
    const box = await outbox();
    box.behaviour.set('shop NewOrder 1', failing(new Error('closed for ever')));
    await box.test.order({ orderId: '1', memo: claimText(alice, '1') });
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      await box.carryAll();
      box.test.clock.advance(10 * MINUTE);
    }
    expect(await backlogOf(box)).toMatchObject({ pending: 2, dead: 0 });
    await box.carryAll();
    expect(await backlogOf(box)).toEqual({ pending: 0, dead: 1, oldestPendingAt: null });
    expect(box.told.filter((name) => name === 'shop NewOrder 1').length).toBe(MAX_ATTEMPTS);
    expect(box.told.at(-1)).toBe('shop OrderClaimed 1');
    box.test.clock.advance(HOUR);
    expect(await box.dispatcher.processNext()).toBeUndefined();
    const [line] = box.test.log.lines.filter(({ level }) => level === 'error');
    expect(line?.sentence).toBe(
      'Delivery of NewOrder 1 to shop failed permanently: closed for ever Manual intervention required.',
    );
  });

  it('waits as long as the shop asks, where that is longer than its own pause', async () => {
    const box = await outbox();
    const refuse = (retryAfterMs: number) => failing(new ShopError('busy', { retryable: true, retryAfterMs }));
    await box.test.order({ orderId: '1' });
    const pauseAfter = async (retryAfterMs: number) => {
      box.behaviour.set('shop', refuse(retryAfterMs));
      await box.carryAll();
      return driveToNextTry(box);
    };
    expect(await pauseAfter(90 * SECOND)).toBe(90 * SECOND);
    expect(await pauseAfter(1)).toBe(SECOND);
    expect(await pauseAfter(24 * HOUR)).toBe(10 * MINUTE);
  });

  it('gives up at once what can never succeed', async () => {
    const box = await outbox();
    box.behaviour.set('shop', failing(new ShopError('There is no such order.', { retryable: false })));
    await box.test.order({ orderId: '1' });
    await box.carryAll();
    expect(box.told).toEqual(['shop NewOrder 1']);
    expect(await backlogOf(box)).toMatchObject({ pending: 0, dead: 1 });
  });

  it('carries dead letters that are sent again in the order of their events, before what waits', async () => {
    const box = await outbox();
    box.behaviour.set('shop', failing(new ShopError('No such order', { retryable: false })));
    await box.test.order({ orderId: '1', memo: claimText(alice, '1') });
    await box.carryAll();
    expect(await backlogOf(box)).toMatchObject({ pending: 0, dead: 2 });
    box.behaviour.set('shop', failing(new Error('not now')));
    await box.test.cancel('1');
    await box.carryAll();
    box.behaviour.clear();
    box.told.length = 0;
    const { deadLetters } = box.test.engine;
    const dead = await deadLetters.after(0n, 10);
    for (const { event } of dead.reverse()) {
      expect(await deadLetters.retry({ actor: 'test' }, event.id, 'shop')).toBe(1);
    }
    box.test.clock.advance(SECOND);
    await box.carryAll();
    expect(box.told).toEqual(['shop NewOrder 1', 'shop OrderClaimed 1', 'shop OrderAnnulled 1']);
  });

  it('counts the tries of a dead letter that is sent again from one', async () => {
    const box = await outbox();
    box.behaviour.set('shop', failing(new ShopError('No such order', { retryable: false })));
    await box.test.order({ orderId: '1' });
    await box.carryAll();
    box.behaviour.set('shop', failing(new Error('not now')));
    await box.test.engine.deadLetters.retry({ actor: 'test' }, 1n, undefined);
    await box.carryAll();
    expect(box.test.dump().deliveries).toMatchObject([{ state: 'pending', attempts: 1n, last_error: 'not now' }]);
  });

  it('leaves a delivery to whoever holds it, and takes it again when the hold is over', async () => {
    const box = await outbox();
    await box.test.order({ orderId: '1' });
    const { clock, store } = box.test;
    const leasedUntil = new Date(clock.now().getTime() + 30 * SECOND);
    const held = await store.run((tx) =>
      tx.use(deliveryRepository).leaseNext(['shop'], clock.now(), { leaseToken: 'h', leasedUntil }),
    );
    expect(held?.attempts).toBe(1);
    clock.advance(30 * SECOND - 1);
    expect(await box.dispatcher.processNext()).toBeUndefined();
    clock.advance(1);
    expect(await box.dispatcher.processNext()).toBe(1n);
    expect(box.test.dump().deliveries).toMatchObject([{ state: 'done', attempts: 2n }]);
  });

  it('holds what it has in hand for as long as the handler takes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const box = await outbox();
    const { open, opened } = gate();
    box.behaviour.set('shop', () => opened);
    await box.test.order({ orderId: '1' });
    const inHand = box.dispatcher.processNext();
    await wait();
    for (let seconds = 0; seconds < 24; seconds += 4) {
      expect(await box.dispatcher.processNext()).toBeUndefined();
      box.test.clock.advance(4 * SECOND);
      vi.advanceTimersByTime(4 * SECOND);
      await wait();
    }
    open();
    expect(await inHand).toBe(1n);
    expect(vi.getTimerCount()).toBe(0);
    expect(box.told).toEqual(['shop NewOrder 1']);
  });

  it('is told when it has lost a delivery to another, and notes nothing about it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const box = await outbox();
    const { clock, store } = box.test;
    let signal: AbortSignal | undefined;
    box.behaviour.set('shop', (_, given) => {
      signal = given;
      return new Promise(() => undefined);
    });
    await box.test.order({ orderId: '1' });
    const inHand = box.dispatcher.processNext();
    await wait();
    clock.advance(12 * SECOND);
    const held = { leaseToken: 'of another instance', leasedUntil: new Date(clock.now().getTime() + MINUTE) };
    expect(await store.run((tx) => tx.use(deliveryRepository).leaseNext(['shop'], clock.now(), held))).toBeDefined();
    vi.advanceTimersByTime(4 * SECOND);
    await inHand;
    expect(signal?.aborted).toBe(true);
    expect(box.test.dump().deliveries).toMatchObject([{ state: 'pending', hold: 'of another instance', attempts: 2n }]);
  });

  it('lets go at its start of what another process held, where no other can be running', async () => {
    const box = await outbox();
    await box.test.order({ orderId: '1' });
    const { clock, store } = box.test;
    const farAway = new Date(clock.now().getTime() + HOUR);
    await store.run((tx) =>
      tx.use(deliveryRepository).leaseNext(['shop'], clock.now(), { leaseToken: 'h', leasedUntil: farAway }),
    );
    expect(await box.dispatcher.processNext()).toBeUndefined();
    await store.run((tx) => tx.use(deliveryRepository).release(clock.now(), false));
    expect(await box.dispatcher.processNext()).toBeUndefined();
    await store.run((tx) => tx.use(deliveryRepository).release(clock.now(), true));
    expect(await box.dispatcher.processNext()).toBe(1n);
  });

  it('ends the try of a handler that never ends, aborts its signal, and tries again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    timeoutsByFakeTimers();
    const box = await outbox();
    let signal: AbortSignal | undefined;
    box.behaviour.set('shop', (_, given) => {
      signal = given;
      return new Promise(() => undefined);
    });
    await box.test.order({ orderId: '1' });
    let ended = false;
    const trying = box.dispatcher.processNext().then(() => {
      ended = true;
    });
    await wait();
    vi.advanceTimersByTime(25 * SECOND - 1);
    await wait();
    expect([ended, signal?.aborted]).toEqual([false, false]);
    vi.advanceTimersByTime(1);
    await trying;
    expect(signal?.aborted).toBe(true);
    expect(await backlogOf(box)).toMatchObject({ pending: 1 });
    box.behaviour.clear();
    box.test.clock.advance(SECOND);
    expect(await box.dispatcher.processNext()).toBe(1n);
    expect(await backlogOf(box)).toMatchObject({ pending: 0 });
  });

  it('takes nothing for a subscriber that is not registered now, and has it when it is again', async () => {
    const box = await outbox({ subscribers: ['shop', 'plugin'] });
    await box.test.order({ orderId: '1' });
    await closeEngine(box.test);
    const without = await outbox({ database: box.test.database });
    await without.carryAll();
    expect(without.told).toEqual(['shop NewOrder 1']);
    await closeEngine(without.test);
    const again = await outbox({ subscribers: ['shop', 'plugin'], database: box.test.database });
    await again.carryAll();
    expect(again.told).toEqual(['plugin NewOrder 1']);
  });

  it('goes on after a restart where it stopped: nothing is lost, nothing is told twice, pauses stay', async () => {
    const first = await outbox();
    first.behaviour.set('shop NewOrder 2', failing(new Error('not now')));
    await first.test.order({ orderId: '1' });
    await first.test.order({ orderId: '2' });
    await first.carryAll();
    await first.test.order({ orderId: '3' });
    await closeEngine(first.test);

    const second = await outbox({ database: first.test.database });
    await second.carryAll();
    expect(second.told).toEqual(['shop NewOrder 3']);
    second.test.clock.advance(SECOND);
    await second.carryAll();
    expect(second.told).toEqual(['shop NewOrder 3', 'shop NewOrder 2']);
    expect(await backlogOf(second)).toMatchObject({ pending: 0, dead: 0 });
  });

  it('says how much waits, since when, and what is given up', async () => {
    const box = await outbox();
    box.behaviour.set('shop NewOrder 1', failing(new ShopError('no', { retryable: false })));
    box.behaviour.set('shop NewOrder 2', failing(new Error('not now')));
    await box.test.order({ orderId: '1' });
    box.test.clock.advance(MINUTE);
    const since = box.test.clock.now();
    await box.test.order({ orderId: '2' });
    box.test.clock.advance(MINUTE);
    await box.test.order({ orderId: '3' });
    box.behaviour.set('shop NewOrder 3', failing(new Error('not now')));
    await box.carryAll();
    expect(await backlogOf(box)).toEqual({ pending: 2, dead: 1, oldestPendingAt: since });
  });

  it('is due next when the first event that may be told is, not when one behind it would be', async () => {
    const box = await outbox();
    box.behaviour.set('shop NewOrder 1', failing(new Error('not now')));
    await box.test.order({ orderId: '1', memo: claimText(alice, '1') });
    await box.carryAll();
    const nextDueAt = await box.test.store.read((tx) => tx.use(deliveryRepository).nextDueAt(['shop'], NOW));
    expect(nextDueAt).toEqual(new Date(box.test.clock.now().getTime() + 500));
  });
});

describe('the running dispatcher', () => {
  it('carries what is there at its start, and wakes for what comes later', async () => {
    const box = await outbox();
    const second = gate();
    box.behaviour.set('shop NewOrder 2', () => second.open());
    await box.test.order({ orderId: '1' });
    start(box);
    await idle(box);
    expect(box.told).toEqual(['shop NewOrder 1']);
    await box.test.order({ orderId: '2' });
    await second.opened;
    expect(box.told).toEqual(['shop NewOrder 1', 'shop NewOrder 2']);
  }, 9_000);

  it('has no more than eight deliveries in hand, and carries the rest when there is room', async () => {
    const box = await outbox();
    const { open, opened } = gate();
    box.behaviour.set('shop', () => opened);
    for (let order = 1; order <= 12; order += 1) await box.test.order({ orderId: `${order}` });
    start(box);
    await vi.waitFor(() => expect(box.told.length).toBe(8), PATIENT);
    await wait();
    expect(box.told.length).toBe(8);
    open();
    await idle(box);
    expect(box.told.length).toBe(12);
  }, 9_000);

  it('carries the next event of an order as soon as the one before is told', async () => {
    const box = await outbox();
    await box.test.order({ orderId: '1', memo: claimText(alice, '1') });
    await box.test.payConfirmed({ from: alice, txid: 't' });
    start(box);
    await idle(box);
    expect(box.told.filter((name) => name.endsWith(' 1'))).toEqual([
      'shop NewOrder 1',
      'shop OrderClaimed 1',
      'shop OrderPaid 1',
    ]);
  }, 9_000);

  it('carries a dead letter that is sent again only when a later event of the order is no longer on its way', async () => {
    const box = await outbox();
    const hopeless = new ShopError('No such order', { retryable: false });
    box.behaviour.set('shop NewOrder 1', failing(hopeless));
    await box.test.order({ orderId: '1' });
    await box.carryAll();
    const { open, opened } = gate();
    box.behaviour.set('shop OrderClaimed 1', () => opened);
    box.behaviour.delete('shop NewOrder 1');
    start(box);
    await box.test.claim(alice, '1');
    await vi.waitFor(() => expect(box.told).toContain('shop OrderClaimed 1'), PATIENT);
    await box.test.engine.deadLetters.retry({ actor: 'test' }, 1n, undefined);
    box.dispatcher.wake();
    await wait();
    expect(box.told).toEqual(['shop NewOrder 1', 'shop OrderClaimed 1']);
    open();
    await idle(box);
    expect(box.told).toEqual(['shop NewOrder 1', 'shop OrderClaimed 1', 'shop NewOrder 1']);
  }, 9_000);

  it('calls nobody twice at once, nor about two events of an order, where the clock leaps meanwhile', async () => {
    const box = await outbox();
    const { open, opened } = gate();
    box.behaviour.set('shop NewOrder 1', () => opened);
    await box.test.order({ orderId: '1', memo: claimText(alice, '1') });
    start(box);
    await vi.waitFor(() => expect(box.told).toEqual(['shop NewOrder 1']), PATIENT);
    for (let leaps = 0; leaps < 3; leaps += 1) {
      box.test.clock.advance(HOUR);
      box.dispatcher.wake();
      await wait();
    }
    expect(box.told).toEqual(['shop NewOrder 1']);
    open();
    await idle(box);
    expect(box.told).toEqual(['shop NewOrder 1', 'shop OrderClaimed 1']);
  }, 9_000);

  it('waits, when it is stopped, for what is in hand, notes it, and takes nothing more', async () => {
    const box = await outbox();
    const { open, opened } = gate();
    box.behaviour.set('shop NewOrder 1', () => opened);
    await box.test.order({ orderId: '1' });
    start(box);
    await vi.waitFor(() => expect(box.told).toEqual(['shop NewOrder 1']), PATIENT);
    let isStopped = false;
    const stopping = box.dispatcher.stop().then(() => {
      isStopped = true;
    });
    await box.test.order({ orderId: '2' });
    await wait();
    expect(isStopped).toBe(false);
    open();
    await stopping;
    expect(box.told).toEqual(['shop NewOrder 1']);
    expect(await backlogOf(box)).toMatchObject({ pending: 1 });
  }, 9_000);

  it('does not run where nobody subscribed', async () => {
    const box = await outbox({ subscribers: [] });
    const asked = vi.spyOn(box.test.store, 'run');
    start(box);
    await wait();
    await box.dispatcher.stop();
    expect(asked).not.toHaveBeenCalled();
  });

  it('survives a database that is out of reach, and goes on when it is back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const box = await outbox();
    await box.test.order({ orderId: '1' });
    const run = vi.spyOn(box.test.store, 'run').mockRejectedValue(new StoreUnavailableError('The disk is full'));
    start(box);
    const errors = () => box.test.log.lines.filter((line) => line.level === 'error').length;
    await until(() => errors() > 0);
    await wait();
    // It may hear of the order's event meanwhile, and asks once more then.
    expect([1, 2]).toContain(errors());
    run.mockRestore();
    // Its pause may begin only now.
    await until(() => {
      vi.advanceTimersByTime(2 * SECOND);
      return box.told.length > 0;
    });
    expect(box.told).toEqual(['shop NewOrder 1']);
  }, 60_000);

  it('repeats what was told but could not be noted', async () => {
    const box = await outbox();
    await box.test.order({ orderId: '1' });
    const { store } = box.test;
    const run = store.run.bind(store);
    let refusals = 1;
    vi.spyOn(store, 'run').mockImplementation((work) =>
      run((tx) => {
        const settle: ReturnType<typeof deliveryRepository>['settle'] = async (...noted) => {
          refusals -= 1;
          if (refusals >= 0) throw new StoreUnavailableError('The disk is full');
          return tx.use(deliveryRepository).settle(...noted);
        };
        return work(withRepository(tx, deliveryRepository, { settle }));
      }),
    );
    start(box);
    await vi.waitFor(
      () =>
        expect(box.test.log.lines.map((line) => line.sentence)).toContain(
          'The outcome of a delivery could not be saved; it will be repeated',
        ),
      PATIENT,
    );
    expect(await backlogOf(box)).toMatchObject({ pending: 1 });
    box.test.clock.advance(30 * SECOND);
    box.dispatcher.wake();
    await idle(box);
    expect(box.told).toEqual(['shop NewOrder 1', 'shop NewOrder 1']);
  }, 9_000);
});

/** Starts the dispatcher, woken by commits as app.ts does; it is stopped after the test. */
function start({ test, dispatcher }: Outbox): void {
  test.store.onCommitted(() => dispatcher.wake());
  dispatcher.start();
  running.push(dispatcher);
}

/** Answers when nothing is left to carry. */
function idle(box: Outbox): Promise<void> {
  return vi.waitFor(async () => expect(await backlogOf(box)).toMatchObject({ pending: 0 }), PATIENT);
}

/** Moves the clock to the next try, and answers how long that took. */
async function driveToNextTry({ test, dispatcher }: Outbox): Promise<number> {
  const before = test.clock.now();
  const dueAt = await test.store.read((tx) => tx.use(deliveryRepository).nextDueAt(['shop'], NOW));
  const pause = (dueAt?.getTime() ?? Number.NaN) - before.getTime();
  test.clock.advance(pause - 1);
  expect(await dispatcher.processNext()).toBeUndefined();
  test.clock.advance(1);
  return pause;
}

/** Node's own time-outs do not know of fake timers. */
function timeoutsByFakeTimers(): void {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), ms);
    return controller.signal;
  });
}
