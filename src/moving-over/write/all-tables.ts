import { authorizationOf, type OldRow, rateOf } from '#moving-over/old/old-rows.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { stringifyJson } from '#platform/json.ts';
import { AUDIT_LOG, historyRows, OLD_SERVER } from './history.ts';
import { orders } from './orders.ts';
import { payments } from './payments.ts';
import type { TableRows } from './table-rows.ts';
import type { Target } from './target.ts';

/** Writes what was worked out into the new database, table by table, each after those that it refers to. */

const ACTOR = 'taritools';

export async function writeAll(work: Work, target: Target, summary: Record<string, unknown>): Promise<void> {
  await target.beginLoading();
  for (const part of [
    customers(work),
    accounts(work),
    links(),
    orders(work),
    payments(work),
    settlements(work),
    orderClaims(),
    paymentUses(work),
    wallets(work),
    nonces(work),
    roles(work),
    exchangeRates(work),
    authorizations(work),
    ...historyRows(work),
    corrections(work),
    importItself(work, summary),
  ]) {
    await target.write(part);
  }
  await target.endLoading();
}

function customers({ scratch }: Work): TableRows {
  const columns = [
    'customer_id',
    'total_current',
    'total_paid',
    'total_expired',
    'total_cancelled',
    'credit',
    'created_at',
    'updated_at',
  ];
  const select = `select customer_id, current as total_current, paid as total_paid, expired as total_expired,
    cancelled as total_cancelled, credit, created_at, updated_at
    from scratch_customers order by customer_id`;
  const stage = { words: 'Writing customers', total: scratch.count('scratch_customers') };
  return { table: 'customers', columns, select, stage };
}

function accounts({ scratch }: Work): TableRows {
  const columns = [
    'account',
    'ordinal',
    'address',
    'total_confirmed',
    'total_paid',
    'free_credit',
    'debt',
    'created_at',
    'updated_at',
  ];
  const select = `select account, source as ordinal, address, confirmed as total_confirmed, paid as total_paid,
    free as free_credit, debt, first_at as created_at, max(first_at, last_at) as updated_at
    from scratch_sources where account is not null order by source`;
  const stage = { words: 'Writing accounts', total: scratch.count('scratch_sources') };
  return { table: 'accounts', columns, select, stage };
}

function links(): TableRows {
  const columns = ['customer_id', 'account', 'account_ordinal', 'kind', 'created_at'];
  const select = `select customer_id, account, source as account_ordinal, kind, at as created_at
    from scratch_links join scratch_sources using (source) order by customer_id, source`;
  return { table: 'customer_addresses', columns, select };
}

function settlements({ scratch }: Work): TableRows {
  const columns = ['id', 'order_id', 'account', 'account_ordinal', 'sender', 'settlement_type', 'amount', 'created_at'];
  const select = `select scratch_settlements.id, order_id, account, amount, at as created_at,
      case when account is not null then source end as account_ordinal,
      case when account is null then address end as sender,
      case when is_single then 'single' else 'multiple' end as settlement_type
    from scratch_settlements
    join scratch_orders on scratch_orders.id = order_key
    join scratch_sources using (source) order by scratch_settlements.id`;
  const stage = { words: 'Writing settlements', total: scratch.count('scratch_settlements') };
  return { table: 'settlements', columns, select, stage };
}

function orderClaims(): TableRows {
  const columns = ['order_id', 'account', 'account_ordinal', 'is_open', 'created_at'];
  const select = `select order_id, account, source as account_ordinal, status = 'New' as is_open, at as created_at
    from scratch_claims
    join scratch_orders on scratch_orders.id = order_key
    join scratch_sources using (source) order by order_key, source`;
  return { table: 'order_claims', columns, select };
}

function paymentUses({ scratch }: Work): TableRows {
  const columns = ['txid', 'settlement_id', 'taken_by', 'amount', 'created_at'];
  const select = `select paying.txid, settlement as settlement_id, taking.txid as taken_by, used.amount,
      at as created_at
    from (
      select payment, settlement, null as taken_by, amount, at from scratch_pairs
      union all select payment, settlement, taken_by, amount, at from scratch_uses
    ) used
    join scratch_payments paying on paying.key = payment
    left join scratch_payments taking on taking.key = used.taken_by`;
  const stage = {
    words: 'Writing what payments were used for',
    total: scratch.count('scratch_pairs') + scratch.count('scratch_uses'),
  };
  return { table: 'payment_uses', columns, select, stage };
}

function wallets({ now }: Work): TableRows {
  const select = `select *, '${now.toISOString()}' as created_at from scratch_wallets order by account`;
  return { table: 'wallets', columns: ['account', 'address', 'ip_address', 'created_at'], select };
}

/** Those of strangers are forgotten in time, and a login token of that server never ends: so none counts as a stranger. */
function nonces({ now }: Work): TableRows {
  const select = `select *, '${now.toISOString()}' as updated_at, 0 as is_stranger from scratch_nonces order by purpose, account`;
  return { table: 'nonces', columns: ['purpose', 'account', 'last_nonce', 'updated_at', 'is_stranger'], select };
}

function roles({ now }: Work): TableRows {
  const select = `select *, '${now.toISOString()}' as created_at from scratch_roles order by account, role`;
  return { table: 'roles', columns: ['account', 'role', 'created_at'], select };
}

function exchangeRates({ scratch }: Work): TableRows {
  function* rows() {
    for (const row of scratch.each<OldRow>('select * from old.exchange_rates order by id')) {
      const { currency, rate, updatedAt } = rateOf(row);
      if (rate > 0n) yield [currency, rate, OLD_SERVER, updatedAt];
    }
  }
  return { table: 'exchange_rates', columns: ['currency', 'rate', 'actor', 'created_at'], rows: rows() };
}

/** Those that are not captured yet, by the other gateways that hold them. */
function authorizations({ scratch, schema }: Work): TableRows {
  function* rows() {
    if (!schema.has('shopify_transactions')) return;
    const sql = 'select * from old.shopify_transactions where not captured group by id order by id';
    for (const row of scratch.each<OldRow>(sql)) {
      const { transactionId, orderId, amount, currency, createdAt } = authorizationOf(row);
      yield [transactionId, orderId, null, amount, currency, createdAt];
    }
  }
  return {
    table: 'authorizations',
    columns: ['transaction_id', 'order_id', 'gateway', 'amount', 'currency', 'received_at'],
    rows: rows(),
  };
}

/** Each entry of the import's own, as something that was done by hand. */
function corrections({ now }: Work): TableRows {
  const select = `
    select '${now.toISOString()}' as created_at, '${ACTOR}' as actor, 'correct imported money' as action, txid as subject,
      memo as reason, null as before, json_object('amount', amount, 'kind', origin) as after
    from scratch_payments where row is null order by key`;
  return { ...AUDIT_LOG, select };
}

function importItself({ now }: Work, summary: Record<string, unknown>): TableRows {
  const action = 'import from tari_payment_server';
  const row = [now.toISOString(), ACTOR, action, 'database', null, null, stringifyJson(summary)];
  return { ...AUDIT_LOG, rows: [row] };
}
