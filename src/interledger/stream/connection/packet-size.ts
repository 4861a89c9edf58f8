import { MAX_U64, minOf } from '#interledger/bytes.ts';
import { readAmountTooLarge } from '#interledger/ilp/amount-too-large.ts';

/**
 * How much one packet may carry on the path, as far as it is known: connectors refuse larger ones with F08, and with T04
 * those for which they have no money now (RFC 0027, Error Codes).
 */
export class PacketSize {
  /** What the path has refused is above it, for good. Undefined while nothing was refused. */
  #most: bigint | undefined;
  /** The same for the moment. */
  #mostNow: bigint | undefined;

  /** The amount, as far as a packet can carry it. 0 if the path carries nothing. */
  fitting(amount: bigint): bigint {
    return minOf(amount, this.#most ?? amount, this.#mostNow ?? amount);
  }

  /**
   * A packet was refused as too large (F08). The connector says what arrived there and what it takes, in its own units: the
   * packet is scaled down by their ratio. Without that it is halved. It always gets smaller, whatever a connector says.
   */
  tooLarge(amount: bigint, data: Uint8Array): void {
    const said = readAmountTooLarge(data);
    const scaled =
      said !== undefined && said.received > said.maximum ? (amount * said.maximum) / said.received : amount / 2n;
    this.#most = minOf(this.#most ?? scaled, scaled);
  }

  /** No money for it now (T04): smaller ones may pass. */
  noLiquidity(amount: bigint): void {
    const half = amount > 1n ? amount / 2n : 1n;
    this.#mostNow = minOf(this.#mostNow ?? half, half);
  }

  /** A packet passed, so that the next may be larger again. */
  passed(): void {
    if (this.#mostNow === undefined) return;
    const larger = this.#mostNow * 2n;
    this.#mostNow = larger > MAX_U64 ? undefined : larger;
  }
}
