import { NOTHING, type RandomBytes } from '#interledger/bytes.ts';
import { isAtOrBelow } from '#interledger/ilp/address.ts';
import { PREPARE, type Prepare, readPrepare, writeReject } from '#interledger/ilp/packet.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import { StreamConnection } from './connection/connection.ts';
import type { ConnectionOptions } from './connection/state.ts';
import { connectionKeys } from './crypto.ts';
import { openStreamPacket } from './packet.ts';

/**
 * Which connection a packet is for (RFC 0029, 4.2 Matching Packets to Connections). A server keeps nothing of the
 * credentials that it gave out: the first packet that decrypts under the secret of its address opens the connection.
 */

/** Connections that are open at once. Each has some kilobytes, and up to `maxDataBytes` of data that waits for its order. */
const DEFAULT_MAX_CONNECTIONS = 10_000;

/** What an address of ours says: which connection it is, and for what. */
export interface Identified {
  /** The segment of the address that stands for this connection. */
  segment: string;
  sharedSecret: Uint8Array;
  /** What the connection may do, by what the address names; undefined if there is no such thing any more. */
  options: Omit<ConnectionOptions, 'role' | 'sharedSecret' | 'address' | 'peerAddress'> | undefined;
}

export interface ServerOptions {
  /** Our own address, below which all credentials are. */
  address: string;
  /** Reads an address that we gave out; undefined if we did not. See credentials.ts. */
  identify(destination: string): Identified | undefined;
  random: RandomBytes;
  maxConnections?: number;
}

/** Where a packet goes: to a connection, or back with the reject that is here. */
export type Route =
  | { kind: 'connection'; segment: string; connection: StreamConnection; prepare: Prepare; isNew: boolean }
  | { kind: 'reject'; reject: Uint8Array };

export class StreamServer {
  readonly #options: ServerOptions;
  readonly #connections = new Map<string, StreamConnection>();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** The connections that it knows, by the segment of their address. */
  get connections(): ReadonlyMap<string, StreamConnection> {
    return this.#connections;
  }

  /**
   * Finds the connection of a packet, or opens one. Rejects with F01 what is no Prepare, with F02 what is not for us, with
   * F06 what does not decrypt, and with T03 while there are too many connections.
   */
  route(bytes: Uint8Array, nowMs: number): Route {
    const prepare = orUndefined(() => readPrepare(bytes));
    if (prepare === undefined) return this.#reject('F01');
    if (!isAtOrBelow(prepare.destination, this.#options.address)) return this.#reject('F02');
    const identified = this.#options.identify(prepare.destination);
    if (identified === undefined) return this.#reject('F02');
    const { segment } = identified;
    const known = this.#connections.get(segment);
    // Credentials can be used again: after a connection has ended, its next packet opens another.
    if (known !== undefined && !known.isFinished) {
      return { kind: 'connection', segment, connection: known, prepare, isNew: false };
    }
    return this.#open(identified, prepare, nowMs);
  }

  /** Forgets connections that are finished. Called now and then, and when there is no room. */
  sweep(): void {
    for (const [segment, connection] of this.#connections) {
      if (connection.isFinished) this.#connections.delete(segment);
    }
  }

  /** Nothing is kept, and nothing asked, before the packet has proved that its sender has the secret. */
  #open({ segment, sharedSecret, options }: Identified, prepare: Prepare, nowMs: number): Route {
    const { encryption } = connectionKeys(sharedSecret);
    if (orUndefined(() => openStreamPacket(encryption, prepare.data, PREPARE)) === undefined)
      return this.#reject('F06');
    if (options === undefined) return this.#reject('F02');
    const { address, random, maxConnections = DEFAULT_MAX_CONNECTIONS } = this.#options;
    this.#connections.delete(segment);
    if (this.#connections.size >= maxConnections) this.sweep();
    if (this.#connections.size >= maxConnections) return this.#reject('T03');
    const connection = new StreamConnection({ ...options, role: 'server', sharedSecret, address }, random, nowMs);
    this.#connections.set(segment, connection);
    return { kind: 'connection', segment, connection, prepare, isNew: true };
  }

  #reject(code: string): Route {
    const triggeredBy = this.#options.address;
    return { kind: 'reject', reject: writeReject({ code, triggeredBy, message: '', data: NOTHING }) };
  }
}
