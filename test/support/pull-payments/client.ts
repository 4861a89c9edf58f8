import { randomBytes } from 'node:crypto';
import { MAX_U64, type RandomBytes } from '#interledger/bytes.ts';
import { readPrepare } from '#interledger/ilp/packet.ts';
import { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { ConnectionOptions } from '#interledger/stream/connection/state.ts';
import { ConnectionDriver } from '#interledger/stream/driver.ts';
import type { Connector, Handler } from './parent.ts';

const random: RandomBytes = (length) => new Uint8Array(randomBytes(length));

let count = 0;

export interface ClientOptions {
  connector: Connector;
  /** How its packets get to the server. */
  send: Handler;
  credentials: { destinationAccount: string; sharedSecret: Uint8Array };
  /** Called with each Prepare of the server before the client has it. */
  meet?: (prepare: Uint8Array) => Promise<void>;
  options?: Partial<ConnectionOptions>;
}

/** A client with one stream, which pulls or pushes. */
export class Client {
  readonly address = `private.parent.client${++count}`;
  received = 0n;
  sent = 0n;
  readonly connection: StreamConnection;
  readonly driver: ConnectionDriver;
  /** Resolves when the stream or the connection is over. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;

  constructor({ connector, send, credentials, meet = async () => undefined, options = {} }: ClientOptions) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const { destinationAccount: peerAddress, sharedSecret } = credentials;
    const asset = { code: 'XRP', scale: 9 };
    const given = { role: 'client', address: this.address, peerAddress, sharedSecret, asset, ...options } as const;
    this.connection = new StreamConnection(given, random, Date.now());
    this.driver = new ConnectionDriver(this.connection, {
      nowMs: Date.now,
      after: (delayMs, ring) => {
        const timer = setTimeout(ring, delayMs).unref();
        return () => clearTimeout(timer);
      },
      send,
      reserve: async ({ amount }) => amount,
      settle: async ({ outcome, amount }) => {
        if (outcome === 'fulfilled') this.sent += amount;
      },
      book: async ({ amount }) => {
        this.received += amount;
        return true;
      },
      happened: ({ kind }) => {
        if (kind !== 'data') this.#end();
      },
      failed: () => undefined,
    });
    connector.attach(this.address, async (bytes) => {
      await meet(bytes);
      return this.driver.prepared(readPrepare(bytes));
    });
  }

  /** Opens the stream. */
  open(money: { sendMax: bigint; receiveMax: bigint }): void {
    this.driver.act((nowMs) => this.connection.openStream(money, nowMs).actions);
  }

  /** Pulls until it has the amount, or the server ends it. Answers what it got. */
  async pull(amount: bigint = MAX_U64): Promise<bigint> {
    this.open({ sendMax: 0n, receiveMax: amount });
    while (this.received < amount) {
      const isOver = await Promise.race([this.ended.then(() => true), sleep(5).then(() => false)]);
      if (isOver) break;
    }
    this.close();
    return this.received;
  }

  close(): void {
    this.driver.act((nowMs) => this.connection.close('noError', '', nowMs));
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
