import type { Generated } from 'kysely';
import type {
  AddressOrigin,
  PayoutKind,
  PayoutState,
  RefundKind,
  RefundOrigin,
  RefundRate,
  RefundState,
} from '#payouts/types.ts';

export interface PayoutTables {
  refunds: RefundsTable;
  payouts: PayoutsTable;
  payout_switch: PayoutSwitchTable;
}

interface RefundsTable {
  /** Counts from 1. */
  id: Generated<bigint>;
  public_id: string;
  order_id: string;
  customer_id: string;
  kind: RefundKind;
  amount: bigint;
  rate: RefundRate;
  shop_amount: string | null;
  currency: string | null;
  reason: string;
  is_visible: bigint;
  record_in_shop: bigint;
  shop_refund_id: string | null;
  origin: RefundOrigin;
  state: RefundState;
  address: string | null;
  address_is_proven: bigint;
  address_from: AddressOrigin | null;
  address_by: string | null;
  requested_by: string;
  approved_by: string | null;
  approved_at: string | null;
  approval_hash: string | null;
  /** JSON: how the approver proved who they are. */
  evidence: string | null;
  needs_approval: string | null;
  end_reason: string | null;
  created_at: string;
  updated_at: string;
}

interface PayoutsTable {
  /** Counts from 1. */
  id: Generated<bigint>;
  public_id: string;
  kind: PayoutKind;
  refund_id: string | null;
  address: string;
  amount: bigint;
  state: PayoutState;
  reason: string;
  requested_by: string;
  approved_by: string | null;
  approved_at: string | null;
  approval_hash: string | null;
  /** JSON, of a sweep: a refund's is kept there. */
  evidence: string | null;
  leased_by: string | null;
  lease_token: string | null;
  lease_until: string | null;
  /** How often it was leased. */
  leases: bigint;
  started_at: string | null;
  txid: string | null;
  sent_at: string | null;
  confirmed_at: string | null;
  problem: string | null;
  created_at: string;
  updated_at: string;
}

/** One row once payouts were stopped for the first time. */
interface PayoutSwitchTable {
  id: bigint;
  is_stopped: bigint;
  reason: string;
  actor: string;
  updated_at: string;
}
