import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from '#platform/database/store.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import type { Page } from '#platform/paging.ts';
import type { EngineContext } from './context.ts';
import { findOrder } from './order-lookup.ts';
import { paymentListRepository } from './store/payment-lists.ts';
import { paymentUseRepository } from './store/payment-uses.ts';

/** No index leads from an order to its events, so one request scans at most this many; the next one continues. */
const MAX_EVENTS_LOOKED_AT = 20_000;

/** Events read in one transaction; between two of them other requests get their turn. */
const EVENTS_AT_ONCE = 2_000;

/** Events are in the order of their ids unless a clock was set back; so the scan starts this much earlier. */
const CLOCK_SLACK_MS = 3_600_000;

/** More payments than any order has; further ones are left out. */
const MAX_PAYMENTS = 100;

export type OrderEvents = ReturnType<typeof orderEvents>;

/** The events of one order and of the payments that name it or paid it. */
export function orderEvents({ store }: Pick<EngineContext, 'store'>) {
  return {
    /**
     * A page of the events, oldest first. A page may be empty and still have a next one.
     * @param after the event to start after; by default the page starts with the order's first event.
     * @throws {DomainError} `order_not_found`
     */
    ofOrder: (orderId: string, after?: bigint): Promise<Page<StoredEvent, bigint>> =>
      store.read(async (tx) => {
        const { subjects, since } = await aboutOrder(tx, orderId);
        const last = await tx.use(eventRepository).lastId();
        const begin =
          after ?? (await tx.use(eventRepository).lastIdBefore(new Date(since.getTime() - CLOCK_SLACK_MS), last));
        const end = smaller(last, begin + BigInt(MAX_EVENTS_LOOKED_AT));
        const rows: StoredEvent[] = [];
        for (let from = begin; from < end; from += BigInt(EVENTS_AT_ONCE)) {
          rows.push(
            ...(await tx.use(eventRepository).about(subjects, from, smaller(end, from + BigInt(EVENTS_AT_ONCE)))),
          );
          await nextTurn();
        }
        return { rows, next: end < last ? end : undefined };
      }),
  };
}

/** The subjects of its events, and the earliest time that they can have. */
async function aboutOrder(tx: Transaction, orderId: string): Promise<{ subjects: string[]; since: Date }> {
  const order = await findOrder(tx, orderId, false);
  const names = order.altId === null ? [order.orderId] : [order.orderId, order.altId];
  const naming = await tx.use(paymentListRepository).pageNaming(names, undefined, MAX_PAYMENTS);
  const paying = await tx.use(paymentUseRepository).ofOrder(order.orderId, MAX_PAYMENTS);
  const txids = new Set([...naming, ...paying].map(({ txid }) => txid));
  const times = [order.createdAt, ...naming.map(({ createdAt }) => createdAt)];
  return {
    subjects: [order.orderId, ...txids],
    since: new Date(Math.min(...times.map((time) => time.getTime()))),
  };
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
