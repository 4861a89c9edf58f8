import type { Network } from '#tari/address.ts';
import { AddressError, accountOf, ONE_SIDED, parseAddress, type TariAddress } from '#tari/address.ts';
import { formatTari, MIN_SENDABLE } from '#tari/micro-tari.ts';
import type { GivenPayout } from './payout-record.ts';

/**
 * What the wallet's machine checks by itself before it pays: the server may be wrong, or not be the one it was.
 */

export interface OwnLimits {
  /** µT of one payout. */
  max: bigint;
  /** µT of all payouts of 24 hours and of one run. */
  maxTotal: bigint;
}

export const LIMIT_WINDOW_MS = 24 * 3_600_000;

export interface Refusal {
  /** Whether it can never be paid, whatever the limits and the day. */
  isForGood: boolean;
  /** A sentence. */
  why: string;
}

/**
 * Why a payout is not paid by this machine; undefined if it may be.
 * @param spent µT that may have been paid within the window, without this one.
 */
export function refusalOf(
  payout: GivenPayout,
  own: TariAddress,
  limits: OwnLimits,
  spent: bigint,
): Refusal | undefined {
  const forGood = addressFault(payout.address, own) ?? amountFault(payout.amount);
  if (forGood !== undefined) return { isForGood: true, why: forGood };
  if (payout.amount > limits.max) {
    return { isForGood: false, why: `It is more than this machine pays at once, ${formatTari(limits.max)}.` };
  }
  if (spent + payout.amount > limits.maxTotal) {
    const [all, already] = [formatTari(limits.maxTotal), formatTari(spent)];
    return { isForGood: false, why: `This machine pays at most ${all} in 24 hours, and ${already} of it are used.` };
  }
  return undefined;
}

function addressFault(text: string, own: TariAddress): string | undefined {
  const address = readAddress(text);
  if (address === undefined) return 'Its address is not a Tari address.';
  if (address.network !== own.network) return wrongNetwork(address.network, own.network);
  if (address.viewKey === null || (address.features & ONE_SIDED) === 0) {
    return 'Its address does not take one-sided payments, the only ones that there are.';
  }
  return accountOf(address) === accountOf(own) ? 'Its address is that of this wallet itself.' : undefined;
}

function readAddress(text: string): TariAddress | undefined {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function wrongNetwork(theirs: Network, ours: Network): string {
  return `Its address is of the network ${theirs}, and this wallet is on ${ours}.`;
}

function amountFault(amount: bigint): string | undefined {
  return amount < MIN_SENDABLE ? 'It is less than the fee of its own transaction, so no wallet sends it.' : undefined;
}
