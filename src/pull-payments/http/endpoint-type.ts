import type { Asset } from '#interledger/stream/connection/state.ts';

/** The server on Interledger: gives out credentials, and carries the connections that are opened with them. */
export interface Endpoint {
  /** Credentials for one connection; undefined while the uplink is down. Without an agreement money can be pushed to us. */
  credentials(
    agreementId: string | null,
    receipt: { nonce: Uint8Array; secret: Uint8Array } | null,
  ): { destinationAccount: string; sharedSecret: Uint8Array } | undefined;
  /** Our address and asset by the uplink; undefined until it has told. */
  readonly asset: Asset | undefined;
  /** Answers a Prepare of the parent with the bytes of a Fulfill or a Reject: what `POST /ilp` of the SPSP listener passes on. */
  receive(prepare: Uint8Array): Promise<Uint8Array>;
  start(): Promise<void>;
  stop(): Promise<void>;
}
