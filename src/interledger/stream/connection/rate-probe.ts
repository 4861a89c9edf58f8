import { minOf } from '#interledger/bytes.ts';
import type { PacketSize } from './packet-size.ts';
import { isBelow, PRECISE, type Rate } from './rate.ts';

/** The first probe of a path carries no more than this, in our units; six digits are more than any rate needs. */
const FIRST_PROBE = 1_000_000n;

/** If nearly nothing of a probe arrives, the next is larger, up to the largest that published senders use. */
const PROBE_GROWTH = 1_000n;
const MAX_PROBE = 10n ** 12n;

/**
 * Measures the rate of a path (RFC 0029, 3.4) by packets that can not be fulfilled, so that no money moves. One is enough
 * for most paths; the next is larger if too little arrived to tell, and smaller if the path refused the last.
 */
export class RateProbe {
  readonly #size: PacketSize;
  #amount: bigint | undefined;

  constructor(size: PacketSize) {
    this.#size = size;
  }

  /** What the next probe carries, if so much is to be sent; 0 if the path carries nothing. */
  next(sendable: bigint): bigint {
    return this.#size.fitting(this.#amount ?? minOf(FIRST_PROBE, sendable));
  }

  /** A probe arrived. Answers the rate, or that the next probe has to be larger, or that nothing can be sent so. */
  measured(rate: Rate, sendable: bigint, leastRate: Rate | undefined): Rate | 'larger' | 'too low' {
    const { delivered, sent } = rate;
    const larger = this.#size.fitting(minOf(sent * PROBE_GROWTH, MAX_PROBE));
    // Of an amount that is sent whole, more digits are not needed.
    if (larger > sent && (delivered === 0n || (delivered < PRECISE && sendable > sent))) {
      this.#amount = larger;
      return 'larger';
    }
    return delivered === 0n || (leastRate !== undefined && isBelow(rate, leastRate)) ? 'too low' : rate;
  }
}
