import { NOTHING } from '#interledger/bytes.ts';
import { FULFILL, PREPARE, type Prepare, REJECT, writeReply } from '#interledger/ilp/packet.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import { fulfillmentOf, fulfills } from '#interledger/stream/crypto.ts';
import { CLOSE_CODES, type Frame } from '#interledger/stream/frames.ts';
import { openStreamPacket, type StreamPacket, sealStreamPacket } from '#interledger/stream/packet.ts';
import { writeReceipt } from '#interledger/stream/receipt.ts';
import { type ConnectionState, closeFrame } from './state.ts';
import { Stream } from './streams.ts';

/** The highest stream id that a receipt can name. */
const MAX_RECEIPT_STREAM = 255;

/** A Prepare that is being answered. */
interface Request {
  request: number;
  prepare: Prepare;
  packet: StreamPacket;
}

/** Why a packet is refused, with what the sender needs to know to do better. */
interface Refusal {
  /** For receivers that are specific. */
  code: 'F04' | 'F05' | 'F99';
  frames: Frame[];
}

type Part = { stream: Stream; amount: bigint };

/** The half of a connection that answers packets (RFC 0029, 3.5, 3.6 and 4.4). */
export class Receiver {
  readonly #state: ConnectionState;
  readonly #bookings = new Map<number, Request & { parts: readonly Part[] }>();
  #received = 0;
  /** Bytes of data that were handed on, of all streams. */
  #handedOn = 0n;

  constructor(state: ConnectionState) {
    this.#state = state;
  }

  /** Money that arrived and is not booked yet, in packets. */
  get booking(): number {
    return this.#bookings.size;
  }

  receive(request: number, prepare: Prepare, nowMs: number): void {
    const packet = orUndefined(() => openStreamPacket(this.#state.keys.encryption, prepare.data, PREPARE));
    if (packet === undefined) {
      this.#reject(request, 'F06', NOTHING);
      return;
    }
    // An answer after the expiry is worth nothing, so that nothing is promised in one.
    if (prepare.expiresAtMs <= nowMs) {
      this.#reject(request, 'R00', NOTHING);
      return;
    }
    const state = this.#state;
    state.lastActiveMs = nowMs;
    this.#received += 1;
    if (this.#received > state.limits.maxPackets) state.end('internalError', 'The connection had too many packets.');
    const one = { request, prepare, packet };
    const refusal = this.#takeFrames(packet) ?? this.#whyNotPaid(one);
    if (refusal !== undefined) {
      this.#refuse(one, refusal);
      return;
    }
    if (prepare.amount === 0n) {
      this.#fulfill(one, []);
      return;
    }
    this.#book(one);
  }

  /** The owner's answer to a booking. */
  booked(request: number, isAccepted: boolean): void {
    const one = this.#bookings.get(request);
    if (one === undefined) throw new RangeError(`The request ${request} is not being booked.`);
    this.#bookings.delete(request);
    for (const { stream, amount } of one.parts) {
      stream.booking -= amount;
      if (isAccepted) stream.received += amount;
    }
    if (isAccepted) this.#fulfill(one, one.parts);
    else this.#refuse(one, { code: 'F99', frames: [] });
  }

  /** Opens streams, and takes in what the frames say. Answers why the packet can't be accepted, if it can't. */
  #takeFrames({ frames }: StreamPacket): Refusal | undefined {
    const state = this.#state;
    const isEnding = frames.some(({ type }) => type === 'connectionClose');
    let refusal: Refusal | undefined;
    for (const frame of frames) {
      if (state.ended === undefined) refusal ??= this.#openFor(frame);
    }
    state.hear(frames);
    for (const frame of frames) {
      if (frame.type === 'streamData' && state.ended === undefined) refusal ??= this.#takeData(frame);
    }
    // A packet that ends the connection is not fulfilled either, by any published receiver.
    return isEnding || state.ended !== undefined ? { code: 'F99', frames: [] } : refusal;
  }

  /** Opens the stream that a frame needs. Money and data for one that is closed are refused; its limits are old news. */
  #openFor(frame: Frame): Refusal | undefined {
    const isOpening = frame.type === 'streamMoney' || frame.type === 'streamData';
    if (!isOpening && frame.type !== 'streamMaxMoney' && frame.type !== 'streamMaxData') return undefined;
    const found = this.#state.streams.find(frame.streamId);
    if (found instanceof Stream) return undefined;
    if (found !== 'closed') {
      this.#state.end(found.reason, found.message);
      return undefined;
    }
    if (!isOpening) return undefined;
    const id = Number(frame.streamId);
    return { code: 'F99', frames: [closeFrame(id, 'streamStateError', 'The stream is closed.')] };
  }

  #takeData({ streamId, offset, data }: Extract<Frame, { type: 'streamData' }>): Refusal | undefined {
    const state = this.#state;
    const stream = state.streams.get(Number(streamId));
    if (stream === undefined) return undefined;
    if (offset + BigInt(data.length) > stream.data.maxOffset) {
      state.end('flowControlError', `The stream ${stream.id} got more data than it takes.`);
      return undefined;
    }
    if (state.streams.heldBytes + data.length > state.limits.maxDataBytes) return { code: 'F99', frames: [] };
    const ready = stream.data.add(offset, data);
    if (ready === undefined) return { code: 'F99', frames: [] };
    this.#handedOn += BigInt(ready.length);
    if (ready.length > 0) state.want({ kind: 'data', streamId: stream.id, data: ready });
    return undefined;
  }

