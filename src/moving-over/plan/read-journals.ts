import { type OldPayment, type OldRow, orderOf, paymentOf, settlementOf } from '#moving-over/old/old-rows.ts';
import { type OldValue, shown, textOrNull } from '#moving-over/old/values.ts';
import { isStorable } from '#platform/storable-text.ts';
import { formatTari } from '#tari/micro-tari.ts';
import {
  hasUniqueIds,
  haveUsableNumbers,
  isPlainOrder,
  isPlainPayment,
  isPlainSettlement,
  isPlainText,
  plainTime,
} from './plain-rows.ts';
import type { Scratch, Work } from './scratch.ts';
import type { Sources } from './sources.ts';

/**
 * Reads orders, payments and settlements: the plain rows by a statement for all of them, and the others one by one, with
 * what is odd about each. Which way a row comes makes no difference to what becomes of it.
 */

/** What an order is called in a sentence. */
const orderName = (row: OldRow) => `The order ${shown(row.order_id)}`;
const paymentName = (row: OldRow) => `The payment ${shown(row.txid)}`;
const REPLACED = '\ufffd';

/** Texts of a row that come over as they were are not looked at again; the others are read once more when they are written. */
interface RowTexts {
  isOdd: boolean;
}

/**
 * Says which texts could not be stored as they were: something else stands for what can't be.
 * @param bytesOf a column of this row as it stands in the file, where it need not be UTF-8.
 */
function noteChangedTexts(
  { findings }: Work,
  what: () => string,
  row: OldRow,
  names: readonly string[],
  bytesOf: (name: string) => Buffer | undefined,
): RowTexts {
  let isOdd = false;
  for (const name of names) {
    const value = row[name];
    if (value === null || value === undefined || isCopied(value)) continue;
    isOdd = true;
    const kept = typeof value === 'string' || Buffer.isBuffer(value) ? textOrNull(name, value) : null;
    if (kept?.includes(REPLACED) && bytesOf(name)?.equals(Buffer.from(kept)) === false) {
      findings.note('changed_text', `${what().replaceAll('\\u0000', REPLACED)}: its ${name}`);
    }
  }
  return { isOdd };
}

/** @param selected what follows `select cast(`: the column, and the row that is meant. */
function bytesIn(scratch: Scratch, selected: string, key: OldValue): Buffer | undefined {
  return scratch.get<{ bytes: Buffer }>(`select cast(${selected}`, key)?.bytes;
}

