import type { Store } from '#platform/database/store.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';

/** What has happened, as open pages are told of it: no content, only what it is about. */
export interface News {
  /** The id of the last event. */
  last: bigint;
  events: readonly { type: string; subject: string }[];
}

/** Events in one answer. What comes on top is in the next. */
const MAX_EVENTS = 500;

export type ReadNews = (after: bigint | undefined, withinMs: number) => Promise<News>;

/** Lets open pages hear of events. Nothing is read before the first page asks. */
export function newsOf(store: Store): ReadNews {
  const wakes = new Set<() => void>();
  let isListening = false;

  const listen = () => {
    if (isListening) return;
    isListening = true;
    store.onCommitted(() => {
      for (const wake of [...wakes]) wake();
    });
  };

  const committed = (withinMs: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        wakes.delete(done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      timer.unref();
      wakes.add(done);
    });

  const read = (after: bigint) =>
    store.read(async (tx): Promise<News | undefined> => {
      const events = await tx.use(eventRepository).after(after, MAX_EVENTS);
      const last = events.at(-1);
      return last && { last: last.id, events: events.map(({ type, subject }) => ({ type, subject })) };
    });

  /** The events after one, waiting for some if there are none; without a first one only the id of the last event. */
  return async (after, withinMs) => {
    listen();
    if (after === undefined) return { last: await store.read((tx) => tx.use(eventRepository).lastId()), events: [] };
    const waited = committed(withinMs);
    const first = await read(after);
    if (first !== undefined) return first;
    await waited;
    return (await read(after)) ?? { last: after, events: [] };
  };
}
