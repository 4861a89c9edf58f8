import { expect, it } from 'vitest';
import { retryAfterMs } from '#platform/outgoing-post/retry-after.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');

it.each([
  ['0', 0],
  ['120', 120_000],
  ['Sat, 21 Nov 2026 12:01:00 GMT', 60_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  [undefined, undefined],
  ['', undefined],
  ['-1', undefined],
  ['soon', undefined],
  ['1e9', undefined],
  ['9'.repeat(400), undefined],
  ['2026', 2_026_000],
])('Retry-After: %s', (text, expected) => {
  expect(retryAfterMs(text, NOW)).toBe(expected);
});
