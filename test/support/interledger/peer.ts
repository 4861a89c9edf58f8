import {
  FULFILL,
  PREPARE,
  type Prepare,
  REJECT,
  type Reply,
  readPrepare,
  readReply,
  writeReply,
} from '#interledger/ilp/packet.ts';
import type { Action, SendAction } from '#interledger/stream/connection/actions.ts';
import type { StreamConnection } from '#interledger/stream/connection/connection.ts';
import { connectionKeys, fulfillmentOf, fulfills, sha256 } from '#interledger/stream/crypto.ts';
import type { Frame } from '#interledger/stream/frames.ts';
import { openStreamPacket, type StreamPacket, sealStreamPacket } from '#interledger/stream/packet.ts';
import { randomOf } from './bytes.ts';

export const SECRET = new Uint8Array(32).fill(1);
export const NOW = Date.UTC(2026, 0, 1);
const KEYS = connectionKeys(SECRET);
const random = randomOf(99);

/** What a peer puts into a Prepare. */
export interface Told {
  amount?: bigint;
  minimum?: bigint;
  frames?: Frame[];
  isFulfillable?: boolean;
  expiresAtMs?: number;
  carrier?: typeof PREPARE | typeof FULFILL;
  key?: Uint8Array;
}

/** A peer by hand: every packet that it sends, and every answer, is what the test says. */
export class Peer {
  readonly connection: StreamConnection;
  readonly actions: Action[] = [];
  nowMs = NOW;
  /** The packets whose reservation was answered, and what was granted for them. */
  readonly answered = new Set<number>();
  readonly granted = new Map<number, bigint>();
  #sequence = 0n;
  #requests = 0;

  constructor(connection: StreamConnection) {
    this.connection = connection;
  }

  /** What the connection wanted, of one kind, in all. */
  all<Kind extends Action['kind']>(kind: Kind): Extract<Action, { kind: Kind }>[] {
    return this.actions.filter((action): action is Extract<Action, { kind: Kind }> => action.kind === kind);
  }

  /** The last of a kind. */
  last<Kind extends Action['kind']>(kind: Kind): Extract<Action, { kind: Kind }> {
    const found = this.all(kind).at(-1);
    if (found === undefined) throw new Error(`There was no ${kind}.`);
    return found;
  }

  did(actions: readonly Action[]): void {
    this.actions.push(...actions);
  }

  /** Sends a Prepare, and books whatever it brings unless told not to. Answers what came back. */
  prepare(told: Told, books = true): { reply: Reply; answer: StreamPacket | undefined } {
    const request = this.sent(told);
    const booking = this.all('book').find((one) => one.request === request);
    if (booking !== undefined) this.did(this.connection.booked(request, books, this.nowMs));
    return this.answerTo(request);
  }

  /** Sends a Prepare, and answers its number. */
  sent(told: Told): number {
    const request = ++this.#requests;
    this.#sequence += 1n;
    const {
      amount = 0n,
      minimum = 0n,
      frames = [],
      isFulfillable = true,
      carrier = PREPARE,
      key = KEYS.encryption,
    } = told;
    const data = sealStreamPacket(key, { carrier, sequence: this.#sequence, amount: minimum, frames }, random);
    const condition = isFulfillable ? sha256(fulfillmentOf(KEYS, data)) : random(32);
    const expiresAtMs = told.expiresAtMs ?? this.nowMs + 30_000;
    const prepare: Prepare = { amount, expiresAtMs, condition, destination: 'private.us.token', data };
    this.did(this.connection.prepared(request, prepare, this.nowMs));
    return request;
  }

  answerTo(request: number): { reply: Reply; answer: StreamPacket | undefined } {
    const bytes = this.all('reply').find((one) => one.request === request)?.reply;
    if (bytes === undefined) throw new Error('There is no answer.');
    const reply = readReply(bytes);
    const answer =
      reply.data.length === 0
        ? undefined
        : openStreamPacket(KEYS.encryption, reply.data, reply.type === 'fulfill' ? FULFILL : REJECT);
    return { reply, answer };
  }

  /** What the connection has sent, decrypted. */
  read({ prepare }: SendAction): { prepare: Prepare; packet: StreamPacket } {
    const read = readPrepare(prepare);
    return { prepare: read, packet: openStreamPacket(KEYS.encryption, read.data, PREPARE) };
  }

  /** Whether a packet of the connection can be fulfilled at all. */
  isFulfillable(action: SendAction): boolean {
    const { condition, data } = readPrepare(action.prepare);
    return fulfills(fulfillmentOf(KEYS, data), condition);
  }

  /** Fulfills a packet of the connection; all of it arrives unless the amount says otherwise. */
  fulfill(action: SendAction, frames: Frame[] = [], amount?: bigint, sequence?: bigint): void {
    const { prepare, packet } = this.read(action);
    const answer = {
      carrier: FULFILL,
      sequence: sequence ?? packet.sequence,
      amount: amount ?? prepare.amount,
      frames,
    } as const;
    const data = sealStreamPacket(KEYS.encryption, answer, random);
    this.reply(action, { type: 'fulfill', fulfillment: fulfillmentOf(KEYS, prepare.data), data });
  }

  /** Refuses a packet as a receiver does, with what arrived of it. */
  refuse(action: SendAction, frames: Frame[] = [], code = 'F99', amount?: bigint): void {
    const { prepare, packet } = this.read(action);
    const answer = { carrier: REJECT, sequence: packet.sequence, amount: amount ?? prepare.amount, frames } as const;
    const data = sealStreamPacket(KEYS.encryption, answer, random);
    this.reply(action, { type: 'reject', code, triggeredBy: 'private.peer', message: '', data });
  }

  /** A connector refuses a packet. */
  reject(action: SendAction, code: string, data: Uint8Array = new Uint8Array()): void {
    this.reply(action, { type: 'reject', code, triggeredBy: 'private.connector', message: 'no', data });
  }

  reply(action: SendAction, reply: Reply): void {
    this.did(this.connection.replied(action.packet, writeReply(reply), this.nowMs));
  }

  /** Grants what is asked for, or less. */
  grant(most?: bigint): SendAction | undefined {
    const { packet, amount } = this.last('reserve');
    const granted = most !== undefined && most < amount ? most : amount;
    const before = this.all('send').length;
    this.did(this.connection.reserved(packet, granted, this.nowMs));
    return this.all('send')[before];
  }

  tick(delayMs: number): void {
    this.nowMs += delayMs;
    this.did(this.connection.tick(this.nowMs));
  }
}
