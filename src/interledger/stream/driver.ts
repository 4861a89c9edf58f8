import type { Prepare } from '#interledger/ilp/packet.ts';
import type { Action, BookAction, DataAction, EndAction, ReserveAction, SettleAction } from './connection/actions.ts';
import type { StreamConnection } from './connection/connection.ts';

/** The uplink has certainly not sent a packet, so that it can't have been paid. Any other error leaves that open. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/** What a connection needs of the world. All of it belongs to the owner: network, money, clock. */
export interface DriverPorts {
  nowMs(): number;
  /** Calls back after a while, once; the answer takes it back. */
  after(delayMs: number, ring: () => void): () => void;
  /** Sends a Prepare and answers with what came back. Throws NotSentError, or any other error if it may have been sent. */
  send(prepare: Uint8Array, expiresAtMs: number): Promise<Uint8Array>;
  /** Grants money for one packet, durably: up to the amount that is asked for, 0 for no more, `later` for not now. */
  reserve(asked: ReserveAction): Promise<bigint | 'later'>;
  /** Books how a packet ended, durably. It has to try until that succeeds. */
  settle(how: SettleAction): Promise<void>;
  /** Books money that arrived, durably; false refuses it. */
  book(asked: BookAction): Promise<boolean>;
  /** Something happened that the owner need not answer. */
  happened?(what: EndAction | DataAction): void;
  /** A port failed, by throwing or by its promise. The connection goes on with the answer that costs nothing. */
  failed(error: unknown): void;
}

/**
 * Carries out what a connection wants (connection/actions.ts) over ports, and tells it what came of that. What is about
 * money of our own happens one after the other, so that a packet is settled before the next is reserved.
 */
export class ConnectionDriver {
  readonly connection: StreamConnection;
  readonly #ports: DriverPorts;
  readonly #replies = new Map<number, (reply: Uint8Array) => void>();
  #requests = 0;
  #money: Promise<void> = Promise.resolve();
  #cancelWake: (() => void) | undefined;

  constructor(connection: StreamConnection, ports: DriverPorts) {
    this.connection = connection;
    this.#ports = ports;
  }

  /** Does what the connection wants in the first place. */
  start(): void {
    this.act((nowMs) => this.connection.start(nowMs));
  }

  /** Answers a Prepare of the peer with the bytes of a Fulfill or a Reject. */
  prepared(prepare: Prepare): Promise<Uint8Array> {
    const request = ++this.#requests;
    return new Promise((resolve) => {
      this.#replies.set(request, resolve);
      this.act((nowMs) => this.connection.prepared(request, prepare, nowMs));
    });
  }

  /** Takes a step of the connection: `driver.act((nowMs) => driver.connection.close('noError', '', nowMs))`. */
  act(step: (nowMs: number) => Action[]): void {
    for (const action of step(this.#ports.nowMs())) this.#carryOut(action);
    this.#setWake();
  }

  /** When all that is asked of the owner's books so far is done. */
  async settled(): Promise<void> {
    await this.#money;
  }

  #carryOut(action: Action): void {
    switch (action.kind) {
      case 'reserve':
        this.#inTurn(() => this.#reserve(action));
        break;
      case 'settle':
        this.#inTurn(() => this.#ports.settle(action));
        break;
      case 'send':
        void this.#send(action.packet, action.prepare, action.expiresAtMs);
        break;
      case 'book':
        void this.#book(action);
        break;
      case 'reply':
        this.#replies.get(action.request)?.(action.reply);
        this.#replies.delete(action.request);
        break;
      case 'data':
        void this.#tell(action);
        break;
      default:
        // Only after all that was settled before it: an end is when the owner sums up.
        this.#inTurn(() => this.#tell(action));
    }
  }

  #inTurn(work: () => Promise<void>): void {
    this.#money = this.#money.then(work).catch((error: unknown) => this.#ports.failed(error));
  }

  /** An owner that throws here must not keep the actions after this one from being carried out. */
  async #tell(what: EndAction | DataAction): Promise<void> {
    try {
      this.#ports.happened?.(what);
    } catch (error) {
      this.#ports.failed(error);
    }
  }

  async #reserve(asked: ReserveAction): Promise<void> {
    const granted = await promised(() => this.#ports.reserve(asked)).catch((error: unknown) => {
      this.#ports.failed(error);
      return 'later' as const;
    });
    this.act((nowMs) =>
      granted === 'later'
        ? this.connection.deferred(asked.packet, nowMs)
        : this.connection.reserved(asked.packet, granted, nowMs),
    );
  }

  async #send(packet: number, prepare: Uint8Array, expiresAtMs: number): Promise<void> {
    const came = await promised(() => this.#ports.send(prepare, expiresAtMs)).then(
      (reply) => ({ reply }),
      (error: unknown) => ({ error }),
    );
    const { connection } = this;
    if ('reply' in came) this.act((nowMs) => connection.replied(packet, came.reply, nowMs));
    else if (came.error instanceof NotSentError) this.act((nowMs) => connection.unsent(packet, nowMs));
    else {
      this.#ports.failed(came.error);
      this.act((nowMs) => connection.lost(packet, nowMs));
    }
  }

  async #book(asked: BookAction): Promise<void> {
    const isAccepted = await promised(() => this.#ports.book(asked)).catch((error: unknown) => {
      this.#ports.failed(error);
      return false;
    });
    this.act((nowMs) => this.connection.booked(asked.request, isAccepted, nowMs));
  }

  #setWake(): void {
    this.#cancelWake?.();
    const atMs = this.connection.nextWakeMs;
    if (atMs === undefined) {
      this.#cancelWake = undefined;
      return;
    }
    const delayMs = Math.max(0, atMs - this.#ports.nowMs());
    this.#cancelWake = this.#ports.after(delayMs, () => this.act((nowMs) => this.connection.tick(nowMs)));
  }
}

/** The promise of a port. One that throws before it gives a promise has failed like one whose promise is rejected. */
async function promised<Result>(call: () => Promise<Result>): Promise<Result> {
  return call();
}
