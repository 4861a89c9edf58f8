import { NOTHING } from '#interledger/bytes.ts';
import { writeAmountTooLarge } from '#interledger/ilp/amount-too-large.ts';
import { readPrepare, writeFulfill, writeReject } from '#interledger/ilp/packet.ts';
import { OerWriter } from '#interledger/oer/writer.ts';
import type { Asset } from '#interledger/stream/connection/state.ts';

/** Answers a Prepare with a Fulfill or a Reject. */
export type Handler = (prepare: Uint8Array) => Promise<Uint8Array>;

/** What a connector does between its children: it says who they are, and passes packets on by their address. */
export class Connector {
  static readonly ADDRESS = 'private.parent';
  asset: Asset = { code: 'XRP', scale: 9 };
  /** The name of the child under test. */
  readonly child: string = 'us';
  /** Larger packets are refused with F08. */
  maxPacket: bigint | undefined;
  /** Called with each packet of the child under test before it is passed on; may answer in its place, or throw. */
  meddle: (prepare: Uint8Array) => Promise<Uint8Array | undefined> = async () => undefined;
  #address: string | undefined;
  readonly #handlers = new Map<string, Handler>();

  get address(): string {
    return this.#address ?? `${Connector.ADDRESS}.${this.child}`;
  }

  /** The child under test gets another address. */
  move(address: string): void {
    this.#address = address;
  }

  attach(address: string, handler: Handler): void {
    this.#handlers.set(address, handler);
  }

  /** A packet of the child under test. */
  async fromChild(bytes: Uint8Array): Promise<Uint8Array> {
    const prepare = readPrepare(bytes);
    if (prepare.destination === 'peer.config') return this.#configuration();
    if (this.maxPacket !== undefined && prepare.amount > this.maxPacket) {
      return reject('F08', writeAmountTooLarge({ received: prepare.amount, maximum: this.maxPacket }));
    }
    return (await this.meddle(bytes)) ?? this.pass(bytes);
  }

  /** Passes a packet on to the one whose address it has. */
  async pass(bytes: Uint8Array): Promise<Uint8Array> {
    const { destination } = readPrepare(bytes);
    for (const [address, handler] of this.#handlers) {
      if (destination === address || destination.startsWith(`${address}.`)) return handler(bytes);
    }
    return reject('F02');
  }

  #configuration(): Uint8Array {
    const data = new OerWriter().varAscii(this.address).uint8(this.asset.scale).varUtf8(this.asset.code).bytes();
    return writeFulfill({ fulfillment: new Uint8Array(32), data });
  }
}

export function reject(code: string, data: Uint8Array = NOTHING): Uint8Array {
  return writeReject({ code, triggeredBy: Connector.ADDRESS, message: '', data });
}
