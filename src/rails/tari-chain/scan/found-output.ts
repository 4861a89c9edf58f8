import type { OutputRefusal } from '#tari/chain/outputs.ts';

/**
 * The scan thread's results: plain data, bytes in hex. Outputs of others are only counted.
 */

/** An output that a payer encrypted for the shop's wallet. */
export interface FoundOutput {
  /** Hex. */
  outputHash: string;
  /** Hex; identifies the output in a block. */
  commitment: string;
  /** The wallet's own id of the payment, decimal. */
  txid: string;
  /** µT, as claimed; proven when there is no refusal. Any u64. */
  amount: bigint;
  /** Why it is not a payment to the wallet; undefined if it is one. */
  refusal: OutputRefusal | undefined;
  /** The payer's text. */
  text: string | null;
  /** The sender address that the payer claims, in bytes: any bytes that look like one. */
  sender: Uint8Array | null;
  /** Hex; depends on the block that it is in. */
  paymentReference: string;
  /** Hex, a digest of everything that makes it a payment, for comparing nodes. */
  fingerprint: string;
}

/** A block that was scanned. */
export interface ScannedBlock {
  height: number;
  /** Hex. */
  hash: string;
  /** The number of its outputs, including those of others. */
  outputs: number;
  /** Hex, a digest of these outputs, for comparing nodes. */
  digest: string;
  found: FoundOutput[];
}

/** An output that another node must have as well. */
export type ExpectedOutput = Pick<FoundOutput, 'outputHash' | 'commitment' | 'fingerprint'>;
