import { type OldRow, rateOf } from '#moving-over/old/old-rows.ts';
import { textOrNull } from '#moving-over/old/values.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { MICRO_TARI_PER_TARI } from '#tari/micro-tari.ts';
import { rateOfOrder } from './exchange-rate.ts';
import type { TableRows } from './table-rows.ts';

const COLUMNS = [
  'id',
  'order_id',
  'alt_id',
  'customer_id',
  'memo',
  'total_price',
  'original_price',
  'currency',
  'exchange_rate',
  'status',
  'amount_outstanding',
  'claimed_by',
  'claimant_ordinal',
  'claim_kind',
  'own_money',
  'created_at',
  'updated_at',
  'shop_updated_at',
  'imported_as',
] as const;

/** A text of the old row, with what can't be stored replaced where there is any. */
const textOf = (column: string) =>
  `case when scratch_orders.is_odd then storable(old_order.${column}) else old_order.${column} end as ${column}`;

export function orders({ scratch }: Work): TableRows {
  const current = new Map(
    scratch
      .all<OldRow>('select * from old.exchange_rates order by id')
      .map(rateOf)
      .flatMap(({ currency, rate }) => (rate > 0n ? [[currency, rate] as const] : [])),
  );
  scratch.define('rate_of_order', (price: bigint, original: OldRow[string], name: OldRow[string]) => {
    const currency = textOrNull('its currency', name) ?? '';
    const originalPrice = textOrNull('its original_price', original);
    return rateOfOrder({ totalPrice: price, originalPrice, currency }, current.get(currency.toUpperCase()));
  });
  // Where nothing of a claim was kept, only that the order was claimed is known. Whatever the shop says from now on is newer.
  const select = `
    select scratch_orders.id, scratch_orders.order_id, scratch_orders.alt_id, scratch_orders.customer_id, ${textOf('memo')},
      price as total_price, ${textOf('original_price')}, ${textOf('currency')},
      case when upper(old_order.currency) in ('XTR', 'XTM') then ${MICRO_TARI_PER_TARI}
        else rate_of_order(price, old_order.original_price, old_order.currency) end as exchange_rate, scratch_orders.status,
      ${textOf('amount_outstanding')},
      case when scratch_orders.status <> 'Unclaimed' then account end as claimed_by,
      case when scratch_orders.status <> 'Unclaimed' then scratch_claimants.source end as claimant_ordinal,
      case when scratch_orders.status <> 'Unclaimed' then coalesce(kind, 'stated') end as claim_kind,
      coalesce(scratch_own_money.amount, 0) as own_money, scratch_orders.created_at, scratch_orders.updated_at,
      scratch_orders.created_at as shop_updated_at, scratch_orders.status as imported_as
    from scratch_orders
    join old.orders old_order on old_order.id = scratch_orders.id
    left join scratch_claimants on scratch_claimants.order_key = scratch_orders.id
    left join scratch_sources on scratch_sources.source = scratch_claimants.source
    left join scratch_own_money on scratch_own_money.order_key = scratch_orders.id
    order by scratch_orders.id`;
  const stage = { words: 'Writing orders', total: scratch.count('scratch_orders') };
  return { table: 'orders', columns: COLUMNS, select, stage };
}
