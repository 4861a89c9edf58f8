import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { NEXT_CURSOR } from '#platform/next-cursor.ts';
import { isStorable } from '#platform/storable-text.ts';
import { MAX_I64 } from '#tari/integer-bounds.ts';
import { listOrder } from './fields.ts';

/**
 * Lists that grow are read in parts: `limit` says how many rows, and `cursor` is what the header `x-next-cursor` of the
 * part before held. The header is there as long as there is more; a body's shape is fixed and has no place for it.
 * Without `limit` a client gets everything, up to `MAX_ROWS` of `engine/lists.ts`, and then this header too.
 */

const MOST_ROWS_OF_A_PAGE = 1000;

/** Far longer than any cursor: a position is a time and an id of at most 270 characters. */
const LONGEST_CURSOR = 2000;

/** How positions of one kind are written in a cursor, and read again. */
export interface CursorForm<Position> {
  /** Tells the cursors of different lists apart. */
  kind: string;
  partsOf(position: Position): [string, ...string[]];
  /** Undefined for parts that no cursor of ours has. */
  positionOf(parts: readonly string[]): Position | undefined;
}

/** A time as cursors hold it; undefined for any other text. */
export function timeIn(text: string | undefined): Date | undefined {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) || time.toISOString() !== text ? undefined : time;
}

/** Rows that are sorted by the id that the database counts. */
export function idCursor(kind: string): CursorForm<bigint> {
  return {
    kind,
    partsOf: (id) => [String(id)],
    positionOf([id = '', ...more]) {
      const isId = more.length === 0 && /^\d{1,19}$/.test(id) && BigInt(id) <= MAX_I64;
      return isId ? BigInt(id) : undefined;
    },
  };
}

/** Customer ids and addresses. */
export const TEXT_CURSOR: CursorForm<string> = {
  kind: 'text',
  partsOf: (text) => [text],
  positionOf: ([text = '', ...more]) => (more.length > 0 || !isStorable(text) ? undefined : text),
};

function writeCursor<Position>(form: CursorForm<Position>, position: Position): string {
  return Buffer.from(JSON.stringify([form.kind, ...form.partsOf(position)])).toString('base64url');
}

function readCursor<Position>(form: CursorForm<Position>, cursor: string): Position | undefined {
  const [kind, ...parts] = textsIn(Buffer.from(cursor, 'base64url').toString('utf8'));
  const position = kind === form.kind ? form.positionOf(parts) : undefined;
  // What does not read back as it was written was never a cursor of ours.
  return position !== undefined && writeCursor(form, position) === cursor ? position : undefined;
}

function textsIn(json: string): string[] {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string') ? parsed : [];
  } catch {
    return [];
  }
}

function cursorOf<Position>(form: CursorForm<Position>) {
  return z
    .string()
    .max(LONGEST_CURSOR)
    .transform((text, context): Position => {
      const position = readCursor(form, text);
      if (position !== undefined) return position;
      context.issues.push({ code: 'custom', message: `must come from the header ${NEXT_CURSOR}`, input: text });
      return z.NEVER;
    });
}

/** A whole number as a query writes it. */
export function queryInteger(smallest: number, largest: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= smallest && value <= largest, `must be from ${smallest} to ${largest}`);
}

/** The fields of a query by which a list is read in parts. */
export function pageFields<Position>(form: CursorForm<Position>) {
  return { limit: queryInteger(1, MOST_ROWS_OF_A_PAGE).optional(), cursor: cursorOf(form).optional() };
}

/** Those of a list that is sorted by time, and can be read from either end. A cursor goes on in the order that is asked for. */
export function sortedPageFields<Position>(form: CursorForm<Position>) {
  return { ...pageFields(form), order: listOrder };
}

/** Says in the answer's header where the rest of the list begins. */
export function announceNext<Position>(
  reply: FastifyReply,
  form: CursorForm<Position>,
  next: Position | undefined,
): void {
  if (next !== undefined) reply.header(NEXT_CURSOR, writeCursor(form, next));
}
