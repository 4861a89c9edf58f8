import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The published packages of test/interop/package.json, as far as tests use them. They have types for other compilers, or
 * none, and are installed only by `npm run test:interop`.
 */

export const INTEROP_FOLDER = fileURLToPath(new URL('../../interop/', import.meta.url));

const require = createRequire(`${INTEROP_FOLDER}package.json`);

/** A connection to a connector as the published clients have it. */
export interface Plugin {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  sendData(packet: Buffer): Promise<Buffer>;
  registerDataHandler(handler: (packet: Buffer) => Promise<Buffer>): void;
  deregisterDataHandler(): void;
}

export interface SpspAnswer {
  destination_account: string;
  shared_secret: string;
  content_type: string;
  pull?: { balance: { total: string; interval: string; available: string } };
}

export interface Spsp {
  query(pointer: string): Promise<SpspAnswer>;
  pull(
    plugin: Plugin,
    options: { pointer: string; amount?: string | number; streamOpts?: { timeout?: number } },
  ): Promise<{ totalReceived: string }>;
  pay(
    plugin: Plugin,
    options: { pointer: string; sourceAmount: string | number; streamOpts?: { timeout?: number } },
  ): Promise<{ totalSent: string }>;
}

export interface TheirStream {
  readonly totalReceived: string;
  readonly totalSent: string;
  receiveTotal(amount: string, options?: { timeout?: number }): Promise<void>;
  sendTotal(amount: string, options?: { timeout?: number }): Promise<void>;
}

export interface TheirConnection {
  createStream(): TheirStream;
  end(): Promise<void>;
  destroy(): Promise<void>;
}

export interface StreamPackage {
  createConnection(options: {
    plugin: Plugin;
    destinationAccount: string;
    sharedSecret: Buffer;
  }): Promise<TheirConnection>;
}

interface PayDestination {
  destinationAsset: { code: string; scale: number };
}

export interface PayPackage {
  setupPayment(options: object): Promise<PayDestination>;
  startQuote(options: object): Promise<object>;
  pay(options: object): Promise<{ error?: string; amountSent: bigint; amountDelivered: bigint }>;
  closeConnection(plugin: Plugin, destination: PayDestination): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: codecs are called with whatever each of their packets holds.
export type Codecs = any;

export const published = {
  spsp: () => require('ilp-protocol-spsp') as Spsp,
  stream: () => require('ilp-protocol-stream') as StreamPackage,
  pay: () => require('@interledger/pay') as PayPackage,
  PluginBtp: () => require('ilp-plugin-btp') as new (options: { server: string }) => Plugin,
  ilpPacket: () => require('ilp-packet') as Codecs,
  streamPacket: () => require('ilp-protocol-stream/dist/src/packet') as Codecs,
  btpPacket: () => require('btp-packet') as Codecs,
  ildcp: () => require('ilp-protocol-ildcp') as Codecs,
  long: () => require('long') as Codecs,
};
