import { bufferOf } from '#interledger/bytes.ts';

/** Pieces that wait for those before them, of one stream. A sender that splits its data into crumbs has to send it again. */
const MAX_PIECES = 64;

interface Piece {
  offset: bigint;
  data: Buffer;
}

/** The data of one stream, put in order (RFC 0029, 5.3.11). It holds only what arrived too early. */
export class IncomingData {
  /** What was handed on ends here. */
  #position = 0n;
  #pieces: Piece[] = [];
  readonly #window: bigint;

  /** @param window how far ahead data may come, in bytes. */
  constructor(window: number) {
    this.#window = BigInt(window);
  }

  /** The offset that the sender must not pass. It only grows. */
  get maxOffset(): bigint {
    return this.#position + this.#window;
  }

  get position(): bigint {
    return this.#position;
  }

  /** Bytes that are held. */
  get held(): number {
    return this.#pieces.reduce((sum, { data }) => sum + data.length, 0);
  }

  /**
   * Takes a piece. Answers what can be handed on now, which may be nothing; undefined if it has no room for the piece,
   * which the sender then sends again. The caller has checked it against maxOffset.
   */
  add(offset: bigint, data: Uint8Array): Buffer | undefined {
    const end = offset + BigInt(data.length);
    const isIn = (piece: Piece) => piece.offset === offset && piece.data.length >= data.length;
    if (end <= this.#position || this.#pieces.some(isIn)) return Buffer.alloc(0);
    if (offset > this.#position && this.#pieces.length >= MAX_PIECES) return undefined;
    // A copy: the packet that it came in is not kept.
    this.#pieces.push({ offset, data: Buffer.from(bufferOf(data)) });
    this.#pieces.sort((one, other) => (one.offset < other.offset ? -1 : 1));
    return this.#takeInOrder();
  }

  #takeInOrder(): Buffer {
    const ready: Buffer[] = [];
    for (const { offset, data } of this.#pieces) {
      if (offset > this.#position) break;
      const fresh = data.subarray(Number(this.#position - offset));
      ready.push(fresh);
      this.#position += BigInt(fresh.length);
    }
    this.#pieces = this.#pieces.filter(({ offset }) => offset > this.#position);
    return Buffer.concat(ready);
  }
}
