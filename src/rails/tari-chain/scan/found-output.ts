import type { OutputRefusal } from '#tari/chain/outputs.ts';

/**
 * What the scanning thread tells of blocks: plain data, bytes in hex. Of the outputs of others only their number is left.
 */

/** An output that was encrypted for the shop's wallet by somebody else. */
export interface FoundOutput {
  /** Hex. */
  outputHash: string;
  /** Hex; by it the output is found in a block. */
  commitment: string;
  /** The wallet's own number of the payment, decimal. */
  txid: string;
  /** µT, as claimed; proven when there is no refusal. Any u64. */
  amount: bigint;
  /** Why it is no payment to the wallet; undefined where it is one. */
  refusal: OutputRefusal | undefined;
  /** The payer's text. */
  text: string | null;
  /** The address that the payer says is his, in bytes: any bytes that look like one. */
  sender: Uint8Array | null;
  /** Hex, of the block that it stands in. */
  paymentReference: string;
  /** Hex, of all that makes it a payment: by it nodes are compared. */
  fingerprint: string;
}

/** A block that was looked through. */
export interface ScannedBlock {
  height: number;
  /** Hex. */
  hash: string;
  /** How many outputs it has, ours and others'. */
  outputs: number;
  /** Hex, of which outputs these are: by it nodes are compared. */
  digest: string;
  found: FoundOutput[];
}

/** An output that another node must have as well. */
export type ExpectedOutput = Pick<FoundOutput, 'outputHash' | 'commitment' | 'fingerprint'>;