/** Whether a value is a text that a database copies as it is. One that was not written in UTF-8 reads as replaced. */
function isCopied(value: OldRow[string]): boolean {
  return typeof value === 'string' && (ASCII.test(value) || (isStorable(value) && !value.includes(REPLACED)));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL alone can't be stored.
const ASCII = /^[\u0001-\u007f]*$/;

const TEXTS_OF_ORDERS = [
  'order_id',
  'alt_id',
  'customer_id',
  'memo',
  'original_price',
  'currency',
  'amount_outstanding',
] as const;
const TEXTS_OF_PAYMENTS = ['txid', 'sender', 'memo', 'order_id', 'alt_order_id'] as const;

export function readOrders(work: Work): void {
  const { scratch } = work;
  const total = scratch.count('old.orders');
  const isPlain = hasUniqueIds(scratch, 'orders') ? isPlainOrder : 'false';
  scratch.stage('Reading orders', total, () =>
    scratch.exec(`insert into scratch_orders
      select id, order_id, alt_id, customer_id, status, total_price, ${plainTime('created_at')}, ${plainTime('updated_at')}, 0
      from old.orders where ${isPlain}`),
  );
  const read = scratch.count('scratch_orders');
  if (read < total) {
    const rows = scratch.eachShown<OldRow>(
      'Reading orders one by one',
      total - read,
      `select * from old.orders where not coalesce(${isPlain}, false)`,
    );
    for (const row of rows) readOrder(work, row);
  }
  refuseTwice(work, 'scratch_orders', 'order_id', 'The order');
  scratch.exec('create index temp.scratch_orders_by_name on scratch_orders (alt_id) where alt_id is not null');
}

function readOrder(work: Work, row: OldRow): void {
  const { scratch, findings } = work;
  const what = () => orderName(row);
  const order = findings.read(what, () => orderOf(row));
  if (order === undefined) return;
  const { isOdd } = noteChangedTexts(work, what, row, TEXTS_OF_ORDERS, (name) =>
    bytesIn(scratch, `${name} as blob) as bytes from old.orders where id = ?`, row.id),
  );
  const isNew = scratch.changed(
    'insert or ignore into scratch_orders values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    order.id,
    order.orderId,
    order.altId,
    order.customerId,
    order.status,
    order.totalPrice,
    order.createdAt,
    order.updatedAt,
    isOdd ? 1n : 0n,
  );
  if (!isNew) findings.problem(`${orderName(row)} has the id ${order.id}, which another order has too.`);
}

/** Makes the index by which they are found, or says which of them are there twice. */
function refuseTwice({ scratch, findings }: Work, table: string, column: string, what: string): void {
  scratch.exec(`create index temp.${table}_by_${column} on ${table} (${column})`);
  const twice = scratch.each<{ id: string; count: bigint }>(
    `select ${column} as id, count(*) as count from ${table} group by ${column} having count(*) > 1`,
  );
  for (const { id, count } of twice) findings.problem(`${what} ${shown(id)} is there ${count} times.`);
}

/** Every row is read in one of two ways. */
function requireCount(found: number, expected: number, what: string): void {
  if (found !== expected) throw new Error(`Of ${expected} plain ${what}, ${found} were read`);
}

/** A row of payments, with what is known of its sender until then. */
interface PaymentRow extends OldRow {
  row: bigint;
  known_source: bigint | null;
  known_address: bigint | null;
  /** 1 or 0; null is not plain. */
  is_plain: bigint | null;
}

/**
 * The addresses of plain rows must be known before those are read. So a row is looked at here if it is not plain, and is
 * read then; and if its sender is new. Both in the order of the rows: accounts are numbered by who came first.
 */
export function readPayments(work: Work, sources: Sources): void {
  const { scratch } = work;
  const isPlain = haveUsableNumbers(scratch) ? isPlainPayment : 'false';
  const total = scratch.count('old.payments');
  let count = 0n;
  const rows = scratch.eachShown<PaymentRow>(
    'Reading payments',
    total,
    `select old_payment.*, old_payment.rowid as row, known.source as known_source, known.id as known_address,
        (${isPlain} and ${isPlainText('old_payment.sender')}) as is_plain
      from old.payments old_payment
      left join scratch_addresses known on known.address = old_payment.sender
      where known.source is null or not coalesce(${isPlain}, false)`,
  );
  for (const row of rows) {
    if (row.is_plain === 1n) {
      const { sender, createdAt } = paymentOf(row);
      sources.of(sender, createdAt);
      continue;
    }
    count += 1n;
    scratch.run('insert into scratch_odd_payments values (?)', row.row);
    readPayment(work, sources, row, isPlain === 'false' ? count : row.row);
  }
  const plain = total - Number(count);
  const before = scratch.count('scratch_payments');
  scratch.stage('Reading plain payments', plain, () => readPlainPayments(work));
  requireCount(scratch.count('scratch_payments') - before, plain, 'payments');
  findNamedOrders(work);
  refuseTwice(work, 'scratch_payments', 'txid', 'The payment');
  scratch.exec(`create index temp.scratch_payments_by_order on scratch_payments (named_order, source)
    where named_order is not null`);
}

function readPlainPayments({ scratch }: Work): void {
  scratch.exec(`
    insert into scratch_payments (key, row, txid, source, address_id, amount, status, is_manual, named, named_order,
        created_at, updated_at, origin, is_odd)
      select old_payment.rowid, old_payment.rowid, txid, known.source, known.id, amount, lower(old_payment.status), 0,
        coalesce(nullif(old_payment.order_id, ''), nullif(old_payment.alt_order_id, '')), scratch_orders.id,
        ${plainTime('old_payment.created_at')}, ${plainTime('old_payment.updated_at')}, lower(old_payment.status), 0
      from old.payments old_payment
      cross join scratch_addresses known on known.address = old_payment.sender
      left join scratch_orders on scratch_orders.order_id = old_payment.order_id
      where not exists (select 1 from scratch_odd_payments odd where odd.row = old_payment.rowid)`);
}

function readPayment(work: Work, sources: Sources, row: PaymentRow, key: bigint): void {
  const { scratch, findings } = work;
  const what = () => paymentName(row);
  const payment = findings.read(what, () => paymentOf(row));
  if (payment === undefined || isLeftOut(work, payment)) return;
  const { isOdd } = noteChangedTexts(work, what, row, TEXTS_OF_PAYMENTS, (name) =>
    bytesIn(scratch, `${name} as blob) as bytes from old.payments where rowid = ?`, row.row),
  );
  const source =
    isOdd || row.known_source === null || row.known_address === null
      ? sources.of(payment.sender, payment.createdAt)
      : { source: row.known_source, addressId: row.known_address };
  scratch.run(
    `insert into scratch_payments (key, row, txid, source, address_id, amount, status, is_manual, named, created_at,
      updated_at, origin, is_odd) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key,
    row.row,
    payment.txid,
    source.source,
    source.addressId,
    payment.amount,
    payment.status,
    payment.type === 'manual' ? 1n : 0n,
    payment.named,
    payment.createdAt,
    payment.updatedAt,
    payment.status,
    isOdd ? 1n : 0n,
  );
  const credited = payment.type === 'manual' ? /^credit_note_(.+):[^:]*:\d+$/s.exec(payment.txid)?.[1] : undefined;
  if (credited !== undefined) sources.madeFor(sources.of(payment.sender, payment.createdAt), credited);
}

/** So many payments are looked at together: they are changed then. */
const NAMES_AT_ONCE = 1_000;

/** The orders that payments name otherwise than by their id, or that do not exist. */
function findNamedOrders(work: Work): void {
  const { scratch, findings } = work;
  for (let last = 0n; ; ) {
    const rows = scratch.all<{ key: bigint; txid: string; amount: bigint; named: string }>(
      `select key, txid, amount, named from scratch_payments
        where key > ? and named is not null and named_order is null order by key limit ${NAMES_AT_ONCE}`,
      last,
    );
    for (const { key, txid, amount, named } of rows) {
      last = key;
      const order = orderMeant(work, named);
      if (order !== null) scratch.run('update scratch_payments set named_order = ? where key = ?', order, key);
      else {
        const said = `payment ${txid} of ${formatTari(amount)} names the order ${shown(named)}`;
        findings.note('unknown_order_named', said);
      }
    }
    if (rows.length < NAMES_AT_ONCE) return;
  }
}

/** What counts nothing there, and has no place here. */
function isLeftOut({ findings }: Work, { txid, amount, type, status }: OldPayment): boolean {
  const reason =
    amount === 0n
      ? 'its amount is zero'
      : type === 'manual' && status !== 'confirmed'
        ? `it is entered by hand and ${status}`
        : undefined;
  if (reason !== undefined) findings.note('left_out', `payment ${txid} of ${formatTari(amount)}: ${reason}`);
  return reason !== undefined;
}

/** The id of the order that is meant: by its order id, else by a name that one order bears, with `#` or without. */
export function orderMeant({ scratch }: Work, named: string): bigint | null {
  const byId = scratch.get<{ id: bigint }>('select id from scratch_orders where order_id = ?', named);
  if (byId !== undefined) return byId.id;
  for (const name of [named, named.startsWith('#') ? named.slice(1) : `#${named}`]) {
    const bearing = scratch.all<{ id: bigint; is_open: bigint }>(
      `select id, status in ('Unclaimed', 'New') as is_open from scratch_orders where alt_id = ?
        order by is_open desc limit 2`,
      name,
    );
    const [first, second] = bearing;
    if (first === undefined) continue;
    return second === undefined || second.is_open !== first.is_open ? first.id : null;
  }
  return null;
}

export function readSettlements(work: Work, sources: Sources): void {
  const { scratch } = work;
  const total = scratch.count('old.settlement_journal');
  const isUnique = hasUniqueIds(scratch, 'settlement_journal');
  const isPlain = isUnique ? isPlainSettlement : 'false';
  scratch.stage('Reading settlements', total, () =>
    scratch.exec(`insert into scratch_entries
      select entry.id, entry.order_id, scratch_orders.id, known.source, entry.amount, ${plainTime('entry.created_at')}
      from old.settlement_journal entry
      cross join scratch_orders on scratch_orders.order_id = entry.order_id
      cross join scratch_addresses known on known.address = entry.payment_address
      where ${isPlain}`),
  );
  const read = scratch.count('scratch_entries');
  if (read < total) {
    const rows = scratch.eachShown<OldRow>(
      'Reading settlements one by one',
      total - read,
      `select entry.*, scratch_orders.id as known_order, known.source as known_source
        from old.settlement_journal entry
        left join scratch_orders on scratch_orders.order_id = entry.order_id
        left join scratch_addresses known on known.address = entry.payment_address
        where ${isUnique ? 'not exists (select 1 from scratch_entries read where read.id = entry.id)' : 'true'}`,
    );
    for (const row of rows) readSettlement(work, sources, row);
  }
  scratch.exec('create index temp.scratch_entries_by_order on scratch_entries (named_order, id)');
}

function readSettlement(work: Work, sources: Sources, row: OldRow): void {
  const { scratch, findings } = work;
  const what = () => `The settlement ${shown(row.id)} of the order ${shown(row.order_id)}`;
  const settlement = findings.read(what, () => settlementOf(row));
  if (settlement === undefined) return;
  if (settlement.amount === 0n) {
    findings.note('left_out', `settlement ${settlement.id} of order ${settlement.orderId}: its amount is zero`);
    return;
  }
  const isNew = scratch.changed(
    'insert or ignore into scratch_entries values (?, ?, ?, ?, ?, ?)',
    settlement.id,
    settlement.orderId,
    (row.known_order as bigint | null) ?? orderMeant(work, settlement.orderId),
    (row.known_source as bigint | null) ?? sources.of(settlement.address, settlement.createdAt).source,
    settlement.amount,
    settlement.createdAt,
  );
  if (!isNew) findings.problem(`${what()} has an id which another settlement has too.`);
}
