import {
  authorizationOf,
  linkOf,
  nonceOf,
  type OldPayment,
  type OldRow,
  orderOf,
  paymentOf,
  rateOf,
  roleOf,
  settlementOf,
} from '#moving-over/old/old-rows.ts';
import { shown, UnreadableValue } from '#moving-over/old/values.ts';
import { isStorable } from '#platform/storable-text.ts';
import { accountAddress, accountOf, addressToBase58, parseAddress } from '#tari/address.ts';
import { formatTari } from '#tari/micro-tari.ts';
import type { Work } from './scratch.ts';
import type { Sources } from './sources.ts';

/** Reads every row of the old database once, checks it, and puts down what the rest of the import needs of it. */

/** What an order is called in a sentence. */
const orderName = (row: OldRow) => `The order ${shown(row.order_id)}`;
const paymentName = (row: OldRow) => `The payment ${shown(row.txid)}`;
const REPLACED = '\ufffd';

export function readOldRows(work: Work, sources: Sources): void {
  readOrders(work);
  readPayments(work, sources);
  readSettlements(work, sources);
  readLinks(work, sources);
  readPeople(work);
  checkRates(work);
  checkAuthorizations(work);
}

/** Texts of a row that come over as they were are not looked at again; the others are read once more when they are written. */
interface RowTexts {
  isOdd: boolean;
}

/** Says which texts could not be stored as they were: something else stands for what can't be. */
function noteChangedTexts({ findings }: Work, what: () => string, row: OldRow, names: readonly string[]): RowTexts {
  let isOdd = false;
  for (const name of names) {
    const value = row[name];
    if (value === null || value === undefined || isPlain(value)) continue;
    isOdd = true;
    if (typeof value === 'string' && !isStorable(value)) {
      findings.note('changed_text', `${what().replaceAll('\\u0000', REPLACED)}: its ${name}`);
    }
  }
  return { isOdd };
}

