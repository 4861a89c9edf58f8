import { MAX_U64, maxOf, minOf } from '#interledger/bytes.ts';
import type { CloseReason, Frame } from '#interledger/stream/frames.ts';
import { IncomingData } from './incoming-data.ts';
import type { ConnectionLimits } from './limits.ts';
import { withTolerance } from './rate.ts';

/** What a stream may send and receive in all, in our units. */
export interface StreamMoney {
  sendMax: bigint;
  receiveMax: bigint;
}

/** One stream (RFC 0029, 4.4), as long as it is open. */
export class Stream {
  readonly id: number;
  readonly data: IncomingData;
  sendMax: bigint;
  #receiveMax: bigint;
  /** Sent and fulfilled, in our units. */
  sent = 0n;
  /** Reserved, under way, or of unknown fate. */
  held = 0n;
  /** What arrived of it by the receiver's word, and what is to arrive of what is under way, in its units. */
  delivered = 0n;
  arriving = 0n;
  /** What the peer will receive in all, and has received, in its units. Undefined before it said so. */
  #peerMax: bigint | undefined;
  #peerReceived = 0n;
  /** Received and booked, and being booked. */
  received = 0n;
  booking = 0n;
  /** The owner has nothing more for it. */
  isDry = false;

  constructor(id: number, { sendMax, receiveMax }: StreamMoney, limits: ConnectionLimits) {
    this.id = id;
    this.sendMax = sendMax;
    this.#receiveMax = receiveMax;
    this.data = new IncomingData(limits.maxStreamDataBytes);
  }

  get receiveMax(): bigint {
    return this.#receiveMax;
  }

  /** An offer is never taken back (RFC 0029, 4.4.4). */
  raiseReceiveMax(receiveMax: bigint): void {
    this.#receiveMax = maxOf(this.#receiveMax, receiveMax);
  }

  /** What may still be sent, in our units. */
  get sendable(): bigint {
    return this.sendMax - this.sent - this.held;
  }

  /** What the peer still wants, in its units; undefined if it has set no limit. */
  get wanted(): bigint | undefined {
    if (this.#peerMax === undefined) return undefined;
    return maxOf(this.#peerMax - maxOf(this.#peerReceived, this.delivered) - this.arriving, 0n);
  }

  /** The peer's word on its limits. Packets overtake each other, so that smaller numbers are old ones. */
  hear({ receiveMax, totalReceived }: Extract<Frame, { type: 'streamMaxMoney' }>): void {
    this.#peerMax = maxOf(this.#peerMax ?? 0n, receiveMax);
    this.#peerReceived = maxOf(this.#peerReceived, totalReceived);
  }

  /** What it can take in now: a little more than its limit, as all receivers do, but no more than can be told. */
  get receivable(): bigint {
    const taken = this.received + this.booking;
    return minOf(withTolerance(maxOf(this.#receiveMax - taken, 0n)), MAX_U64 - taken);
  }

  /** The frames that tell the peer its limits. */
  limitFrames(): Frame[] {
    const streamId = BigInt(this.id);
    return [
      { type: 'streamMaxMoney', streamId, receiveMax: this.#receiveMax, totalReceived: this.received },
      { type: 'streamMaxData', streamId, maxOffset: this.data.maxOffset },
    ];
  }
}

/** What a frame about a stream finds: the stream, or why there is none. */
export type Found = Stream | 'closed' | { reason: CloseReason; message: string };

/** The streams of a connection, and the ids of those that were (RFC 0029, 3.3 and 4.4.1). */
export class Streams {
  readonly #isServer: boolean;
  readonly #limits: ConnectionLimits;
  readonly #ofPeer: StreamMoney;
  readonly #open = new Map<number, Stream>();
  readonly #closed = new Set<number>();
  #nextId: number;
  #maxPeerId: number;
  #maxOwnId: number;

  /** @param ofPeer what a stream that the peer opens may send and receive. */
  constructor(isServer: boolean, ofPeer: StreamMoney, limits: ConnectionLimits) {
    this.#isServer = isServer;
    this.#limits = limits;
    this.#ofPeer = ofPeer;
    this.#nextId = isServer ? 2 : 1;
    this.#maxPeerId = 2 * limits.maxStreams;
    this.#maxOwnId = 2 * limits.maxStreams;
  }

  /** The highest id that the peer may use. */
  get maxPeerId(): number {
    return this.#maxPeerId;
  }

  get open(): readonly Stream[] {
    return [...this.#open.values()];
  }

  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  /** Opens one of ours; undefined if the peer allows no more now. */
  openOwn(money: StreamMoney): Stream | undefined {
    if (this.#nextId > this.#maxOwnId || this.#nextId > 2 * this.#limits.maxStreamsEver) return undefined;
    const stream = new Stream(this.#nextId, money, this.#limits);
    this.#nextId += 2;
    this.#open.set(stream.id, stream);
    return stream;
  }

  /** The peer allows our ids up to this one. */
  allowOwn(maxId: bigint): void {
    this.#maxOwnId = Number(minOf(maxId, BigInt(2 * this.#limits.maxStreamsEver)));
  }

  /** The stream that a frame of the peer is about. It opens one if the id is the peer's to open. */
  find(id: bigint): Found {
    const number = id <= BigInt(2 * this.#limits.maxStreamsEver) ? Number(id) : Number.POSITIVE_INFINITY;
    const known = this.#open.get(number);
    if (known !== undefined) return known;
    if (this.#closed.has(number)) return 'closed';
    if (id === 0n || !this.#isOfPeer(id)) {
      return { reason: 'protocolViolation', message: `The peer can't open the stream ${id}.` };
    }
    if (number > this.#maxPeerId) return { reason: 'streamIdError', message: `The stream ${id} is one too many.` };
    const stream = new Stream(number, this.#ofPeer, this.#limits);
    this.#open.set(number, stream);
    return stream;
  }

  /** Forgets a stream but for its id, and allows the peer another one in its place, up to the bound of all. */
  close(stream: Stream): void {
    this.#open.delete(stream.id);
    this.#closed.add(stream.id);
    const mayRaise = this.#maxPeerId < 2 * this.#limits.maxStreamsEver;
    if (mayRaise && this.#isOfPeer(BigInt(stream.id))) this.#maxPeerId += 2;
  }

  /** Bytes of data that all streams hold. */
  get heldBytes(): number {
    return this.open.reduce((sum, { data }) => sum + data.held, 0);
  }

  /** Clients open odd ones, servers even ones. */
  #isOfPeer(id: bigint): boolean {
    return (id % 2n === 1n) === this.#isServer;
  }
}
