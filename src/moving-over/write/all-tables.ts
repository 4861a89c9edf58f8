import { authorizationOf, type OldRow, rateOf } from '#moving-over/old/old-rows.ts';
import { timeColumn } from '#moving-over/old/values.ts';
import type { Work } from '#moving-over/plan/scratch.ts';
import { stringifyJson } from '#platform/json.ts';
import { storableText } from '#platform/storable-text.ts';
import { historyRows, OLD_SERVER } from './history.ts';
import { orders } from './orders.ts';
import { payments } from './payments.ts';
import { mapped, type TableRows } from './table-rows.ts';
import type { Column, Target } from './target.ts';

/** Writes what was worked out into the new database, table by table, each after those that it refers to. */

const ROWS_AT_ONCE = 1_000;
/** Memos may be long, so that a batch is also bounded by its characters. */
const CHARACTERS_AT_ONCE = 4_000_000;

const ACTOR = 'taritools';

export async function writeAll(work: Work, target: Target, summary: Record<string, unknown>): Promise<void> {
  await target.beginLoading();
  for (const part of [
    customers(work),
    accounts(work),
    links(work),
    orders(work),
    payments(work),
    settlements(work),
    orderClaims(work),
    paymentUses(work),
    wallets(work),
    nonces(work),
    roles(work),
    exchangeRates(work),
    authorizations(work),
    auditLog(work, summary),
  ]) {
    await write(target, part);
  }
  await target.endLoading();
}

async function write(target: Target, { table, columns, rows }: TableRows): Promise<void> {
  let batch: (readonly Column[])[] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    for (const value of row) if (typeof value === 'string') characters += value.length;
    if (batch.length < ROWS_AT_ONCE && characters < CHARACTERS_AT_ONCE) continue;
    await target.insert(table, columns, batch);
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) await target.insert(table, columns, batch);
}

/** A table whose rows a select has as they are written, save that times are ms there. */
function selected(
  scratch: Work['scratch'],
  table: string,
  columns: readonly string[],
  sql: string,
  stage?: Stage,
): TableRows {
  type Row = Readonly<Record<string, Column>>;
  const rows = stage === undefined ? scratch.each<Row>(sql) : scratch.eachShown<Row>(stage.words, stage.total, sql);
  const isTime = columns.map((column) => column.endsWith('_at'));
  return {
    table,
    columns,
    rows: mapped(rows, (row) =>
      columns.map((column, index) => {
        const value = row[column] ?? null;
        return isTime[index] && typeof value === 'bigint' ? timeColumn(value) : value;
      }),
    ),
  };
}

interface Stage {
  words: string;
  total: number;
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
  const sql = `select customer_id, current as total_current, paid as total_paid, expired as total_expired,
    cancelled as total_cancelled, credit, created_ms as created_at, updated_ms as updated_at
    from scratch_customers order by customer_id`;
  const stage = { words: 'Writing customers', total: scratch.count('scratch_customers') };
  return selected(scratch, 'customers', columns, sql, stage);
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
  const sql = `select account, source as ordinal, address, confirmed as total_confirmed, paid as total_paid,
    free as free_credit, debt, first_ms as created_at, max(first_ms, last_ms) as updated_at
    from scratch_sources where account is not null order by source`;
  const stage = { words: 'Writing accounts', total: scratch.count('scratch_sources') };
  return selected(scratch, 'accounts', columns, sql, stage);
}

function links({ scratch }: Work): TableRows {
  const columns = ['customer_id', 'account', 'account_ordinal', 'kind', 'created_at'];
  const sql = `select customer_id, account, source as account_ordinal, kind, at_ms as created_at
    from scratch_links join scratch_sources using (source) order by customer_id, source`;
  return selected(scratch, 'customer_addresses', columns, sql);
}

function settlements({ scratch }: Work): TableRows {
  const columns = ['id', 'order_id', 'account', 'account_ordinal', 'sender', 'settlement_type', 'amount', 'created_at'];
  const sql = `select scratch_settlements.id, order_id, account, amount, at_ms as created_at,
      case when account is not null then source end as account_ordinal,
      case when account is null then address end as sender,
      case when is_single then 'single' else 'multiple' end as settlement_type
    from scratch_settlements
    join scratch_orders on scratch_orders.id = order_key
    join scratch_sources using (source) order by scratch_settlements.id`;
  const stage = { words: 'Writing settlements', total: scratch.count('scratch_settlements') };
  return selected(scratch, 'settlements', columns, sql, stage);
}

