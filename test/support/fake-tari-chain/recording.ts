import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { base64, hex } from '@scure/base';
import type { ListedOutput, WholeOutput } from '#tari/chain/outputs.ts';

/** A whole local chain as a real node answered for it, the keys of a wallet on it, and what that wallet must find. */

/** `/get_tip_info`. */
export interface TipAnswer {
  metadata: {
    best_block_height: number;
    best_block_hash: number[];
    pruning_horizon: number;
    pruned_height: number;
    accumulated_difficulty: string;
    timestamp: number;
  };
  is_synced: boolean;
}

/** An output in `/sync_utxos_by_block`: bytes in base64. */
export interface ListedOutputAnswer {
  output_hash: string;
  commitment: string;
  encrypted_data: string;
  sender_offset_public_key: string;
}

export interface ListedBlockAnswer {
  header_hash: string;
  height: number;
  outputs: ListedOutputAnswer[];
  inputs: string[];
  mined_timestamp: number;
}

/** An output in `/fetch_utxo` and `/get_utxos_by_block`: bytes in hex. */
export interface WholeOutputAnswer {
  version: string;
  features: {
    version: string;
    output_type: number;
    maturity: number | bigint;
    coinbase_extra: string;
    sidechain_feature: null;
    range_proof_type: string;
  };
  commitment: string;
  proof: string | null;
  script: string;
  sender_offset_public_key: string;
  metadata_signature: Record<'ephemeral_commitment' | 'ephemeral_pubkey' | 'u_a' | 'u_x' | 'u_y', string>;
  covenant: string;
  encrypted_data: { data: string };
  minimum_value_promise: number;
}

export interface ExpectedOutput {
  height: number;
  output_hash: string;
  way: 'diffie_hellman' | 'view_key (change)';
  amount: string;
  opens_commitment: boolean;
  script_is_ours: boolean;
  output_type: number;
  maturity: number;
  tx_id: string;
  payment_reference: string;
  memo: string;
}

export interface ChainRecording {
  network: number;
  view_private_key: string;
  public_spend_key: string;
  public_view_key: string;
  tip: TipAnswer;
  /** In hex, from height 0. */
  header_hashes: string[];
  blocks: ListedBlockAnswer[];
  /** By output hash in hex. */
  utxos: Record<string, WholeOutputAnswer>;
  expected: ExpectedOutput[];
}

const RECORDED_CHAIN = new URL('../../vectors/chain.json.gz', import.meta.url);

export function readRecording(file: URL = RECORDED_CHAIN): ChainRecording {
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as ChainRecording;
}

export function listedOutput(answer: ListedOutputAnswer): ListedOutput {
  return {
    outputHash: base64.decode(answer.output_hash),
    commitment: base64.decode(answer.commitment),
    encryptedData: base64.decode(answer.encrypted_data),
    senderOffsetPublicKey: base64.decode(answer.sender_offset_public_key),
  };
}

export function wholeOutput(outputHash: string, answer: WholeOutputAnswer): WholeOutput {
  return {
    outputHash: hex.decode(outputHash),
    commitment: hex.decode(answer.commitment),
    encryptedData: hex.decode(answer.encrypted_data.data),
    senderOffsetPublicKey: hex.decode(answer.sender_offset_public_key),
    outputType: answer.features.output_type,
    maturity: BigInt(answer.features.maturity),
    script: hex.decode(answer.script),
    covenant: hex.decode(answer.covenant),
  };
}
