import type { Order } from '#engine/store/orders.ts';
import type { Payment } from '#engine/store/payments.ts';
import type { Services } from '#platform/module.ts';
import { accountAddress, accountOf, addressToBase58, parseAddress, type TariAddress } from '#tari/address.ts';
import { type MicroTari, parseTari } from '#tari/micro-tari.ts';

/** Finds anything by what a customer has in hand. Everything is looked up by an index. */

export interface Found {
  orders: readonly Order[];
  payments: readonly Payment[];
  /** Base58. */
  wallets: readonly string[];
  /** Ids. */
  customers: readonly string[];
}

export interface Finding {
  /** What the text was taken for, with its article. */
  kind: string;
  found: Found;
  /** Why something was not looked for. */
  remark?: string;
}

type FindServices = Pick<Services, 'engine' | 'directory'>;

/** As far as a directory is asked for it. */
const EMAIL = /^[^\s@"'\\]{1,64}@[^\s@"'\\]{1,190}$/;

const NOTHING: Found = { orders: [], payments: [], wallets: [], customers: [] };
const SHOWN = 20;

export async function findAnything(text: string, services: FindServices): Promise<Finding> {
  const given = text.trim();
  if (EMAIL.test(given)) return findByEmail(given, services);
  const address = addressIn(given);
  if (address !== undefined) return findAddress(address, services);
  if (/^[0-9a-f]{64}$/i.test(given)) return findReference(given.toLowerCase(), services);
  const amount = amountIn(given);
  if (amount !== undefined) return findAmount(amount, services);
  if (/^#?[\p{L}\p{N}._/-]{1,256}$/u.test(given)) {
    const named = await findNamed(given, services);
    if (hasAny(named.found)) return named;
  }
  return findText(given, services);
}

/** By the merchant's directory of customers; the address is kept nowhere. */
async function findByEmail(email: string, { engine, directory }: FindServices): Promise<Finding> {
  const kind = 'an e-mail address';
  const answer = await directory.find(email);
  switch (answer.kind) {
    case 'customers':
      return { kind, found: { ...NOTHING, customers: answer.customerIds } };
    case 'orders': {
      const orders: Order[] = [];
      for (const id of answer.orderIds.slice(0, SHOWN)) orders.push(...(await engine.desk.ordersCalled(id)));
      return { kind, found: { ...NOTHING, orders } };
    }
    case 'refused':
      return { kind, found: NOTHING, remark: answer.message ?? 'The directory of customers has refused to answer.' };
    case 'failed':
      return { kind, found: NOTHING, remark: `The directory of customers could not be asked: ${answer.reason}` };
    case 'none':
      return { kind, found: NOTHING, remark: NO_DIRECTORY };
  }
}

const NO_DIRECTORY =
  'This server knows no e-mail addresses, and is connected to no directory of customers that does. Ask for the order’s number or its confirmation number.';

/** The wallet; and the order, if the address was made for one. */
async function findAddress(address: TariAddress, { engine }: FindServices): Promise<Finding> {
  const named = address.paymentId === null ? undefined : textOf(address.paymentId);
  const orders = named === undefined ? [] : await engine.desk.ordersCalled(named);
  const wallet = await engine.desk.wallet(address);
  const isKnown = wallet.account !== undefined || wallet.customers.length > 0;
  const wallets = isKnown || orders.length === 0 ? [addressToBase58(accountAddress(address))] : [];
  const kind = named === undefined ? 'the address of a wallet' : `an address with the payment id ${named}`;
  return { kind, found: { ...NOTHING, orders, wallets } };
}

async function findReference(reference: string, { engine }: FindServices): Promise<Finding> {
  const { rows } = await engine.lists.searchPayments({ paymentReference: reference }, { limit: SHOWN, order: 'desc' });
  return { kind: 'a payment reference', found: { ...NOTHING, payments: rows } };
}

async function findAmount(amount: MicroTari, { engine }: FindServices): Promise<Finding> {
  const [orders, payments] = await Promise.all([
    engine.desk.ordersOfPrice(amount, { limit: SHOWN }),
    engine.desk.paymentsOfAmount(amount, { limit: SHOWN }),
  ]);
  return { kind: 'an exact amount', found: { ...NOTHING, orders: orders.rows, payments: payments.rows } };
}

/** Orders by id, name and confirmation number; payments by transaction id; customers by id. */
async function findNamed(name: string, { engine }: FindServices): Promise<Finding> {
  const [called, coded, payment, customer] = await Promise.all([
    engine.desk.ordersCalled(name),
    engine.desk.ordersOfCode(name.toUpperCase()),
    engine.desk.payment(name),
    engine.desk.customer(name),
  ]);
  const known = new Set(called.map(({ orderId }) => orderId));
  const orders = [...called, ...coded.filter(({ orderId }) => !known.has(orderId))];
  const found: Found = {
    orders,
    payments: payment === undefined ? [] : [payment.payment],
    wallets: [],
    customers: customer.totals === undefined ? [] : [customer.customerId],
  };
  return { kind: 'the number or name of something', found };
}

/** The index over notes finds parts of this length and longer. */
const MIN_TEXT_LENGTH = 3;

async function findText(text: string, { engine }: FindServices): Promise<Finding> {
  if ([...text].length < MIN_TEXT_LENGTH) {
    return { kind: 'a part of a note', found: NOTHING, remark: 'Type at least three letters of a note.' };
  }
  const { rows } = await engine.lists.search({ memo: text }, { limit: SHOWN, order: 'desc' });
  return { kind: 'a part of a note', found: { ...NOTHING, orders: rows } };
}

function hasAny({ orders, payments, wallets, customers }: Found): boolean {
  return [orders, payments, wallets, customers].some(({ length }) => length > 0);
}

/** Not shorter than a legacy address in hex, and no reference of a payment, which is hex of another length. */
const MIN_ADDRESS_LENGTH = 30;

function addressIn(text: string): TariAddress | undefined {
  if (text.length < MIN_ADDRESS_LENGTH) return undefined;
  try {
    const address = parseAddress(text);
    accountOf(address);
    return address;
  } catch {
    return undefined;
  }
}

/** With a unit or a point: a whole number alone is the name of something. */
function amountIn(text: string): MicroTari | undefined {
  if (!/[.]|[a-zµμ]\s*$/i.test(text)) return undefined;
  try {
    const amount = parseTari(text.replace(/[\u202f\u00a0 ](?=\d)/g, ''));
    return amount > 0n ? amount : undefined;
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /^[^\p{C}]{1,256}$/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
