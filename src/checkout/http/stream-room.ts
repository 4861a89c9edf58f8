import { networkOf } from '#platform/ip-address.ts';

/** How many pages may hear of changes at the same time. */

/** With 13 KB each, 26 MB. */
export const MAX_STREAMS = 2_000;

/** Of these so many at most wait for unknown orders: made-up numbers must not take the room of buyers. */
export const MAX_UNKNOWN_STREAMS = 500;

/** A household, an office: more from one address (of IPv6, from one network) is no shop's customers. */
export const MAX_STREAMS_OF_ADDRESS = 20;

export class StreamRoom {
  readonly #byNetwork = new Map<string, number>();
  #count = 0;
  #unknown = 0;

  /** Whether one more page from this address fits. */
  has(address: string, isKnown: boolean): boolean {
    if (this.#count >= MAX_STREAMS) return false;
    const mine = this.#byNetwork.get(networkOf(address)) ?? 0;
    return mine < MAX_STREAMS_OF_ADDRESS && (isKnown || this.#unknown < MAX_UNKNOWN_STREAMS);
  }

  /**
   * Takes room for a page, known or not for as long as it is open.
   * @returns what gives the room back; it must be called once.
   */
  take(address: string, isKnown: boolean): () => void {
    const network = networkOf(address);
    const unknown = isKnown ? 0 : 1;
    this.#count += 1;
    this.#unknown += unknown;
    this.#byNetwork.set(network, (this.#byNetwork.get(network) ?? 0) + 1);
    return () => {
      this.#count -= 1;
      this.#unknown -= unknown;
      const left = (this.#byNetwork.get(network) ?? 1) - 1;
      if (left === 0) this.#byNetwork.delete(network);
      else this.#byNetwork.set(network, left);
    };
  }
}
