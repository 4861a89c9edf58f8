import { type Kysely, type Selectable, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import type { EventType } from '#platform/outbox/events.ts';
import type { EndpointState, WebhookTables } from './tables.ts';

/** What operators choose. */
export interface EndpointChoice {
  url: string;
  description: string;
  /** Null for all, those of later versions too. */
  eventTypes: readonly EventType[] | null;
}

/** Without its secrets, so that they can't be shown by mistake. */
export interface Endpoint extends EndpointChoice {
  id: bigint;
  state: EndpointState;
  /** Null unless it is paused. */
  pauseReason: string | null;
  secretCreatedAt: Date;
  /** Until then messages are signed with the previous secret too. */
  previousSecretUntil: Date | null;
  /** The last event that was queued for it, or that it does not want. */
  position: bigint;
  /** Since when every attempt has failed. */
  failingSince: Date | null;
  /** Successful and failed attempts so far. */
  delivered: bigint;
  failed: bigint;
  createdBy: string;
  createdAt: Date;
}

export interface NewEndpoint extends EndpointChoice {
  tag: string;
  secret: string;
  createdBy: string;
  createdAt: Date;
}

/** What messages to an endpoint are made with. */
export interface Signing {
  /** Begins the ids of its messages. */
  tag: string;
  /** In the form in which the operator was shown it. */
  secret: string;
  previousSecret: string | null;
}

const SHOWN = [
  'id',
  'url',
  'description',
  'event_types',
  'state',
  'pause_reason',
  'secret_created_at',
  'previous_secret_until',
  'position',
  'failing_since',
  'delivered',
  'failed',
  'created_by',
  'created_at',
] as const;

export function endpointRepository(database: Kysely<WebhookTables>) {
  const endpoints = () => database.selectFrom('webhook_endpoints').select(SHOWN);
  const inUse = () => endpoints().where('state', '<>', sql.lit<EndpointState>('removed')).orderBy('id');
  const change = (id: bigint) => database.updateTable('webhook_endpoints').where('id', '=', id);

  return {
    /** Answers its id. Its first event is the one behind the last that there is when `begin` is called. */
    async insert({ eventTypes, createdAt, createdBy, ...row }: NewEndpoint): Promise<bigint> {
      const { id } = await database
        .insertInto('webhook_endpoints')
        .values({
          ...row,
          event_types: typesText(eventTypes),
          state: 'active',
          secret_created_at: timeText(createdAt),
          position: 0n,
          delivered: 0n,
          failed: 0n,
          created_by: createdBy,
          created_at: timeText(createdAt),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    async find(id: bigint): Promise<Endpoint | undefined> {
      const row = await endpoints().where('id', '=', id).executeTakeFirst();
      return row && endpointOf(row);
    },

    /** Those that are not removed, by id. There are few. */
    async inUse(): Promise<Endpoint[]> {
      return (await inUse().execute()).map(endpointOf);
    },

    /** Up to `limit` endpoints behind the one with id `after`, those that are removed too. */
    async page(after: bigint, limit: number): Promise<Endpoint[]> {
      const rows = await endpoints().where('id', '>', after).orderBy('id').limit(limit).execute();
      return rows.map(endpointOf);
    },

    /** The ids of those that are not removed, with their states. */
    idsInUse: (): Promise<{ id: bigint; state: EndpointState }[]> =>
      database
        .selectFrom('webhook_endpoints')
        .select(['id', 'state'])
        .where('state', '<>', sql.lit<EndpointState>('removed'))
        .orderBy('id')
        .execute(),

    /** Undefined if it is removed. The previous secret is there as long as it is valid. */
    async signingOf(id: bigint, now: Date): Promise<Signing | undefined> {
      const row = await database
        .selectFrom('webhook_endpoints')
        .select(['tag', 'secret', 'previous_secret', 'previous_secret_until'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined || row.secret === null) return undefined;
      const isValid = row.previous_secret_until !== null && timeOf(row.previous_secret_until) > now;
      return { tag: row.tag, secret: row.secret, previousSecret: isValid ? row.previous_secret : null };
    },

    async choose(id: bigint, { eventTypes, ...choice }: EndpointChoice): Promise<void> {
      await change(id)
        .set({ ...choice, event_types: typesText(eventTypes) })
        .execute();
    },

    async pause(id: bigint, reason: string): Promise<void> {
      await change(id).set({ state: 'paused', pause_reason: reason }).execute();
    },

    async resume(id: bigint): Promise<void> {
      await change(id).set({ state: 'active', pause_reason: null, failing_since: null }).execute();
    },

    /** For good; its secrets are forgotten. */
    async remove(id: bigint): Promise<void> {
      const forgotten = { secret: null, previous_secret: null, previous_secret_until: null };
      await change(id)
        .set({ state: 'removed', pause_reason: null, failing_since: null, ...forgotten })
        .execute();
    },

    async rotate(id: bigint, secret: string, { now, until }: { now: Date; until: Date }): Promise<void> {
      await change(id)
        .set(({ ref }) => ({
          previous_secret: ref('secret'),
          previous_secret_until: timeText(until),
          secret,
          secret_created_at: timeText(now),
        }))
        .execute();
    },

    async moveTo(id: bigint, position: bigint): Promise<void> {
      await change(id).set({ position }).execute();
    },

    /** Counts an attempt, and notes since when all of them have failed. */
    async count(id: bigint, isDelivered: boolean, now: Date): Promise<void> {
      await change(id)
        .set(({ eb, fn, val }) =>
          isDelivered
            ? { delivered: eb('delivered', '+', 1n), failing_since: null }
            : { failed: eb('failed', '+', 1n), failing_since: fn.coalesce('failing_since', val(timeText(now))) },
        )
        .execute();
    },

    /** Forgets previous secrets that are not valid any more. */
    async forgetSecrets(now: Date): Promise<void> {
      await database
        .updateTable('webhook_endpoints')
        .set({ previous_secret: null, previous_secret_until: null })
        .where('previous_secret_until', '<=', timeText(now))
        .execute();
    },
  };
}

function typesText(types: readonly EventType[] | null): string | null {
  return types && JSON.stringify(types);
}

type Row = Pick<Selectable<WebhookTables['webhook_endpoints']>, (typeof SHOWN)[number]>;

function endpointOf(row: Row): Endpoint {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    eventTypes: row.event_types === null ? null : (JSON.parse(row.event_types) as EventType[]),
    state: row.state,
    pauseReason: row.pause_reason,
    secretCreatedAt: timeOf(row.secret_created_at),
    previousSecretUntil: timeOrNull(row.previous_secret_until),
    position: row.position,
    failingSince: timeOrNull(row.failing_since),
    delivered: row.delivered,
    failed: row.failed,
    createdBy: row.created_by,
    createdAt: timeOf(row.created_at),
  };
}

function timeOrNull(text: string | null): Date | null {
  return text === null ? null : timeOf(text);
}
