import { type OldRow, rateOf } from '#moving-over/old/old-rows.ts';
import { textOrNull, timeColumn } from '#moving-over/old/values.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { rateOfOrder } from './exchange-rate.ts';
import { mapped, type TableRows } from './table-rows.ts';

interface OrderCells {
  id: bigint;
  order_id: string;
  alt_id: string | null;
  customer_id: string;
  memo: OldRow[string];
  price: bigint;
  original_price: OldRow[string];
  currency: OldRow[string];
  status: string;
  amount_outstanding: OldRow[string];
  created_ms: bigint;
  updated_ms: bigint;
  account: string | null;
  source: bigint | null;
  kind: string | null;
  own: bigint;
}

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

export function orders({ scratch }: Work): TableRows {
  const current = new Map(
    scratch
      .all<OldRow>('select * from main.exchange_rates order by id')
      .map(rateOf)
      .flatMap(({ currency, rate }) => (rate > 0n ? [[currency, rate] as const] : [])),
  );
  const rows = scratch.eachShown<OrderCells>(
    'Writing orders',
    scratch.count('scratch_orders'),
    `select scratch_orders.id, scratch_orders.order_id, scratch_orders.alt_id, scratch_orders.customer_id, old.memo,
        price, original_price, currency, scratch_orders.status, amount_outstanding, created_ms,
        scratch_orders.updated_ms, account, scratch_claimants.source, kind, coalesce(scratch_own_money.amount, 0) as own
      from scratch_orders
      join main.orders old on old.id = scratch_orders.id
      left join scratch_claimants on scratch_claimants.order_key = scratch_orders.id
      left join scratch_sources on scratch_sources.source = scratch_claimants.source
      left join scratch_own_money on scratch_own_money.order_key = scratch_orders.id
      order by scratch_orders.id`,
  );
  return { table: 'orders', columns: COLUMNS, rows: mapped(rows, (row) => cellsOf(row, current)) };
}

function cellsOf(row: OrderCells, current: ReadonlyMap<string, bigint>) {
  const isUnclaimed = row.status === 'Unclaimed';
  const created = timeColumn(row.created_ms);
  const originalPrice = textOrNull('original_price', row.original_price);
  const currency = textOrNull('currency', row.currency) ?? '';
  const priced = { totalPrice: row.price, originalPrice, currency };
  return [
    row.id,
    row.order_id,
    row.alt_id,
    row.customer_id,
    textOrNull('memo', row.memo),
    row.price,
    originalPrice,
    currency,
    rateOfOrder(priced, current.get(currency.toUpperCase())),
    row.status,
    textOrNull('amount_outstanding', row.amount_outstanding),
    isUnclaimed ? null : row.account,
    isUnclaimed ? null : row.source,
    // Where nothing of it was kept, only that it was claimed is known.
    isUnclaimed ? null : (row.kind ?? 'stated'),
    row.own,
    created,
    timeColumn(row.updated_ms),
    // Whatever the shop says of it from now on is newer.
    created,
    row.status,
  ];
}
