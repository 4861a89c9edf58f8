import type { ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { DomainError } from '#platform/errors.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { ServiceContext } from '#platform/module.ts';
import { type BulkDismissal, type DeadLetterFilter, MAX_DISMISSED_AT_ONCE } from './bulk-dismissal.ts';
import { type DeadLetter, deadLetterRepository } from './store/dead-letters.ts';

export type DeadLetters = ReturnType<typeof deadLetters>;

/** Deliveries to the shop, a plugin or another subscriber that failed permanently, for an operator to retry or dismiss. */
export function deadLetters(
  { store, subscriptions }: Pick<ServiceContext, 'store' | 'subscriptions'>,
  { perform }: OperatorActions,
  wakeOutbox: () => void,
) {
  const loaded = (tx: Transaction) => subscriptions.knownSubscribers(tx);

  return {
    /** The dead letters of up to `limit` events after the one with id `after`, oldest event first by default. */
    after: (after: bigint, limit: number, range: IdRange = {}): Promise<DeadLetter[]> =>
      store.read(async (tx) => tx.use(deadLetterRepository).deadAfter(after, limit, await loaded(tx), range)),

    /** How many deliveries failed permanently, up to a limit. */
    count: (limit: number): Promise<number> => store.read((tx) => tx.use(deadLetterRepository).count(limit)),

    /**
     * Requeues the dead letters of an event as if they had never been tried, ahead of everything pending for the same
     * subscriber and subject. Returns how many there were.
     * @param subscriber limits the retry to one subscriber; by default all of the event's dead letters are retried.
     * @throws {DomainError} `dead_letter_not_found`
     */
    async retry(request: ChangeRequest, eventId: bigint, subscriber: string | undefined): Promise<number> {
      const retried = await perform(request, async ({ tx, now }) => {
        // A delivery that waits for a plugin to be loaded needs no retry.
        const chosen = (await deadOf(tx, eventId, subscriber, await loaded(tx))).filter(({ isWaiting }) => !isWaiting);
        if (chosen.length === 0) throw new DomainError('dead_letter_not_found', nameOf(eventId, subscriber));
        for (const letter of chosen) await tx.use(deadLetterRepository).requeue(letter, now);
        const before = { deliveries: chosen.map(deliveryView) };
        const record = { action: 'retry dead letter', subject: `event ${eventId}`, before };
        return { answer: chosen.length, record };
      });
      wakeOutbox();
      return retried;
    },

    /**
     * Dismisses the dead letters of an event: they are neither delivered nor counted any more. Returns how many there were.
     * @param subscriber limits it to one subscriber; by default all of the event's dead letters are dismissed.
     * @throws {DomainError} `dead_letter_not_found`
     */
    dismiss(request: ChangeRequest, eventId: bigint, subscriber: string | undefined, reason: string): Promise<number> {
      return perform(request, async ({ tx, now }) => {
        const chosen = await deadOf(tx, eventId, subscriber, await loaded(tx));
        for (const letter of chosen) await tx.use(deadLetterRepository).dismiss(letter, now);
        const before = { deliveries: chosen.map(deliveryView) };
        const record = { action: 'dismiss dead letter', subject: `event ${eventId}`, reason, before };
        return { answer: chosen.length, record };
      });
    },

    /** Dismisses all that match, up to `MAX_DISMISSED_AT_ONCE` of them, the oldest events first. */
    dismissMatching(request: ChangeRequest, filter: DeadLetterFilter, reason: string): Promise<BulkDismissal> {
      return perform(request, async ({ tx, now }) => {
        const limit = MAX_DISMISSED_AT_ONCE + 1;
        const found = await tx.use(deadLetterRepository).deadMatching(filter, limit, await loaded(tx));
        const chosen = found.slice(0, MAX_DISMISSED_AT_ONCE);
        for (const letter of chosen) await tx.use(deadLetterRepository).dismiss(letter, now);
        const answer = { dismissed: chosen.length, hasMore: found.length > chosen.length };
        if (chosen.length === 0) return { answer, record: undefined };
        const before = { deliveries: chosen.map((letter) => ({ event_id: letter.event.id, ...deliveryName(letter) })) };
        return { answer, record: { action: 'dismiss dead letters', subject: describe(filter), reason, before } };
      });
    },
  };
}

/** @throws {DomainError} `dead_letter_not_found` if there is none. */
async function deadOf(
  tx: Transaction,
  eventId: bigint,
  subscriber: string | undefined,
  loaded: readonly string[],
): Promise<DeadLetter[]> {
  const dead = await tx.use(deadLetterRepository).deadOf(eventId, loaded);
  const chosen = dead.filter((letter) => subscriber === undefined || letter.subscriber === subscriber);
  if (chosen.length === 0) throw new DomainError('dead_letter_not_found', nameOf(eventId, subscriber));
  return chosen;
}

function nameOf(eventId: bigint, subscriber: string | undefined): string {
  return subscriber === undefined ? `event ${eventId}` : `event ${eventId} to ${subscriber}`;
}

function describe({ subscriber, type, upToEvent, upToTime }: DeadLetterFilter): string {
  const parts = [
    ...(type === undefined ? [] : [`of type ${type}`]),
    ...(subscriber === undefined ? [] : [`to ${subscriber}`]),
    ...(upToEvent === undefined ? [] : [`up to event ${upToEvent}`]),
    ...(upToTime === undefined ? [] : [`failed by ${upToTime.toISOString()}`]),
  ];
  return parts.length === 0 ? 'all' : parts.join(', ');
}

function deliveryName({ event, subscriber }: DeadLetter) {
  return { type: event.type, subject: event.subject, subscriber };
}

function deliveryView(letter: DeadLetter) {
  return { ...deliveryName(letter), attempts: letter.attempts, last_error: letter.lastError };
}