function orderClaims({ scratch }: Work): TableRows {
  const columns = ['order_id', 'account', 'account_ordinal', 'is_open', 'created_at'];
  const sql = `select order_id, account, source as account_ordinal, status = 'New' as is_open, at_ms as created_at
    from scratch_claims
    join scratch_orders on scratch_orders.id = order_key
    join scratch_sources using (source) order by order_key, source`;
  return selected(scratch, 'order_claims', columns, sql);
}

function paymentUses({ scratch }: Work): TableRows {
  const columns = ['txid', 'settlement_id', 'taken_by', 'amount', 'created_at'];
  const sql = `select paying.txid, settlement as settlement_id, taking.txid as taken_by, scratch_uses.amount,
      at_ms as created_at
    from scratch_uses
    join scratch_payments paying on paying.key = payment
    left join scratch_payments taking on taking.key = scratch_uses.taken_by
    order by scratch_uses.id`;
  const stage = { words: 'Writing what payments were used for', total: scratch.count('scratch_uses') };
  return selected(scratch, 'payment_uses', columns, sql, stage);
}

function wallets({ scratch, now }: Work): TableRows {
  const sql = `select *, ${now.getTime()} as created_at from scratch_wallets order by account`;
  return selected(scratch, 'wallets', ['account', 'address', 'ip_address', 'created_at'], sql);
}

/** Those of strangers are forgotten in time, and a login token of that server never ends: so nobody is one. */
function nonces({ scratch, now }: Work): TableRows {
  const sql = `select *, ${now.getTime()} as updated_at, 0 as is_stranger from scratch_nonces order by purpose, account`;
  return selected(scratch, 'nonces', ['purpose', 'account', 'last_nonce', 'updated_at', 'is_stranger'], sql);
}

function roles({ scratch, now }: Work): TableRows {
  const sql = `select *, ${now.getTime()} as created_at from scratch_roles order by account, role`;
  return selected(scratch, 'roles', ['account', 'role', 'created_at'], sql);
}

function exchangeRates({ scratch }: Work): TableRows {
  function* rows() {
    for (const row of scratch.each<OldRow>('select * from main.exchange_rates order by id')) {
      const { currency, rate, updatedMs } = rateOf(row);
      if (rate > 0n) yield [currency, rate, OLD_SERVER, timeColumn(updatedMs)];
    }
  }
  return { table: 'exchange_rates', columns: ['currency', 'rate', 'actor', 'created_at'], rows: rows() };
}

/** Those that are not captured yet, by the other gateways that hold them. */
function authorizations({ scratch, schema }: Work): TableRows {
  function* rows() {
    if (!schema.has('shopify_transactions')) return;
    const seen = new Set<string>();
    for (const row of scratch.each<OldRow>('select * from main.shopify_transactions where not captured order by id')) {
      const { transactionId, orderId, amount, currency, createdMs } = authorizationOf(row);
      if (seen.has(transactionId)) continue;
      seen.add(transactionId);
      yield [transactionId, orderId, null, amount, currency, timeColumn(createdMs)];
    }
  }
  return {
    table: 'authorizations',
    columns: ['transaction_id', 'order_id', 'gateway', 'amount', 'currency', 'received_at'],
    rows: rows(),
  };
}

interface Correction {
  txid: string;
  amount: bigint;
  memo: string;
  origin: string;
}

function auditLog(work: Work, summary: Record<string, unknown>): TableRows {
  const { scratch, now } = work;
  const at = now.toISOString();
  function* rows(): Generator<readonly Column[]> {
    yield* historyRows(work);
    const corrections = scratch.each<Correction>(
      'select txid, amount, memo, origin from scratch_payments where row is null order by key',
    );
    for (const { txid, amount, memo, origin } of corrections) {
      const after = stringifyJson({ amount, kind: origin });
      yield [at, ACTOR, 'correct imported money', storableText(txid), memo, null, after];
    }
    const after = stringifyJson(summary);
    yield [at, ACTOR, 'import from tari_payment_server', 'database', null, null, after];
  }
  return {
    table: 'audit_log',
    columns: ['created_at', 'actor', 'action', 'subject', 'reason', 'before', 'after'],
    rows: rows(),
  };
}
