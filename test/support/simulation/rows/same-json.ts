import { isDeepStrictEqual } from 'node:util';

/** Whether two texts are the same JSON: not every database keeps the order in which the names were written. */
export function saysTheSame(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
}
