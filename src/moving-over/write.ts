import { stringifyJson } from '../json.ts';
import { storableText } from '../storable-text.ts';
import { rateOfOrder } from './exchange-rate.ts';
import { historyRows } from './history.ts';
import { authorizationOf, type OldRow, orderOf, paymentOf, rateOf } from './old-rows.ts';
import type { Work } from './scratch.ts';
import type { Column, Target } from './target.ts';
import { timeColumn } from './values.ts';

/** Writes what was worked out into the new database, table by table, each after those that it refers to. */

const ROWS_AT_ONCE = 1_000;
/** Memos may be long, so that a batch is also bounded by its characters. */
const CHARACTERS_AT_ONCE = 4_000_000;

/** Who is named in the audit log for what was done there. */
export const OLD_SERVER = 'tari_payment_server';
const ACTOR = 'taritools';

interface TableRows {
  table: string;
  columns: readonly string[];
  rows: Iterable<readonly Column[]>;
}

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

function* mapped<Row>(rows: Iterable<Row>, map: (row: Row) => readonly Column[]): Generator<readonly Column[]> {
  for (const row of rows) yield map(row);
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

function orders({ scratch }: Work): TableRows {
  const current = new Map(
    scratch
      .all<OldRow>('select * from main.exchange_rates order by id')
      .map(rateOf)
      .flatMap(({ currency, rate }) => (rate > 0n ? [[currency, rate] as const] : [])),
  );
  return {
    table: 'orders',
    columns: [
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
    ],
    rows: mapped(
      scratch.eachShown<OldRow & { account: string | null; source: bigint | null; kind: string | null; own: bigint }>(
        'Writing orders',
        scratch.count('scratch_orders'),
        `select old.*, account, scratch_claimants.source, kind, coalesce(scratch_own_money.amount, 0) as own
          from scratch_orders
          join main.orders old on old.id = scratch_orders.id
          left join scratch_claimants on scratch_claimants.order_key = scratch_orders.id
          left join scratch_sources on scratch_sources.source = scratch_claimants.source
          left join scratch_own_money on scratch_own_money.order_key = scratch_orders.id
          order by scratch_orders.id`,
      ),
      (row) => {
        const order = orderOf(row);
        const isUnclaimed = order.status === 'Unclaimed';
        const created = timeColumn(order.createdMs);
        const updated = timeColumn(order.updatedMs);
        return [
          order.id,
          order.orderId,
          order.altId,
          order.customerId,
          order.memo,
          order.totalPrice,
          order.originalPrice,
          order.currency,
          rateOfOrder(order, current.get(order.currency.toUpperCase())),
          order.status,
          order.amountOutstanding,
          isUnclaimed ? null : row.account,
          isUnclaimed ? null : row.source,
          // Where nothing of it was kept, only that it was claimed is known.
          isUnclaimed ? null : (row.kind ?? 'stated'),
          row.own,
          created,
          updated,
          // Whatever the shop says of it from now on is newer.
          created,
          order.status,
        ];
      },
    ),
  };
}

interface PaymentCells extends OldRow {
  key: bigint;
  scratch_txid: string;
  own_row: bigint | null;
  account: string | null;
  source: bigint;
  source_address: string;
  scratch_amount: bigint;
  scratch_status: string;
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
  correction_memo: string | null;
  created_ms: bigint;
  updated_ms: bigint;
}

function payments({ scratch }: Work): TableRows {
  return {
    table: 'payments',
    columns: [
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
    ],
    rows: mapped(
      scratch.eachShown<PaymentCells>(
        'Writing payments',
        scratch.count('scratch_payments'),
        `select old.*, scratch_payments.txid as scratch_txid, row as own_row, owners.account,
            scratch_payments.source, owners.address as source_address, scratch_payments.amount as scratch_amount,
            scratch_payments.status as scratch_status, is_manual, named,
            coalesce(signers.account, case when owners.made_for is null then owners.account end) as claimant_account,
            claim_is_signed, unspent, owner_kind, owner_id, is_late, owed, origin,
            scratch_payments.memo as correction_memo, created_ms, updated_ms
          from scratch_payments
          left join main.payments old on old.rowid = scratch_payments.row
          join scratch_sources owners on owners.source = scratch_payments.source
          left join scratch_sources signers on signers.source = scratch_payments.claimant
          order by scratch_payments.txid`,
      ),
      (row) => {
        const old = row.own_row === null ? undefined : paymentOf(row);
        // A correction that is about an order claims nothing.
        const names = old !== undefined && row.named !== null;
        return [
          row.scratch_txid,
          row.account,
          row.account === null ? null : row.source,
          senderShown(row, old?.sender),
          row.scratch_amount,
          old === undefined ? row.correction_memo : old.memo,
          row.is_manual === 1n ? 'manual' : 'on_chain',
          row.scratch_status,
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
      },
    ),
  };
}

/** As it was, where it is base58; the account's address where it was written in another form. */
function senderShown({ account, source_address: address }: PaymentCells, sender: string | undefined): string {
  if (sender === undefined) return address;
  if (account === null) return sender.trim();
  return /^[1-9A-HJ-NP-Za-km-z]{1,64}$/.test(sender) ? sender : address;
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
