import type SqliteDatabase from 'better-sqlite3';
import type { Paper } from './paper.ts';
import type { PaperEvent } from './paper-rows.ts';
import { timeText } from './times.ts';

/** What the database shows that is not as on paper: the books are wrong, or the rules on paper are. */
export class BooksDiffer extends Error {
  override readonly name = 'BooksDiffer';
}

const ROWS_AS_TEXT = {
  orders: `id||'|'||order_id||'|'||coalesce(alt_id,'-')||'|'||customer_id||'|'||coalesce(memo,'-')||'|'||total_price||'|'||
    original_price||'|'||currency||'|'||exchange_rate||'|'||status||'|'||coalesce(claimed_by,'-')||'|'||
    created_at||'|'||updated_at||'|'||shop_updated_at`,
  accounts: `account||'|'||address||'|'||total_confirmed||'|'||total_paid||'|'||updated_at`,
  payments: `txid||'|'||account||'|'||amount||'|'||payment_type||'|'||status||'|'||coalesce(order_id,'-')||'|'||
    coalesce(claimant,'-')||'|'||created_at||'|'||updated_at`,
  customers: `customer_id||'|'||total_current||'|'||total_paid||'|'||total_expired||'|'||total_cancelled`,
  customer_addresses: `customer_id||' '||account`,
  settlements: `id||'|'||order_id||'|'||account||'|'||amount||'|'||settlement_type`,
  webhooks: `id||'|'||coalesce(webhook_id,'-')||'|'||state||'|'||success||'|'||received_at`,
  audit_log: `id||'|'||actor||': '||action||' '||subject`,
  wallets: `account||'|'||address||'|'||ip_address`,
  nonces: `purpose||' '||account||'|'||last_nonce`,
  roles: `account||' '||role`,
  early_confirmations: 'txid',
  early_news: `order_id||'|'||coalesce(closing,'-')||'|'||price||'|'||currency||'|'||shop_updated_at`,
  authorizations: `transaction_id||' '||order_id`,
  idempotency_keys: `caller||' '||idempotency_key`,
} as const;

type Table = keyof typeof ROWS_AS_TEXT;

/** All rows of a table as one text, in the order in which they came. */
const whole = (table: Table) =>
  `(select group_concat(${ROWS_AS_TEXT[table]}, char(10)) from (select * from ${table} order by rowid))`;
const newer = (table: Table) =>
  `(select group_concat(${ROWS_AS_TEXT[table]}, char(10)) from (select * from ${table} where id > ? order by id))`;
const count = (table: string) => `(select count(*) from ${table})`;

/** After each step: what changes most in whole, the journals as far as they are new, of the rest how many rows. */
const QUICK = `select ${[
  whole('orders'),
  whole('accounts'),
  whole('customers'),
  newer('settlements'),
  newer('webhooks'),
  newer('audit_log'),
  count('payments'),
  count('customer_addresses'),
  count('idempotency_keys'),
].join(', ')}`;

const THOROUGH: readonly Table[] = [
  'payments',
  'customer_addresses',
  'settlements',
  'webhooks',
  'audit_log',
  'wallets',
  'nonces',
  'roles',
  'early_confirmations',
  'early_news',
  'authorizations',
  'idempotency_keys',
];

interface EventRow {
  id: number;
  type: string;
  subject: string;
  payload: string;
}

/** Holds the database against the paper. */
export class Books {
  readonly #paper: Paper;
  readonly #quick: SqliteDatabase.Statement;
  readonly #events: SqliteDatabase.Statement;
  readonly #payment: SqliteDatabase.Statement;
  readonly #thorough: SqliteDatabase.Statement;
  /** How much of what is only ever added was compared before. */
  #eventsSeen = 0;
  #settlementsSeen = 0;
  #webhooksSeen = 0;
  #auditSeen = 0;

  constructor(connection: SqliteDatabase.Database, paper: Paper) {
    this.#paper = paper;
    const prepare = (text: string) => connection.prepare(text).safeIntegers(false);
    this.#quick = prepare(QUICK).raw();
    this.#events = prepare('select id, type, subject, payload from events where id > ? order by id');
    this.#payment = prepare(`select ${ROWS_AS_TEXT.payments} from payments where txid = ?`).pluck();
    this.#thorough = prepare(`select ${THOROUGH.map(whole).join(', ')}`).raw();
  }

