import type { Generated } from 'kysely';
import type { AgreementSource, AgreementState, PacketState } from '../types.ts';

/** Amounts are texts of digits: those of some assets exceed 64 bits. */
export interface PullTables {
  pull_identity: { id: bigint; seed: string; btp_token: string; created_at: string };
  pull_agreements: PullAgreementsTable;
  pull_revisions: PullRevisionsTable;
  pull_tallies: PullTalliesTable;
  pulls: PullsTable;
  pull_packets: PullPacketsTable;
  pushes: PushesTable;
  push_packets: { push_id: string; packet: bigint; amount: string; received_at: string };
}

export interface PullAgreementsTable {
  /** In the order of creation. */
  id: Generated<bigint>;
  agreement_id: string;
  token_hash: string;
  /** What stands in the pointer if it is not the id. */
  token: string | null;
  source: AgreementSource;
  state: AgreementState;
  revision: bigint;
  asset_code: string;
  reference: string | null;
  description: string | null;
  webhook: string | null;
  total: string;
  /** The last interval that was looked at, and the total when it began. */
  cycle: bigint;
  total_before: string;
  /** How many packets have added to the total. */
  bookings: bigint;
  created_at: string;
  updated_at: string;
}

/** The terms from a change on, and what was carried over into them. */
export interface PullRevisionsTable {
  agreement_id: string;
  revision: bigint;
  amount: string;
  asset_code: string;
  asset_scale: bigint;
  start_at: string;
  expiry_at: string | null;
  interval_length: string;
  cycles: bigint;
  cap: bigint;
  max_pull: string | null;
  anchor_at: string;
  skipped: bigint;
  /** May be below 0. */
  granted_before: string;
  carried_total: string;
  carried_interval: string;
  first_cycle: bigint;
  converted_units: string;
  converted_per: string;
  actor: string | null;
  reason: string | null;
  created_at: string;
}

export interface PullTalliesTable {
  agreement_id: string;
  revision: bigint;
  number: bigint;
  /** The uplink's. */
  asset_code: string;
  asset_scale: bigint;
  rate_units: string;
  rate_per: string;
  units: string;
  held: string;
}

export interface PullsTable {
  id: Generated<bigint>;
  pull_id: string;
  agreement_id: string;
  asset_code: string;
  asset_scale: bigint;
  /** Of the agreement when it began, and the tally that its first packet was in. */
  revision: bigint;
  tally: bigint;
  sent: string;
  held: string;
  debit: string;
  /** Whether its event was told. */
  is_told: bigint;
  started_at: string;
  updated_at: string;
  ended_at: string | null;
}

export interface PullPacketsTable {
  id: Generated<bigint>;
  agreement_id: string;
  pull_id: string;
  packet: bigint;
  amount: string;
  /** The number of its tally, in each revision. */
  tally: bigint;
  cycle: bigint;
  state: PacketState;
  debit: string;
  booking: bigint | null;
  booked_revision: bigint | null;
  booked_cycle: bigint | null;
  reject_code: string | null;
  fulfillment: string | null;
  expires_at: string;
  sent_at: string;
  settled_at: string | null;
  resolved_by: string | null;
}

export interface PushesTable {
  id: Generated<bigint>;
  push_id: string;
  asset_code: string;
  asset_scale: bigint;
  amount: string;
  packets: bigint;
  started_at: string;
  updated_at: string;
}
