import { CONTEXTS } from './contexts.ts';
import type { PaperEvent } from './model/records.ts';
import { isOpen, type Paper } from './model/reference-model.ts';
import { THOROUGH_TABLES } from './rows/row-text.ts';
import { saysTheSame } from './rows/same-json.ts';
import type { DatabaseRows } from './simulated-database.ts';
import { timeText } from './timestamps.ts';

/** What the database shows that is not as on paper: the books are wrong, or the rules on paper are. */
export class BooksDiffer extends Error {
  override readonly name = 'BooksDiffer';
}

/** Holds the database against the paper. */
export class Books {
  readonly #paper: Paper;
  readonly #rows: DatabaseRows;
  /** How much of what is only ever added was compared before. */
  #eventsSeen = 0;
  #settlementsSeen = 0;
  #webhooksSeen = 0;
  #auditSeen = 0;
  /** What the database showed when so much had been written to it. */
  #lastRow: unknown[] = [];
  #writesSeen: number | undefined;

  constructor(rows: DatabaseRows, paper: Paper) {
    this.#paper = paper;
    this.#rows = rows;
  }

  /** @throws {BooksDiffer} */
  async compareAfterStep(): Promise<void> {
    const paper = this.#paper;
    const writes = this.#rows.writes()?.all;
    const isAsBefore = writes !== undefined && writes === this.#writesSeen;
    const row = isAsBefore ? this.#lastRow : await this.#quickRow();
    const [orders, accounts, customers, settlements, webhooks, audit, uses, claims, payments, links, keys] = row;
    same('orders', orders, paper.rows.orders());
    sameInAnyOrder('accounts', accounts, paper.rows.accounts());
    await this.#comparePayments();
    sameInAnyOrder('customers', customers, customersOf(paper));
    same('settlements', settlements, settlementsOf(paper, this.#settlementsSeen));
    same('webhooks', webhooks, webhooksOf(paper, this.#webhooksSeen));
    same('audit_log', audit, auditOf(paper, this.#auditSeen));
    same('number of payments', payments, paper.money.payments.size);
    same('number of links', links, paper.money.links.size);
    same('number of uses', uses, paper.money.uses.length);
    same('number of claims', claims, claimsOf(paper).length);
    same('number of keys', keys, paper.keys.size);
    if (!isAsBefore || this.#eventsSeen !== paper.events.length) await this.#compareEvents();
    // Nothing of the journals is new when they are looked at again unchanged.
    this.#lastRow = [orders, accounts, customers, null, null, null, uses, claims, payments, links, keys];
    this.#writesSeen = writes;
    this.#settlementsSeen = paper.money.settlements.length;
    this.#webhooksSeen = paper.webhooks.length;
    this.#auditSeen = paper.audit.length;
  }

  #quickRow(): Promise<unknown[]> {
    return this.#rows.quick(this.#settlementsSeen, this.#webhooksSeen, this.#auditSeen);
  }

  /** @throws {BooksDiffer} */
  async compareAll(): Promise<void> {
    const paper = this.#paper;
    const row = await this.#rows.thorough();
    const expected: Record<string, string> = {
      payments: paper.rows.payments(),
      customer_addresses: [...paper.money.links].map(([pair, kind]) => `${pair} ${kind}`).join('\n'),
      order_claims: claimsOf(paper).join('\n'),
      payment_uses: paper.money.uses
        .map(({ txid, what, amount }, index) => `${index + 1}|${txid}|${what}|${amount}`)
        .join('\n'),
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
    for (const [index, table] of THOROUGH_TABLES.entries()) sameInAnyOrder(table, row[index], expected[table]);
    for (const { tables } of CONTEXTS) {
      for (const [table, { text, expected }] of Object.entries(tables)) {
        sameInAnyOrder(table, await this.#rows.table(table, text), expected(paper));
      }
    }
  }

  async #comparePayments(): Promise<void> {
    const { rows } = this.#paper;
    const changed = rows.changedPayments();
    if (changed.length === 0) return;
    const found = await this.#rows.payments(changed.map(({ txid }) => txid));
    same('payments', found.join('\n'), changed.map((payment) => rows.paymentRow(payment)).join('\n'));
  }

  /** Each change appended its events once, in its order, saying what it did. */
  async #compareEvents(): Promise<void> {
    const expected = this.#paper.events;
    const rows = await this.#rows.events(this.#eventsSeen);
    for (const [index, row] of rows.entries()) {
      const event: PaperEvent | undefined = expected[this.#eventsSeen + index];
      same('the id of an event', row.id, this.#eventsSeen + index + 1);
      same('an event', `${row.type} ${row.subject}`, event && `${event.type} ${event.subject}`);
      if (event === undefined || saysTheSame(row.payload, event.payload)) continue;
      same(`the event ${row.type} ${row.subject}`, row.payload, event.payload);
    }
    this.#eventsSeen += rows.length;
    same('number of events', this.#eventsSeen, expected.length);
  }
}

/** A table of few rows in whose order nothing lies. */
export function sameInAnyOrder(what: string, found: unknown, expected: unknown): void {
  if ((found ?? '') !== (expected ?? '')) same(what, sorted(found), sorted(expected));
}

function sorted(text: unknown): string {
  return String(text ?? '')
    .split('\n')
    .sort()
    .join('\n');
}

export function same(what: string, found: unknown, expected: unknown): void {
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
  for (const [customer, sums] of totals) {
    const credit = paper.money.left(`customer ${customer}`);
    lines.push(`${customer}|${sums[0]}|${sums[1]}|${sums[2]}|${sums[3]}|${credit}`);
  }
  return lines.join('\n');
}

/** An order's claims are open as long as it can be paid. */
function claimsOf(paper: Paper): string[] {
  return [...paper.money.signers].flatMap(([orderId, accounts]) => {
    const order = paper.orders.get(orderId);
    const isOpenNow = order !== undefined && isOpen(order) ? 1 : 0;
    return accounts.map((account) => `${orderId} ${account} ${isOpenNow}`);
  });
}

function settlementsOf(paper: Paper, after: number): string {
  return paper.money.settlements
    .slice(after)
    .map(
      ({ orderId, account, amount, type }, index) =>
        `${after + index + 1}|${orderId}|${account ?? '-'}|${amount}|${type}`,
    )
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