  #whyNotPaid({ prepare, packet }: Request): Refusal | undefined {
    if (prepare.amount < packet.amount) return { code: 'F04', frames: [] };
    const fulfillment = fulfillmentOf(this.#state.keys, prepare.data);
    return fulfills(fulfillment, prepare.condition) ? undefined : { code: 'F05', frames: [] };
  }

  #book(one: Request): void {
    const { request, prepare } = one;
    const parts = this.#partsOf(one);
    const isTooMuch = parts.some(({ stream, amount }) => amount > stream.receivable);
    if (parts.length === 0 || isTooMuch) {
      this.#refuse(one, { code: 'F99', frames: [] });
      return;
    }
    if (this.#bookings.size >= this.#state.limits.maxBookings) {
      this.#reject(request, 'T03', NOTHING);
      return;
    }
    for (const { stream, amount } of parts) stream.booking += amount;
    this.#bookings.set(request, { ...one, parts });
    this.#state.want({
      kind: 'book',
      request,
      amount: prepare.amount,
      parts: parts.map(({ stream, amount }) => ({ streamId: stream.id, amount })),
      expiresAtMs: prepare.expiresAtMs,
    });
  }

  /** To each stream its shares, rounded down; the rest to the lowest that takes it (RFC 0029, 5.3.8). */
  #partsOf({ prepare, packet }: Request): Part[] {
    const shares = new Map<Stream, bigint>();
    for (const frame of packet.frames) {
      if (frame.type !== 'streamMoney') continue;
      const stream = this.#state.streams.get(Number(frame.streamId));
      if (stream !== undefined) shares.set(stream, (shares.get(stream) ?? 0n) + frame.shares);
    }
    const total = [...shares.values()].reduce((sum, each) => sum + each, 0n);
    if (total === 0n) return [];
    const parts = [...shares].map(([stream, each]) => ({ stream, amount: (prepare.amount * each) / total }));
    parts.sort((one, other) => one.stream.id - other.stream.id);
    const rest = prepare.amount - parts.reduce((sum, { amount }) => sum + amount, 0n);
    const taker = parts.find(({ stream, amount }) => amount + rest <= stream.receivable) ?? parts[0];
    if (taker !== undefined) taker.amount += rest;
    return parts.filter(({ amount }) => amount > 0n);
  }

  #fulfill(one: Request, parts: readonly Part[]): void {
    const frames = [...this.#answerFrames(one), ...this.#receipts(parts)];
    const data = this.#seal(one, FULFILL, frames);
    const fulfillment = fulfillmentOf(this.#state.keys, one.prepare.data);
    const reply = writeReply({ type: 'fulfill', fulfillment, data });
    this.#state.want({ kind: 'reply', request: one.request, reply });
  }

  #refuse(one: Request, { code, frames }: Refusal): void {
    const data = this.#seal(one, REJECT, [...this.#answerFrames(one), ...frames]);
    this.#reject(one.request, this.#state.options.rejectCodes === 'specific' ? code : 'F99', data);
  }

  #reject(request: number, code: string, data: Uint8Array): void {
    const triggeredBy = this.#state.options.address;
    const reply = writeReply({ type: 'reject', code, triggeredBy, message: '', data });
    this.#state.want({ kind: 'reply', request, reply });
  }

  /** What every answer says: how the connection ended, or what each stream takes. A new address is answered with ours. */
  #answerFrames({ packet }: Request): Frame[] {
    const { streams, limits, ended, options } = this.#state;
    if (ended !== undefined) {
      if (ended.isByPeer) return [];
      return [{ type: 'connectionClose', code: CLOSE_CODES[ended.reason], message: ended.message }];
    }
    const frames: Frame[] = [{ type: 'connectionMaxData', maxOffset: this.#handedOn + BigInt(limits.maxDataBytes) }];
    if (packet.frames.some(({ type }) => type === 'connectionNewAddress')) {
      const { code, scale } = options.asset;
      frames.push({ type: 'connectionAssetDetails', assetCode: code, assetScale: scale });
    }
    frames.push({ type: 'connectionMaxStreamId', maxStreamId: BigInt(streams.maxPeerId) });
    return [...frames, ...streams.open.flatMap((stream) => stream.limitFrames())];
  }

  #receipts(parts: readonly Part[]): Frame[] {
    const key = this.#state.options.receiptKey;
    if (key === undefined) return [];
    return parts
      .filter(({ stream }) => stream.id <= MAX_RECEIPT_STREAM)
      .map(({ stream }) => ({
        type: 'streamReceipt',
        streamId: BigInt(stream.id),
        receipt: writeReceipt(key, stream.id, stream.received),
      }));
  }

  #seal({ prepare, packet }: Request, carrier: typeof FULFILL | typeof REJECT, frames: Frame[]): Buffer {
    const answer = { carrier, sequence: packet.sequence, amount: prepare.amount, frames };
    return sealStreamPacket(this.#state.keys.encryption, answer, this.#state.random, this.#state.options.paddedBytes);
  }
}
