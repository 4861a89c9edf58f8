import { type Kysely, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { NoteTables } from './tables.ts';

/** What a note is about. */
export type Thread = { orderId: string; customerId: null } | { orderId: null; customerId: string };

export interface NewNote {
  /** Who wrote it: an address in base58. */
  author: string;
  text: string;
  createdAt: Date;
}

export interface Note extends NewNote {
  /** Counts from 1 over all threads. */
  id: bigint;
  orderId: string | null;
  customerId: string | null;
  /** Null as long as the note stands. */
  strike: Strike | null;
}

export interface Strike {
  by: string;
  reason: string;
  at: Date;
}

export type NoteRepository = ReturnType<typeof noteRepository>;

export function noteRepository(database: Kysely<NoteTables>) {
  const notes = () =>
    database
      .selectFrom('notes')
      .leftJoin('note_strikes', 'note_strikes.note_id', 'notes.id')
      .selectAll('notes')
      .select(['note_strikes.actor', 'note_strikes.reason', 'note_strikes.created_at as struck_at']);

  return {
    /** Answers its id. */
    async insert({ orderId, customerId }: Thread, { author, text, createdAt }: NewNote): Promise<bigint> {
      const { id } = await database
        .insertInto('notes')
        .values({ order_id: orderId, customer_id: customerId, author, text, created_at: timeText(createdAt) })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    /** Strikes out a note that stands. */
    async strike(noteId: bigint, { by, reason, at }: Strike): Promise<void> {
      await database
        .insertInto('note_strikes')
        .values({ note_id: noteId, actor: by, reason, created_at: timeText(at) })
        .execute();
    },

    async find(id: bigint): Promise<Note | undefined> {
      const row = await notes().where('notes.id', '=', id).executeTakeFirst();
      return row && noteOf(row);
    },

    /** Up to `limit` notes of a thread, those struck out too, behind the one with id `after` in the order of the list. */
    async page(thread: Thread, after: bigint | undefined, limit: number, order: ListOrder): Promise<Note[]> {
      const [column, value] = columnOf(thread);
      const rows = await notes()
        .where(`notes.${column}`, '=', value)
        .$if(after !== undefined, (query) => query.where(sql<SqlBool>`notes.id ${beyond(order)} ${after}`))
        .orderBy('notes.id', order)
        .limit(limit)
        .execute();
      return rows.map(noteOf);
    },

    /** How many notes a thread has. */
    async countOf(thread: Thread): Promise<number> {
      const [column, value] = columnOf(thread);
      const { count } = await database
        .selectFrom('notes')
        .select(({ fn }) => fn.countAll<bigint | number>().as('count'))
        .where(column, '=', value)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** How many notes there are, by whether they are struck out. Counted in the indexes, which hold no texts. */
    async counts(): Promise<{ standing: number; struck: number }> {
      let all = 0;
      for (const column of ['order_id', 'customer_id'] as const) {
        const { count } = await database
          .selectFrom('notes')
          .select(({ fn }) => fn.countAll<bigint | number>().as('count'))
          .where(column, 'is not', null)
          .executeTakeFirstOrThrow();
        all += Number(count);
      }
      const { count } = await database
        .selectFrom('note_strikes')
        .select(({ fn }) => fn.countAll<bigint | number>().as('count'))
        .executeTakeFirstOrThrow();
      const struck = Number(count);
      return { standing: all - struck, struck };
    },
  };
}

function columnOf(thread: Thread): ['order_id' | 'customer_id', string] {
  return thread.orderId === null ? ['customer_id', thread.customerId] : ['order_id', thread.orderId];
}

interface Row {
  id: bigint;
  order_id: string | null;
  customer_id: string | null;
  author: string;
  text: string;
  created_at: string;
  actor: string | null;
  reason: string | null;
  struck_at: string | null;
}

function noteOf({ id, order_id, customer_id, author, text, created_at, actor, reason, struck_at }: Row): Note {
  const isStruck = actor !== null && reason !== null && struck_at !== null;
  return {
    id,
    orderId: order_id,
    customerId: customer_id,
    author,
    text,
    createdAt: timeOf(created_at),
    strike: isStruck ? { by: actor, reason, at: timeOf(struck_at) } : null,
  };
}
