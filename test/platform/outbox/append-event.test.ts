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
const NOTE_WRITTEN = 'NoteWritten' as EventType;
const noteWritten = (subject: string) =>
  ({ type: NOTE_WRITTEN, subject, payload: { note: subject }, at: NOW }) as unknown as Happening<EventType>;

afterEach(closeEngines);

describe('the types of events', () => {
  it('are those that the contexts name', () => {
    const notes = { name: 'notes', events: [NOTE_WRITTEN] };
    expect(eventTypesOf(modules)).toEqual(EVENT_TYPES);
    expect(eventTypesOf([...modules, notes])).toEqual([...EVENT_TYPES, NOTE_WRITTEN]);
  });

  it('are each of one context', () => {
    const other = { name: 'notes', events: ['OrderPaid'] as const };
    expect(() => eventTypesOf([...modules, other])).toThrow(
      'notes has an event of the type OrderPaid, which is one of engine',
    );
  });
});

describe('an event of any context', () => {
  /** What a subscriber is told of two notes about orders. */
  async function told(rollBack = false) {
    const bus = new EventBus(recordingLog(), [...EVENT_TYPES, NOTE_WRITTEN]);
    const heard: EventMessage[] = [];
    bus.onDurable('mailer', NOTE_WRITTEN, (event) => heard.push(event));
    bus.onDurable('shop', NOTE_WRITTEN, () => undefined, { exceptFrom: 'shop' });
    const { store, clock, database } = await testEngine({ bus });
    const writing = store.run(async (tx) => {
      await appendEvent(tx, bus, noteWritten('1'));
      await appendEvent(tx, bus, { ...noteWritten('2'), origin: 'shop' });
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
      makeHold: takeNames(),
      log: recordingLog(),
    });
    while ((await dispatcher.processNext()) !== undefined);
    return { heard, rows };
  }

  it('is kept with one delivery for each of its subscribers, who are told what it says', async () => {
    const { rows, heard } = await told();
    const row = (subject: string, subscriber: string) => ({ type: NOTE_WRITTEN, subject, subscriber });
    expect(rows).toEqual([row('1', 'mailer'), row('1', 'shop'), row('2', 'mailer')]);
    expect(heard).toMatchObject([{ payload: { note: '1' } }, { payload: { note: '2' } }]);
  });

  it('is gone with the unit of work that is', async () => {
    expect(await told(true)).toEqual({ heard: [], rows: [] });
  });
});