  /** @throws {BooksDiffer} */
  compareAfterStep(): void {
    const paper = this.#paper;
    const row = this.#quick.get(this.#settlementsSeen, this.#webhooksSeen, this.#auditSeen) as unknown[];
    const [orders, accounts, customers, settlements, webhooks, audit, payments, links, keys] = row;
    same('orders', orders, paper.rows.orders());
    same('accounts', accounts, paper.rows.accounts());
    same('customers', customers, customersOf(paper));
    same('settlements', settlements, settlementsOf(paper, this.#settlementsSeen));
    same('webhooks', webhooks, webhooksOf(paper, this.#webhooksSeen));
    same('audit_log', audit, auditOf(paper, this.#auditSeen));
    same('number of payments', payments, paper.payments.size);
    same('number of links', links, paper.links.length);
    same('number of keys', keys, paper.keys.size);
    for (const payment of paper.rows.changedPayments()) {
      same('payments', this.#payment.get(payment.txid), paper.rows.paymentRow(payment));
    }
    this.#compareEvents();
    this.#settlementsSeen = paper.settlements.length;
    this.#webhooksSeen = paper.webhooks.length;
    this.#auditSeen = paper.audit.length;
  }

  /** @throws {BooksDiffer} */
  compareAll(): void {
    const paper = this.#paper;
    const row = this.#thorough.get() as unknown[];
    const expected: Record<string, string> = {
      payments: paper.rows.payments(),
      customer_addresses: paper.links.join('\n'),
      settlements: settlementsOf(paper, 0),
      webhooks: webhooksOf(paper, 0),
      audit_log: auditOf(paper, 0),
      wallets: walletsOf(paper),
      nonces: [...paper.nonces].map(([id, nonce]) => `${id}|${String(nonce).padStart(20, '0')}`).join('\n'),
      roles: rolesOf(paper),
      early_confirmations: [...paper.earlyConfirmations].join('\n'),
      early_news: earlyNewsOf(paper),
      authorizations: [...paper.authorizations].map(([id, { orderId }]) => `${id} ${orderId}`).join('\n'),
      idempotency_keys: [...paper.keys.keys()].join('\n'),
    };
    for (const [index, table] of THOROUGH.entries()) {
      same(table, sorted(row[index]), sorted(expected[table]));
    }
  }

  /** Each change appended its events once, in its order, saying what it did. */
  #compareEvents(): void {
    const rows = this.#events.all(this.#eventsSeen) as EventRow[];
    const expected = this.#paper.events;
    for (const [index, row] of rows.entries()) {
      const event: PaperEvent | undefined = expected[this.#eventsSeen + index];
      same('the id of an event', row.id, this.#eventsSeen + index + 1);
      same('an event', `${row.type} ${row.subject}`, event && `${event.type} ${event.subject}`);
      same(`the event ${row.type} ${row.subject}`, row.payload, event?.payload);
    }
    this.#eventsSeen += rows.length;
    same('number of events', this.#eventsSeen, expected.length);
  }
}

/** A table of few rows in whose order nothing lies. */
function sorted(text: unknown): string {
  return String(text ?? '')
    .split('\n')
    .sort()
    .join('\n');
}

function same(what: string, found: unknown, expected: unknown): void {
  if ((found ?? '') === (expected ?? '')) return;
  const lines = (text: unknown) => String(text ?? '').split('\n');
  const onlyIn = (one: string[], other: string[]) => one.filter((line) => !other.includes(line)).join('\n  ');
  const inBooks = lines(found);
  const onPaper = lines(expected);
  throw new BooksDiffer(
    `${what} differ.\n In the database:\n  ${onlyIn(inBooks, onPaper)}\n On paper:\n  ${onlyIn(onPaper, inBooks)}`,
  );
}

const TOTAL_OF_STATE = { Unclaimed: 0, New: 0, Paid: 1, Expired: 2, Cancelled: 3 } as const;

function customersOf(paper: Paper): string {
  const totals = new Map<string, [number, number, number, number]>();
  for (const customer of paper.customers) totals.set(customer, [0, 0, 0, 0]);
  for (const order of paper.orders.values()) {
    const sums = totals.get(order.customer);
    if (sums !== undefined) sums[TOTAL_OF_STATE[order.state]] += order.price;
  }
  const lines: string[] = [];
  for (const [customer, sums] of totals) lines.push(`${customer}|${sums[0]}|${sums[1]}|${sums[2]}|${sums[3]}`);
  return lines.join('\n');
}

function settlementsOf(paper: Paper, after: number): string {
  return paper.settlements
    .slice(after)
    .map(({ orderId, account, amount, type }, index) => `${after + index + 1}|${orderId}|${account}|${amount}|${type}`)
    .join('\n');
}

function webhooksOf(paper: Paper, after: number): string {
  const lines: string[] = [];
  for (let index = after; index < paper.webhooks.length; index += 1) {
    const webhook = paper.webhooks[index];
    if (webhook === undefined || webhook.isForgotten) continue;
    const { webhookId, state, success, receivedAt } = webhook;
    lines.push(`${index + 1}|${webhookId ?? '-'}|${state}|${success ? 1 : 0}|${timeText(receivedAt)}`);
  }
  return lines.join('\n');
}

function auditOf(paper: Paper, after: number): string {
  return paper.audit
    .slice(after)
    .map((line, index) => `${after + index + 1}|${line}`)
    .join('\n');
}

function walletsOf(paper: Paper): string {
  return [...paper.wallets].map(([account, { address, place }]) => `${account}|${address}|${place}`).join('\n');
}

function rolesOf(paper: Paper): string {
  return [...paper.roles].flatMap(([account, roles]) => [...roles].map((role) => `${account} ${role}`)).join('\n');
}

function earlyNewsOf(paper: Paper): string {
  return [...paper.earlyNews]
    .map(
      ([orderId, { closing, price, currency, updatedAt }]) =>
        `${orderId}|${closing ?? '-'}|${price}|${currency}|${timeText(updatedAt)}`,
    )
    .join('\n');
}
