import type { RandomBytes } from '#interledger/bytes.ts';
import type { Prepare } from '#interledger/ilp/packet.ts';
import type { CloseReason } from '#interledger/stream/frames.ts';
import type { Action } from './actions.ts';
import { Receiver } from './receiver.ts';
import { Sender } from './sender.ts';
import { type ConnectionOptions, ConnectionState } from './state.ts';
import type { StreamMoney } from './streams.ts';

/**
 * One end of a STREAM connection (RFC 0029, 4 Life of a Connection), client or server, sending and receiving, as a state
 * machine. It reads no clock and touches no network: each method takes the time, in milliseconds, and answers what is to
 * be done (actions.ts). It sends no unit of money that its owner has not granted for that very packet, and fulfills none
 * that its owner has not booked.
 *
 * The methods throw RangeError if the owner answers something that it was not asked; no input of the peer's makes them
 * throw.
 */
export class StreamConnection {
  readonly #state: ConnectionState;
  readonly #sender: Sender;
  readonly #receiver: Receiver;

  /** Call `start` afterwards: the constructor has nothing to answer. */
  constructor(options: ConnectionOptions, random: RandomBytes, nowMs: number) {
    this.#state = new ConnectionState(options, random, nowMs);
    this.#sender = new Sender(this.#state);
    this.#receiver = new Receiver(this.#state);
  }

  /** Whether it has ended, and nothing is left to settle or to book. An unknown packet can still be settled after it. */
  get isFinished(): boolean {
    return this.#state.ended !== undefined && this.#sender.underWay === 0 && this.#receiver.booking === 0;
  }

  /** Why it has ended; undefined while it is open. */
  get ended(): { reason: CloseReason; message: string; isByPeer: boolean } | undefined {
    return this.#state.ended;
  }

  get peerAddress(): string | undefined {
    return this.#state.peerAddress;
  }

  /** The asset that the peer says it has. */
  get peerAsset(): { code: string; scale: number } | undefined {
    return this.#state.peerAsset;
  }

  /** When the last packet of the peer came. */
  get lastActiveMs(): number {
    return this.#state.lastActiveMs;
  }

  /** What a stream that is open has sent, is sending, and has received, in our units. */
  moneyOf(streamId: number): { sent: bigint; held: bigint; delivered: bigint; received: bigint } | undefined {
    const stream = this.#state.streams.get(streamId);
    if (stream === undefined) return undefined;
    const { sent, held, delivered, received } = stream;
    return { sent, held, delivered, received };
  }

  /** When `tick` has to be called, unless something happens before; undefined if there is nothing to wait for. */
  get nextWakeMs(): number | undefined {
    const { ended, lastActiveMs, limits } = this.#state;
    const idleMs = ended === undefined ? lastActiveMs + limits.idleMs : undefined;
    const senderMs = this.#sender.nextWakeMs;
    if (idleMs === undefined || senderMs === undefined) return idleMs ?? senderMs;
    return Math.min(idleMs, senderMs);
  }

  /** Sends what there is to send: a client says who it is. */
  start(nowMs: number): Action[] {
    return this.#after(nowMs);
  }

  /** Opens a stream of our own. Its id is undefined if the peer allows no more now, or the connection has ended. */
  openStream(money: StreamMoney, nowMs: number): { streamId: number | undefined; actions: Action[] } {
    const stream = this.#state.ended === undefined ? this.#state.streams.openOwn(money) : undefined;
    if (stream !== undefined) this.#sender.tellLimits(stream);
    return { streamId: stream?.id, actions: this.#after(nowMs) };
  }

  /** Raises what an open stream may send or receive in all. A receive limit is never lowered (RFC 0029, 4.4.4). */
  setLimits(streamId: number, money: Partial<StreamMoney>, nowMs: number): Action[] {
    const stream = this.#state.streams.get(streamId);
    if (stream !== undefined && money.sendMax !== undefined) {
      stream.sendMax = money.sendMax;
      stream.isDry = false;
    }
    if (stream !== undefined && money.receiveMax !== undefined) {
      stream.raiseReceiveMax(money.receiveMax);
      this.#sender.tellLimits(stream);
    }
    return this.#after(nowMs);
  }

  closeStream(streamId: number, reason: CloseReason, message: string, nowMs: number): Action[] {
    const stream = this.#state.streams.get(streamId);
    if (stream !== undefined) this.#state.endStream(stream, reason, message);
    return this.#after(nowMs);
  }

  /** Ends the connection, and tells the peer. What is under way is still settled. */
  close(reason: CloseReason, message: string, nowMs: number): Action[] {
    this.#state.end(reason, message);
    return this.#after(nowMs);
  }

  /**
   * A Prepare came from the peer. It is answered by a `reply` action with the same request number, which the owner chooses
   * freely but never twice; if it carries money, after a `book` action.
   */
  prepared(request: number, prepare: Prepare, nowMs: number): Action[] {
    this.#receiver.receive(request, prepare, nowMs);
    return this.#after(nowMs);
  }

  /** What came of a `book` action: the money is booked durably, or it was refused. */
  booked(request: number, isAccepted: boolean, nowMs: number): Action[] {
    this.#receiver.booked(request, isAccepted);
    return this.#after(nowMs);
  }

  /** What came of a `reserve` action: the amount that is granted, durably; 0 if nothing is left. */
  reserved(packet: number, granted: bigint, nowMs: number): Action[] {
    this.#sender.reserved(packet, granted, nowMs);
    return this.#after(nowMs);
  }

  /** The owner has nothing free now, but may have soon: the connection asks again. */
  deferred(packet: number, nowMs: number): Action[] {
    this.#sender.deferred(packet, nowMs);
    return this.#after(nowMs);
  }

  /** The answer to a packet: an ILP Fulfill or Reject, or anything else that the uplink gave. */
  replied(packet: number, reply: Uint8Array, nowMs: number): Action[] {
    this.#sender.replied(packet, reply, nowMs);
    return this.#after(nowMs);
  }

  /** The answer to a packet is lost: it may have been paid. */
  lost(packet: number, nowMs: number): Action[] {
    this.#sender.lost(packet, nowMs);
    return this.#after(nowMs);
  }

  /** A packet has certainly not left, so that it can't have been paid. */
  unsent(packet: number, nowMs: number): Action[] {
    this.#sender.unsent(packet, nowMs);
    return this.#after(nowMs);
  }

  /** Time has passed: see nextWakeMs. Any other time does no harm. */
  tick(nowMs: number): Action[] {
    const { lastActiveMs, limits } = this.#state;
    this.#sender.expire(nowMs);
    if (nowMs - lastActiveMs >= limits.idleMs) this.#state.end('noError', 'The connection was idle.');
    return this.#after(nowMs);
  }

  #after(nowMs: number): Action[] {
    this.#sender.pump(nowMs);
    return this.#state.takeActions();
  }
}
