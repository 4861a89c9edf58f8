import type { Generated } from 'kysely';

/** The tables of the watcher (migration 0021). Hashes are hex; times and amounts as in the other tables. */
export interface ChainTables {
  chain_progress: ChainProgressTable;
  chain_blocks: ChainBlocksTable;
  chain_outputs: ChainOutputsTable;
  chain_refusals: ChainRefusalsTable;
  chain_departures: ChainDeparturesTable;
  chain_sightings: ChainSightingsTable;
}

/** One row: how far the chain was scanned. */
interface ChainProgressTable {
  id: bigint;
  /** The watched wallet: its public view key. */
  wallet: string;
  /** The setting TPG_WATCH_FROM when the watcher started. */
  watch_from: string | null;
  /** The first block that was scanned. */
  start_height: bigint;
  outputs_seen: bigint;
  payments_found: bigint;
  /** The highest tip of the nodes that answered last, and when they did. */
  node_height: bigint | null;
  checked_at: string | null;
  updated_at: string;
}

/** The last blocks of the chain; the highest is the watcher's position. */
interface ChainBlocksTable {
  height: bigint;
  hash: string;
}

/** Outputs that are payments to the shop. */
interface ChainOutputsTable {
  output_hash: string;
  txid: string;
  commitment: string;
  fingerprint: string;
  /** Null while it is in no block of the chain. */
  height: bigint | null;
  block_hash: string | null;
  /** When it was first deep enough. */
  confirmed_at: string | null;
  found_at: string;
  updated_at: string;
}

/** Outputs that were encrypted for the shop but are not payments to it. */
interface ChainRefusalsTable {
  id: Generated<bigint>;
  output_hash: string;
  txid: string;
  reason: string;
  claimed_amount: string;
  memo: string | null;
  height: bigint;
  block_hash: string;
  found_at: string;
}

/** Confirmed payments that left the chain, and when they came back. */
interface ChainDeparturesTable {
  id: Generated<bigint>;
  txid: string;
  height: bigint;
  block_hash: string;
  left_at: string;
  returned_height: bigint | null;
  returned_at: string | null;
}

/** Payments to the shop in the mempool of its node. */
interface ChainSightingsTable {
  output_hash: string;
  txid: string;
  amount: bigint;
  order_id: string | null;
  first_seen_at: string;
  last_seen_at: string;
}
