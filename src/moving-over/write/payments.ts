import type { Work } from '#moving-over/plan/scratch.ts';
import type { TableRows } from './table-rows.ts';

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

/** A correction of the import comes from no row; one that is about an order claims nothing. */
const NAMES_AN_ORDER = 'scratch_payments.row is not null and named is not null';

/**
 * In the order of their ids, by which they are found: a row that comes out of order costs the writing of a page. They are
 * read in their own order and sorted then (`+`), since to look each up by its id would cost the reading of two.
 */
export function payments({ scratch }: Work): TableRows {
  const select = `
    select scratch_payments.txid, owners.account,
      case when owners.account is not null then scratch_payments.source end as account_ordinal,
      coalesce(scratch_addresses.shown, owners.address) as sender, scratch_payments.amount,
      case when scratch_payments.row is null then scratch_payments.memo
        when is_odd then storable(old_payment.memo) else old_payment.memo end as memo,
      case when is_manual then 'manual' else 'on_chain' end as payment_type, scratch_payments.status, named as order_id,
      case when ${NAMES_AN_ORDER}
        then coalesce(signers.account, case when owners.made_for is null then owners.account end) end as claimant,
      case when ${NAMES_AN_ORDER} then claim_is_signed else 0 end as claim_is_signed,
      owner_kind, owner_id, unspent, is_late, owed, origin as imported_as,
      scratch_payments.created_at, scratch_payments.updated_at
    from scratch_payments
    join scratch_sources owners on owners.source = scratch_payments.source
    left join old.payments old_payment on old_payment.rowid = scratch_payments.row
    left join scratch_addresses on scratch_addresses.id = address_id
    left join scratch_sources signers on signers.source = scratch_payments.claimant
    order by +scratch_payments.txid`;
  const stage = { words: 'Writing payments', total: scratch.count('scratch_payments') };
  return { table: 'payments', columns: COLUMNS, select, stage };
}