/** Whether a value is a text that a database copies as it is. One that was not written in UTF-8 reads as replaced. */
function isPlain(value: OldRow[string]): boolean {
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

function readOrders(work: Work): void {
  const { scratch, findings } = work;
  const rows = scratch.eachShown<OldRow>('Reading orders', scratch.count('old.orders'), 'select * from old.orders');
  for (const row of rows) {
    const order = findings.read(
      () => orderName(row),
      () => orderOf(row),
    );
    if (order === undefined) continue;
    const { isOdd } = noteChangedTexts(work, () => orderName(row), row, TEXTS_OF_ORDERS);
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
  refuseTwice(work, 'scratch_orders', 'order_id', 'The order');
  scratch.exec('create index temp.scratch_orders_by_name on scratch_orders (alt_id) where alt_id is not null');
}

/** Makes the index by which they are found, or says which of them are there twice. */
function refuseTwice({ scratch, findings }: Work, table: string, column: string, what: string): void {
  scratch.exec(`create index temp.${table}_by_${column} on ${table} (${column})`);
  const twice = scratch.each<{ id: string; count: bigint }>(
    `select ${column} as id, count(*) as count from ${table} group by ${column} having count(*) > 1`,
  );
  for (const { id, count } of twice) findings.problem(`${what} ${shown(id)} is there ${count} times.`);
}

function readPayments(work: Work, sources: Sources): void {
  const { scratch, findings } = work;
  let key = 0n;
  const rows = scratch.eachShown<OldRow>(
    'Reading payments',
    scratch.count('old.payments'),
    `select old_payment.*, old_payment.rowid as row, scratch_orders.id as known_order, known.source as known_source,
        known.id as known_address
      from old.payments old_payment
      left join scratch_orders on scratch_orders.order_id = old_payment.order_id
      left join scratch_addresses known on known.address = old_payment.sender`,
  );
  for (const row of rows) {
    const payment = findings.read(
      () => paymentName(row),
      () => paymentOf(row),
    );
    if (payment === undefined || isLeftOut(work, payment)) continue;
    const { isOdd } = noteChangedTexts(work, () => paymentName(row), row, TEXTS_OF_PAYMENTS);
    key += 1n;
    const known = isOdd ? null : (row.known_source as bigint | null);
    const source =
      known === null
        ? sources.of(payment.sender, payment.createdAt)
        : { source: known, addressId: row.known_address as bigint };
    const named =
      payment.named === null ? null : ((row.known_order as bigint | null) ?? orderMeant(work, payment.named));
    if (payment.named !== null && named === null) {
      const said = `payment ${payment.txid} of ${formatTari(payment.amount)} names the order ${shown(payment.named)}`;
      findings.note('unknown_order_named', said);
    }
    scratch.run(
      `insert into scratch_payments (key, row, txid, source, address_id, amount, status, is_manual, named, named_order,
        created_at, updated_at, origin, is_odd) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      key,
      row.row,
      payment.txid,
      source.source,
      source.addressId,
      payment.amount,
      payment.status,
      payment.type === 'manual' ? 1n : 0n,
      payment.named,
      named,
      payment.createdAt,
      payment.updatedAt,
      payment.status,
      isOdd ? 1n : 0n,
    );
    const credited = payment.type === 'manual' ? /^credit_note_(.+):[^:]*:\d+$/s.exec(payment.txid)?.[1] : undefined;
    if (credited !== undefined) sources.madeFor(sources.of(payment.sender, payment.createdAt), credited);
  }
  refuseTwice(work, 'scratch_payments', 'txid', 'The payment');
  scratch.exec(`create index temp.scratch_payments_by_order on scratch_payments (named_order, source)
    where named_order is not null`);
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

function readSettlements(work: Work, sources: Sources): void {
  const { scratch, findings } = work;
  const what = (row: OldRow) => `The settlement ${shown(row.id)} of the order ${shown(row.order_id)}`;
  const rows = scratch.eachShown<OldRow>(
    'Reading settlements',
    scratch.count('old.settlement_journal'),
    `select entry.*, scratch_orders.id as known_order, known.source as known_source
      from old.settlement_journal entry
      left join scratch_orders on scratch_orders.order_id = entry.order_id
      left join scratch_addresses known on known.address = entry.payment_address`,
  );
  for (const row of rows) {
    const settlement = findings.read(
      () => what(row),
      () => settlementOf(row),
    );
    if (settlement === undefined) continue;
    if (settlement.amount === 0n) {
      findings.note('left_out', `settlement ${settlement.id} of order ${settlement.orderId}: its amount is zero`);
      continue;
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
    if (!isNew) findings.problem(`${what(row)} has an id which another settlement has too.`);
  }
  scratch.exec('create index temp.scratch_entries_by_order on scratch_entries (named_order, id)');
}

function readLinks(work: Work, sources: Sources): void {
  const { scratch, findings } = work;
  const what = (row: OldRow) => `The link ${shown(row.id)} of the address ${shown(row.address)}`;
  for (const row of scratch.each<OldRow>('select * from old.address_customer_id_link order by id')) {
    const link = findings.read(
      () => what(row),
      () => linkOf(row),
    );
    if (link === undefined) continue;
    const source = sources.of(link.address, link.createdAt);
    if (source.account === null) {
      findings.note('left_out', `link of customer ${link.customerId} and ${shown(link.address)}, which is no address`);
      continue;
    }
    const kind = sources.madeFor(source, link.customerId) ? 'by_hand' : 'stated';
    scratch.run(
      'insert or ignore into scratch_links values (?, ?, ?, ?)',
      link.customerId,
      source.source,
      kind,
      link.createdAt,
    );
  }
}

/** Roles, wallets and nonces: whose address can't be read could never be used. */
function readPeople(work: Work): void {
  const { scratch, findings } = work;
  const each = (table: string, read: (row: OldRow, account: string, address: string) => void) => {
    for (const row of scratch.each<OldRow>(`select * from old.${table}`)) {
      findings.read(
        () => `The row of ${shown(row.address)} in ${table}`,
        () => {
          const owner = ownerOf(row);
          if (owner !== undefined) read(row, owner.account, owner.address);
          else findings.note('left_out', `${table}: ${shown(row.address)} is no address`);
        },
      );
    }
  };
  const keepNonce = (purpose: string, account: string, nonce: string) =>
    scratch.run(
      `insert into scratch_nonces values (?, ?, ?)
        on conflict do update set last_nonce = max(last_nonce, excluded.last_nonce)`,
      purpose,
      account,
      nonce,
    );
  each('role_assignments', (row, account) => {
    scratch.run('insert or ignore into scratch_roles values (?, ?)', account, roleOf(row));
  });
  each('auth_log', (row, account) => keepNonce('login', account, nonceOf(row)));
  each('wallet_auth', (row, account, address) => {
    const ip = typeof row.ip_address === 'string' ? row.ip_address.trim() : '';
    if (ip === '' || !isStorable(ip)) throw new UnreadableValue(`its ip_address is ${shown(row.ip_address)}`);
    const isNew = scratch.changed('insert or ignore into scratch_wallets values (?, ?, ?)', account, address, ip);
    if (!isNew)
      findings.note('left_out', `wallet_auth: ${address} from ${ip}, since the same wallet is there before it`);
    keepNonce('wallet', account, nonceOf(row));
  });
}

function ownerOf(row: OldRow): { account: string; address: string } | undefined {
  if (typeof row.address !== 'string') return undefined;
  try {
    const address = parseAddress(row.address.trim());
    return { account: accountOf(address), address: addressToBase58(accountAddress(address)) };
  } catch {
    return undefined;
  }
}

function checkRates({ scratch, findings }: Work): void {
  for (const row of scratch.each<OldRow>('select * from old.exchange_rates order by id')) {
    const rate = findings.read(
      () => `The exchange rate ${shown(row.id)}`,
      () => rateOf(row),
    );
    if (rate !== undefined && rate.rate <= 0n) {
      findings.note('left_out', `exchange rate ${shown(row.id)} of ${rate.currency}: it is ${rate.rate}`);
    }
  }
}

function checkAuthorizations({ scratch, findings, schema }: Work): void {
  if (!schema.has('shopify_transactions')) return;
  for (const row of scratch.each<OldRow>('select * from old.shopify_transactions where not captured')) {
    findings.read(
      () => `The transaction ${shown(row.id)}`,
      () => authorizationOf(row),
    );
  }
}
