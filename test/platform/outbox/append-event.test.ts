import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { modules } from '#modules.ts';
import { appendEvent, type Happening } from '#platform/outbox/append-event.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { EventBus, type EventMessage } from '#platform/outbox/event-bus.ts';
import { type EventType, eventTypesOf } from '#platform/outbox/events.ts';
import { closeEngines, recordingLog, takeNames, testEngine } from '#test/engine.ts';
import { NOW } from '#test/test-wallets.ts';

/** An event of a context that neither the platform nor the engine has heard of. */
const WINDOW_BROKEN = 'WindowBroken' as EventType;
const windowBroken = (subject: string) =>
  ({ type: WINDOW_BROKEN, subject, payload: { pane: subject }, at: NOW }) as unknown as Happening<EventType>;

afterEach(closeEngines);

describe('the types of events', () => {
  it('are those that the contexts name', () => {
    const house = { name: 'house', events: [WINDOW_BROKEN] };
    const types = eventTypesOf(modules);
    expect(types).toEqual(expect.arrayContaining([...EVENT_TYPES]));
    expect(eventTypesOf([...modules, house])).toEqual([...types, WINDOW_BROKEN]);
  });

  it('are each of one context', () => {
    const other = { name: 'house', events: ['OrderPaid'] as const };
    expect(() => eventTypesOf([...modules, other])).toThrow(
      'house has an event of the type OrderPaid, which is one of engine',
    );
  });
});

describe('an event of any context', () => {
  /** What subscribers are told of two broken windows. */
  async function told(rollBack = false) {
    const bus = new EventBus(recordingLog(), [...EVENT_TYPES, WINDOW_BROKEN]);
    const heard: EventMessage[] = [];
    bus.onDurable('mailer', WINDOW_BROKEN, (event) => heard.push(event));
    bus.onDurable('shop', WINDOW_BROKEN, () => undefined, { exceptFrom: 'shop' });
    const { store, clock, database } = await testEngine({ bus });
    const writing = store.run(async (tx) => {
      await appendEvent(tx, bus, windowBroken('1'));
      await appendEvent(tx, bus, { ...windowBroken('2'), origin: 'shop' });
      if (rollBack) throw new Error('changed my mind');
    });
    await writing.catch((error: Error) => expect(error.message).toBe('changed my mind'));
    const rows = database.rows(
      'select type, deliveries.subject, subscriber from deliveries join events on id = event_id order by id, subscriber',
    );
    const dispatcher = new Dispatcher({
      store,
      bus,
      clock,
      random: () => 0,
      newLeaseToken: takeNames(),
      log: recordingLog(),
    });
    while ((await dispatcher.processNext()) !== undefined);
    return { heard, rows };
  }

  it('is kept with one delivery for each of its subscribers, who are told what it says', async () => {
    const { rows, heard } = await told();
    const row = (subject: string, subscriber: string) => ({ type: WINDOW_BROKEN, subject, subscriber });
    expect(rows).toEqual([row('1', 'mailer'), row('1', 'shop'), row('2', 'mailer')]);
    expect(heard).toMatchObject([{ payload: { pane: '1' } }, { payload: { pane: '2' } }]);
  });

  it('is gone with the unit of work that is', async () => {
    expect(await told(true)).toEqual({ heard: [], rows: [] });
  });
});
