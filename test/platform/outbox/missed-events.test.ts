import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { queueingRepository } from '#platform/outbox/store/queueing.ts';
import type { TestDatabase } from '#test/database/database.ts';
import { closeEngine, closeEngines, recordingLog, temporaryDatabase, testEngine } from '#test/engine.ts';

afterEach(closeEngines);

const BOSS = { actor: 'boss' };

/** As the server has it with these plugins, and with no others. */
function busWith(...plugins: string[]): EventBus {
  const bus = new EventBus(recordingLog(), EVENT_TYPES);
  for (const name of plugins) {
    bus.onDurable(name, 'NewOrder', () => undefined);
    bus.onDurable(name, 'OrderAnnulled', () => undefined);
  }
  return bus;
}

/** An order that comes while these plugins are loaded. */
async function orderWhile(database: TestDatabase, orderId: string, ...plugins: string[]): Promise<void> {
  const test = await testEngine({ database, bus: busWith(...plugins) });
  await test.order({ orderId });
  await closeEngine(test);
}

describe('a durable plugin that was not loaded for a while', () => {
  it('is told of what it missed since its last event, and of nothing twice', async () => {
    const database = await temporaryDatabase();
    await orderWhile(database, 'before');
    await orderWhile(database, '1', 'mail');
    await orderWhile(database, '2');
    await orderWhile(database, '3');
    const bus = busWith('mail', 'new');
    const { store } = await testEngine({ database, bus });
    const add = (name: string) => store.run((tx) => tx.use(queueingRepository).addMissed(name, bus.typesOf(name)));
    expect(await add('mail')).toBe(2);
    expect(await add('mail')).toBe(0);
    // One that is new begins with what comes.
    expect(await add('new')).toBe(0);
    const waiting = { subscriber: 'mail', state: 'pending', attempts: 0n, type: 'NewOrder' };
    const rows = database.rows(
      `select subscriber, deliveries.subject, type, state, attempts from deliveries
         join events on id = event_id order by event_id`,
    );
    expect(rows).toEqual(['1', '2', '3'].map((subject) => ({ ...waiting, subject })));
  });

  it('has its events listed, which can be dismissed and need no retry', async () => {
    const database = await temporaryDatabase();
    await orderWhile(database, '1', 'gone', 'loaded');
    const { engine } = await testEngine({ database, bus: busWith('loaded') });
    const listed = await engine.deadLetters.after(0n, 10);
    const lastError = 'The subscriber gone is not loaded; the event is delivered once it is.';
    expect(listed).toEqual([expect.objectContaining({ subscriber: 'gone', lastError })]);
    const id = listed[0]?.event.id ?? 0n;
    const notFound = { code: 'dead_letter_not_found' };
    await expect(engine.deadLetters.retry(BOSS, id, undefined)).rejects.toMatchObject(notFound);
    await expect(engine.deadLetters.dismiss(BOSS, id, 'loaded', 'why')).rejects.toMatchObject(notFound);
    expect(await engine.deadLetters.dismiss(BOSS, id, undefined, 'The plugin is gone.')).toBe(1);
    expect(await engine.deadLetters.after(0n, 10)).toEqual([]);
    expect(database.rows('select subscriber, state from deliveries order by subscriber')).toEqual([
      { subscriber: 'gone', state: 'done' },
      { subscriber: 'loaded', state: 'pending' },
    ]);
  });

  it('has them listed where nothing at all is loaded', async () => {
    const database = await temporaryDatabase();
    await orderWhile(database, '1', 'gone');
    const { engine } = await testEngine({ database, bus: busWith() });
    expect(await engine.deadLetters.after(0n, 10)).toHaveLength(1);
  });
});
