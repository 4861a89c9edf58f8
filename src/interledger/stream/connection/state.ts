import type { RandomBytes } from '#interledger/bytes.ts';
import { isAtOrBelow, isPayable } from '#interledger/ilp/address.ts';
import { type ConnectionKeys, connectionKeys } from '#interledger/stream/crypto.ts';
import { CLOSE_CODES, type CloseReason, type Frame } from '#interledger/stream/frames.ts';
import type { ReceiptKey } from '#interledger/stream/receipt.ts';
import type { Action } from './actions.ts';
import { type ConnectionLimits, DEFAULT_LIMITS } from './limits.ts';
import type { Rate } from './rate.ts';
import { type Stream, type StreamMoney, Streams } from './streams.ts';

export interface Asset {
  code: string;
  /** 0 to 255. */
  scale: number;
}

export interface ConnectionOptions {
  role: 'client' | 'server';
  sharedSecret: Uint8Array;
  /** Our own address: where the peer sends packets to, and what our rejects name. */
  address: string;
  asset: Asset;
  /** Where the peer is. A server learns it from the client. */
  peerAddress?: string;
  /** What a stream that the peer opens may send and receive. Nothing, unless said otherwise. */
  peerStreams?: StreamMoney;
  /** The worst rate that is accepted, whatever is measured. */
  leastRate?: Rate;
  /** With it each packet that is received gives the sender a receipt (RFC 0039). */
  receiptKey?: ReceiptKey;
  /**
   * How a packet that this end refuses itself is rejected: F99 for all reasons, which every published sender reads, or F04
   * and F05 as newer receivers do.
   */
  rejectCodes?: 'F99' | 'specific';
  /** Least length of the encrypted data, in bytes; up to 32 767. Nothing is padded by default. */
  paddedBytes?: number;
  limits?: Partial<ConnectionLimits>;
}

/** Characters of a text of the peer's that are kept. */
const MAX_MESSAGE_LENGTH = 200;

/** Longest code of an asset of the peer's, in characters: far above any that is in use, and each connection keeps one. */
const MAX_ASSET_CODE_LENGTH = 255;

/** What both halves of a connection share: who the peer is, the streams, and what the owner still has to do. */
export class ConnectionState {
  readonly options: ConnectionOptions;
  readonly limits: ConnectionLimits;
  readonly keys: ConnectionKeys;
  readonly streams: Streams;
  readonly random: RandomBytes;
  peerAddress: string | undefined;
  peerAsset: Asset | undefined;
  /**
   * The rate to the peer: as a probe measured it, by which the least is reckoned that may arrive, and as the last packet
   * showed it. Forgotten when the peer moves.
   */
  rates: { measured: Rate; last: Rate } | undefined;
  /** Undefined while the connection is open. */
  ended: { reason: CloseReason; message: string; isByPeer: boolean } | undefined;
  lastActiveMs: number;
  /** Streams that this end has closed, and the peer has not been told of. */
  readonly closes = new Map<number, Frame>();
  #actions: Action[] = [];

  constructor(options: ConnectionOptions, random: RandomBytes, nowMs: number) {
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.keys = connectionKeys(options.sharedSecret);
    this.streams = new Streams(
      options.role === 'server',
      options.peerStreams ?? { sendMax: 0n, receiveMax: 0n },
      this.limits,
    );
    this.random = random;
    this.peerAddress = options.peerAddress;
    this.lastActiveMs = nowMs;
  }

  want(action: Action): void {
    this.#actions.push(action);
  }

  /** What the owner is to do, in this order. */
  takeActions(): Action[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** Ends the connection: nothing new is sent or received. What is under way is settled all the same. */
  end(reason: CloseReason, message: string, isByPeer = false): void {
    if (this.ended !== undefined) return;
    const text = message.slice(0, MAX_MESSAGE_LENGTH);
    this.ended = { reason, message: text, isByPeer };
    this.want({ kind: 'ended', streamId: 0, reason, message: text, isByPeer });
  }

  /** Closes a stream on both ends. */
  endStream(stream: Stream, reason: CloseReason, message: string, isByPeer = false): void {
    if (this.streams.get(stream.id) !== stream) return;
    this.streams.close(stream);
    const text = message.slice(0, MAX_MESSAGE_LENGTH);
    if (!isByPeer) this.closes.set(stream.id, closeFrame(stream.id, reason, text));
    this.want({ kind: 'streamEnded', streamId: stream.id, reason, message: text, isByPeer });
  }

  /** Takes in what frames of the peer say of it and of its streams; those about money and data are the receiver's. */
  hear(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (this.ended !== undefined) return;
      this.#hearFrame(frame);
    }
  }

  #hearFrame(frame: Frame): void {
    switch (frame.type) {
      case 'connectionClose':
        this.end(reasonOf(frame.code), frame.message, true);
        break;
      case 'connectionNewAddress':
        this.#moveTo(frame.address);
        break;
      case 'connectionAssetDetails':
        this.#learnAsset({ code: frame.assetCode, scale: frame.assetScale });
        break;
      case 'connectionMaxStreamId':
        this.streams.allowOwn(frame.maxStreamId);
        break;
      case 'streamClose': {
        const stream = this.streams.get(Number(frame.streamId));
        if (stream !== undefined) this.endStream(stream, reasonOf(frame.code), frame.message, true);
        break;
      }
      case 'streamMaxMoney':
        this.streams.get(Number(frame.streamId))?.hear(frame);
        break;
    }
  }

  /** A peer can't have us pay ourselves, nor send money to our own connector's services. */
  #moveTo(address: string): void {
    if (address === this.peerAddress) return;
    if (!isPayable(address) || isAtOrBelow(address, this.options.address)) {
      this.end('protocolViolation', 'The peer names an address at which it can not be.');
      return;
    }
    this.peerAddress = address;
    this.rates = undefined;
  }

  /** An asset never changes within a connection (RFC 0029, 4.3.3). */
  #learnAsset(asset: Asset): void {
    if (asset.code.length > MAX_ASSET_CODE_LENGTH) {
      this.end('protocolViolation', 'The code of an asset is too long.');
      return;
    }
    const known = this.peerAsset;
    if (known === undefined) this.peerAsset = asset;
    else if (known.code !== asset.code || known.scale !== asset.scale) {
      this.end('protocolViolation', 'The peer has told of another asset before.');
    }
  }
}

export function closeFrame(streamId: number, reason: CloseReason, message: string): Frame {
  return { type: 'streamClose', streamId: BigInt(streamId), code: CLOSE_CODES[reason], message };
}

function reasonOf(code: number): CloseReason {
  const found = Object.entries(CLOSE_CODES).find(([, value]) => value === code);
  return (found?.[0] as CloseReason | undefined) ?? 'applicationError';
}
