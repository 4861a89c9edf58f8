import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { NEXT_CURSOR } from '#platform/next-cursor.ts';
import type { TextPage } from '#platform/paging.ts';
import { isStorable } from '#platform/storable-text.ts';
import { MAX_I64 } from '#tari/integer-bounds.ts';
import { listOrder } from './fields.ts';
import { sendJson } from './listener/json-answer.ts';

/**
 * Lists that grow are read in pages: `limit` is the number of rows, and `cursor` is the header `x-next-cursor` of the
 * previous page. The last page has no such header; the shape of the body is fixed and has no place for it. Without
 * `limit` a client gets everything, up to `MAX_ROWS` of `platform/paging.ts`, and this header if there is more.
 */

const MAX_PAGE_ROWS = 1000;

/** Far longer than any cursor: a position is a time and an id of at most 270 characters. */
const MAX_CURSOR_LENGTH = 2000;

/** How positions of one kind are written to a cursor and read from it. */
export interface CursorForm<Position> {
  /** Distinguishes the cursors of different lists. */
  kind: string;
  partsOf(position: Position): [string, ...string[]];
  /** Undefined for parts that `partsOf` never returns. */
  positionOf(parts: readonly string[]): Position | undefined;
}

/** The time in a cursor; undefined for any other text. */
export function timeIn(text: string | undefined): Date | undefined {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) || time.toISOString() !== text ? undefined : time;
}

/** Rows that are sorted by the id that the database assigned. */
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
  // A text that this server would write differently was not written by it.
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
    .max(MAX_CURSOR_LENGTH)
    .transform((text, context): Position => {
      const position = readCursor(form, text);
      if (position !== undefined) return position;
      context.issues.push({ code: 'custom', message: `must come from the header ${NEXT_CURSOR}`, input: text });
      return z.NEVER;
    });
}

/** A whole number in a query. */
export function queryInteger(smallest: number, largest: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= smallest && value <= largest, `must be from ${smallest} to ${largest}`);
}

/** The query fields of a list that is read in pages. */
export function pageFields<Position>(form: CursorForm<Position>) {
  return { limit: queryInteger(1, MAX_PAGE_ROWS).optional(), cursor: cursorOf(form).optional() };
}

/** The same for a list that is sorted by time and can be read from either end. A cursor continues in the requested order. */
export function sortedPageFields<Position>(form: CursorForm<Position>) {
  return { ...pageFields(form), order: listOrder };
}

/** Sets the header with the cursor of the next page, if there is one. */
export function announceNext<Position>(
  reply: FastifyReply,
  form: CursorForm<Position>,
  next: Position | undefined,
): void {
  if (next !== undefined) reply.header(NEXT_CURSOR, writeCursor(form, next));
}

/** Sends a page that is JSON already. */
export function sendPage<Position>(
  reply: FastifyReply,
  form: CursorForm<Position>,
  { text, next }: TextPage<Position>,
): FastifyReply {
  announceNext(reply, form, next);
  return sendJson(reply, text);
}
