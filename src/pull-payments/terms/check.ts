import type { Terms } from '../types.ts';
import { parseInterval } from './interval.ts';

/** The largest amount of an ILP packet, and so of an agreement. */
export const MAX_AMOUNT = 2n ** 64n - 1n;

export const MAX_CYCLES = 1_000_000;

/** STREAM has a byte for it. */
export const MAX_SCALE = 255;

export const MAX_ASSET_CODE_LENGTH = 20;

/** A sentence about the first rule that terms break; undefined if they break none. */
export function problemOfTerms(terms: Terms): string | undefined {
  const { amount, asset, startAt, expiryAt, interval, cycles, maxPull } = terms;
  const isAmount = (value: bigint) => value >= 1n && value <= MAX_AMOUNT;
  const rules: readonly (readonly [boolean, string])[] = [
    [isAmount(amount), 'the amount is from 1 to 2^64 − 1'],
    [maxPull === null || isAmount(maxPull), 'the largest pull is from 1 to 2^64 − 1'],
    [Number.isInteger(cycles) && cycles >= 1 && cycles <= MAX_CYCLES, 'the cycles are from 1 to 1000000'],
    [parseInterval(interval) !== undefined, 'the interval is an ISO 8601 duration of a second or more'],
    [/^[!-~]+$/.test(asset.code) && asset.code.length <= MAX_ASSET_CODE_LENGTH, 'the asset has a code'],
    [Number.isInteger(asset.scale) && asset.scale >= 0 && asset.scale <= MAX_SCALE, 'the scale is from 0 to 255'],
    [isKeepable(startAt) && (expiryAt === null || isKeepable(expiryAt)), 'start and expiry are in the years 1 to 9999'],
    [expiryAt === null || expiryAt > startAt, 'the expiry is after the start'],
  ];
  return rules.find(([isKept]) => !isKept)?.[1];
}

/** What both databases keep and sort as it is. */
function isKeepable(time: Date): boolean {
  return time.getTime() >= MIN_TIME_MS && time.getTime() <= MAX_TIME_MS;
}

const MIN_TIME_MS = Date.parse('0001-01-01T00:00:00.000Z');
const MAX_TIME_MS = Date.parse('9999-12-31T23:59:59.999Z');
