import type { OldRow } from '#moving-over/old/old-rows.ts';
import { text, textOrNull, timeColumn } from '#moving-over/old/values.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { mapped, type TableRows } from './table-rows.ts';

interface PaymentCells {
  txid: string;
  /** Null for a correction of the import. */
  own_row: bigint | null;
  account: string | null;
  source: bigint;
  address: string;
  old_sender: OldRow[string];
  old_memo: OldRow[string];
  memo: string | null;
  amount: bigint;
  status: string;
  is_manual: bigint;
  named: string | null;
  claimant_account: string | null;
  claim_is_signed: bigint;
  unspent: bigint;
  owner_kind: string | null;
  owner_id: string | null;
  is_late: bigint;
  owed: bigint;
  origin: string;
  created_ms: bigint;
  updated_ms: bigint;
}

const COLUMNS = [
  'txid',
  'account',
  'account_ordinal',
  'sender',
  'amount',
  'memo',
  'payment_type',
  'status',
  'order_id',
  'claimant',
  'claim_is_signed',
  'owner_kind',
  'owner_id',
  'unspent',
  'is_late',
  'owed',
  'imported_as',
  'created_at',
  'updated_at',
] as const;

/** An address in base58 is kept as it was written, with the payment id that it may have. */
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;
const HEX = /^(?:[0-9a-f]{2})+$/i;

export function payments({ scratch }: Work): TableRows {
  const rows = scratch.eachShown<PaymentCells>(
    'Writing payments',
    scratch.count('scratch_payments'),
    `select scratch_payments.txid, row as own_row, owners.account, scratch_payments.source, owners.address,
        old.sender as old_sender, old.memo as old_memo, scratch_payments.memo, scratch_payments.amount,
        scratch_payments.status, is_manual, named,
        coalesce(signers.account, case when owners.made_for is null then owners.account end) as claimant_account,
        claim_is_signed, unspent, owner_kind, owner_id, is_late, owed, origin, created_ms, scratch_payments.updated_ms
      from scratch_payments
      left join main.payments old on old.rowid = scratch_payments.row
      join scratch_sources owners on owners.source = scratch_payments.source
      left join scratch_sources signers on signers.source = scratch_payments.claimant
      order by scratch_payments.txid`,
  );
  return { table: 'payments', columns: COLUMNS, rows: mapped(rows, cellsOf) };
}

function cellsOf(row: PaymentCells) {
  const isCorrection = row.own_row === null;
  // A correction that is about an order claims nothing.
  const names = !isCorrection && row.named !== null;
  return [
    row.txid,
    row.account,
    row.account === null ? null : row.source,
    isCorrection ? row.address : senderShown(row, text('sender', row.old_sender)),
    row.amount,
    isCorrection ? row.memo : textOrNull('memo', row.old_memo),
    row.is_manual === 1n ? 'manual' : 'on_chain',
    row.status,
    row.named,
    names ? row.claimant_account : null,
    names ? row.claim_is_signed : 0n,
    row.owner_kind,
    row.owner_id,
    row.unspent,
    row.is_late,
    row.owed,
    row.origin,
    timeColumn(row.created_ms),
    timeColumn(row.updated_ms),
  ];
}

/** The account's address where it was written in another form than base58. */
function senderShown({ account, address }: PaymentCells, sender: string): string {
  if (account === null) return sender.trim();
  return BASE58.test(sender) && !HEX.test(sender) ? sender : address;
}
