import { writeAmountTooLarge } from '#interledger/ilp/amount-too-large.ts';
import { type Prepare, readPrepare, readReply, writePrepare, writeReject } from '#interledger/ilp/packet.ts';
import type { Action, BookAction, ReserveAction, SettleAction } from '#interledger/stream/connection/actions.ts';
import type { StreamConnection } from '#interledger/stream/connection/connection.ts';
import { type SeededRandom, seededRandom } from '#test/seeded-random.ts';

/**
 * A network of one connector between two ends, with its own time: it delays packets, so that they overtake each other,
 * loses them and their answers, answers twice, refuses, changes amounts by its rate, and carries none that is too large.
 */

/** What the connector does. Chances are of a packet, 0 to 1. */
export interface Weather {
  /** What arrives for what is sent, from the server to the client; rounded down. */
  rate: { delivered: bigint; sent: bigint };
  maxPacket?: bigint;
  /** Whether it says with F08 how much is too much. */
  saysMaximum: boolean;
  loss: number;
  answerLoss: number;
  refusal: number;
  doubleAnswer: number;
  maxDelayMs: number;
}

export const CALM: Weather = {
  rate: { delivered: 1n, sent: 1n },
  saysMaximum: true,
  loss: 0,
  answerLoss: 0,
  refusal: 0,
  doubleAnswer: 0,
  maxDelayMs: 20,
};

/** How one end answers what its connection asks; what these answer comes a moment later. */
export interface Owner {
  reserve(asked: ReserveAction): bigint | 'later';
  settle(how: SettleAction): void;
  book(asked: BookAction): boolean;
  /** After every step of the connection. */
  watch?(connection: StreamConnection, action: Action): void;
}

export const REFUSING: Owner = { reserve: () => 0n, settle: () => {}, book: () => false };

/** One end: its connection and its owner. */
export class End {
  readonly name: string;
  readonly connection: StreamConnection;
  readonly owner: Owner;
  readonly actions: Action[] = [];
  requests = 0;

  constructor(name: string, connection: StreamConnection, owner: Owner) {
    this.name = name;
    this.connection = connection;
    this.owner = owner;
  }
}

/** More steps than any run takes; a connection that never comes to rest would go on for ever. */
const MAX_STEPS = 50_000;

export class Network {
  nowMs = Date.UTC(2026, 0, 1);
  readonly #random: SeededRandom;
  readonly #weather: Weather;
  readonly #queue: { atMs: number; run: () => void }[] = [];
  readonly #links = new Map<End, End>();

  constructor(seed: number, weather: Partial<Weather> = {}) {
    this.#random = seededRandom(seed);
    this.#weather = { ...CALM, ...weather };
  }

  connect(one: End, other: End): void {
    this.#links.set(one, other);
    this.#links.set(other, one);
  }

  /** Carries out what an end's connection wants, and what its owner does besides. */
  act(end: End, actions: readonly Action[]): void {
    for (const action of actions) {
      end.actions.push(action);
      this.#carryOut(end, action);
      end.owner.watch?.(end.connection, action);
    }
  }

  later(delayMs: number, run: () => void): void {
    this.#queue.push({ atMs: this.nowMs + delayMs, run });
  }

