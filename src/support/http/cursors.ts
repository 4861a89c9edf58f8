import * as z from 'zod';
import { isStorable } from '#platform/storable-text.ts';
import { MAX_I64 } from '#tari/integer-bounds.ts';

/** Where pages of lists continue, in their addresses. */

/** How many rows a page has. */
export const PAGE_ROWS = 50;

/** A position in a list that is sorted by time: the time, and what decides between rows of the same time. */
export interface TimePosition<Id> {
  createdAt: Date;
  id: Id;
}

const SEPARATOR = '_';
const MAX_LENGTH = 400;

export function writePosition({ createdAt, id }: TimePosition<bigint | string>): string {
  return `${createdAt.toISOString()}${SEPARATOR}${id}`;
}

function positionIn(text: string): TimePosition<string> | undefined {
  const at = text.indexOf(SEPARATOR);
  const createdAt = new Date(text.slice(0, at));
  const id = text.slice(at + 1);
  if (at < 0 || Number.isNaN(createdAt.getTime()) || id === '' || !isStorable(id)) return undefined;
  return { createdAt, id };
}

/** Rows with a text as id, such as payments. */
export const textPosition = z
  .string()
  .max(MAX_LENGTH)
  .transform((text, context): TimePosition<string> => {
    const position = positionIn(text);
    if (position !== undefined) return position;
    context.issues.push({ code: 'custom', message: 'is no place in this list', input: text });
    return z.NEVER;
  });

/** Rows with a number as id, such as orders. */
export const numberPosition = textPosition.transform((position, context): TimePosition<bigint> => {
  const { createdAt, id } = position;
  if (/^\d{1,19}$/.test(id) && BigInt(id) <= MAX_I64) return { createdAt, id: BigInt(id) };
  context.issues.push({ code: 'custom', message: 'is no place in this list', input: id });
  return z.NEVER;
});
