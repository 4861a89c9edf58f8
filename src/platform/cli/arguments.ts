import { InvalidArgumentError } from 'commander';
import { AmountError, parseTari } from '#tari/micro-tari.ts';

/** How the texts of arguments become values. Each throws commander's error, which ends the tool with 2. */

const LONGEST_TXID = 128;
const LARGEST_U64 = 2n ** 64n - 1n;

/** An amount as people write it: 1.5, `1.5 XTM`, `500 µT`. */
export function amountArgument(text: string): bigint {
  try {
    return parseTari(text);
  } catch (error) {
    if (error instanceof AmountError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function wholeNumberArgument(text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
}

export function u64Argument(text: string): bigint {
  if (/^\d{1,20}$/.test(text) && BigInt(text) <= LARGEST_U64) return BigInt(text);
  throw new InvalidArgumentError(`It must be a whole number from 0 to ${LARGEST_U64}.`);
}

export function txidArgument(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= LONGEST_TXID) return text;
  throw new InvalidArgumentError(`A transaction id has 1 to ${LONGEST_TXID} visible ASCII characters.`);
}