  /** Until nothing happens any more. The clock moves on by itself, and rings at the connections. */
  run(): void {
    for (let step = 0; step < MAX_STEPS; step++) {
      this.#queue.sort((one, other) => one.atMs - other.atMs);
      const next = this.#queue[0];
      const wakes = [...this.#links.keys()].map(({ connection }) => connection.nextWakeMs ?? Number.POSITIVE_INFINITY);
      const wakeMs = Math.min(...wakes);
      if (next === undefined && wakeMs === Number.POSITIVE_INFINITY) return;
      if (next !== undefined && next.atMs <= wakeMs) {
        this.#queue.shift();
        this.nowMs = Math.max(this.nowMs, next.atMs);
        next.run();
      } else {
        this.nowMs = Math.max(this.nowMs, wakeMs);
        for (const end of this.#links.keys()) this.act(end, end.connection.tick(this.nowMs));
      }
    }
    throw new Error('The connections do not come to rest.');
  }

  #carryOut(end: End, action: Action): void {
    const { connection, owner } = end;
    if (action.kind === 'settle') owner.settle(action);
    if (action.kind === 'reserve') {
      const granted = owner.reserve(action);
      this.later(this.#delay(), () => {
        const { packet } = action;
        const done =
          granted === 'later'
            ? connection.deferred(packet, this.nowMs)
            : connection.reserved(packet, granted, this.nowMs);
        this.act(end, done);
      });
    }
    if (action.kind === 'book') {
      const isAccepted = owner.book(action);
      this.later(this.#delay(), () => this.act(end, connection.booked(action.request, isAccepted, this.nowMs)));
    }
    if (action.kind === 'send') this.#send(end, action.packet, action.prepare);
    if (action.kind === 'reply') this.#answers.get(`${end.name} ${action.request}`)?.(action.reply);
  }

  readonly #answers = new Map<string, (reply: Uint8Array) => void>();

  #send(end: End, packet: number, bytes: Uint8Array): void {
    const answer = (reply: Uint8Array) => {
      if (this.#random.chance(this.#weather.answerLoss)) {
        this.#lose(end, packet);
        return;
      }
      const times = this.#random.chance(this.#weather.doubleAnswer) ? 2 : 1;
      for (let count = 0; count < times; count++) {
        this.later(this.#delay(), () => this.act(end, end.connection.replied(packet, reply, this.nowMs)));
      }
    };
    const reject = (code: string, data: Uint8Array = new Uint8Array()) =>
      answer(writeReject({ code, triggeredBy: 'private.connector', message: 'no', data }));
    const { loss, refusal } = this.#weather;
    const prepare = readPrepare(bytes);
    const other = this.#links.get(end);
    if (this.#random.chance(loss)) this.#lose(end, packet);
    else if (this.#random.chance(refusal)) reject(this.#random.pick(['T00', 'T04', 'R00', 'R01', 'T02']));
    else if (this.#isTooLarge(prepare.amount)) reject('F08', this.#tooLarge(prepare.amount));
    else if (other === undefined) reject('F02');
    else this.later(this.#delay(), () => this.#arrive(other, this.#forwarded(end, prepare), answer));
  }

  #isTooLarge(amount: bigint): boolean {
    const { maxPacket } = this.#weather;
    return maxPacket !== undefined && amount > maxPacket;
  }

  /** In units of its own, of which a thousand are one of ours. */
  #tooLarge(amount: bigint): Uint8Array {
    const { maxPacket = 0n, saysMaximum } = this.#weather;
    const said = { received: amount * 1000n, maximum: maxPacket * 1000n };
    return saysMaximum ? writeAmountTooLarge(said) : new Uint8Array();
  }

  #forwarded(from: End, prepare: Prepare): Uint8Array {
    const { rate } = this.#weather;
    const isToClient = from.name.startsWith('server');
    const amount = isToClient ? (prepare.amount * rate.delivered) / rate.sent : prepare.amount;
    return writePrepare({ ...prepare, amount });
  }

  #arrive(end: End, bytes: Uint8Array, answer: (reply: Uint8Array) => void): void {
    const request = ++end.requests;
    this.#answers.set(`${end.name} ${request}`, (reply) => {
      readReply(reply);
      answer(reply);
    });
    this.act(end, end.connection.prepared(request, readPrepare(bytes), this.nowMs));
  }

  /** Half of the time the uplink notices, else the connection has to. */
  #lose(end: End, packet: number): void {
    if (this.#random.chance(0.5)) return;
    this.later(35_000, () => this.act(end, end.connection.lost(packet, this.nowMs)));
  }

  #delay(): number {
    return this.#random.between(0, this.#weather.maxDelayMs);
  }
}
