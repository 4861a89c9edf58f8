import { NO_TOLERANCE, TOLERANCE_REASON, toleratedOf } from '#engine/money/tolerance.ts';
import { isOpen } from '#engine/order-states.ts';
import { accountOrderRepository } from '#engine/store/account-orders.ts';
import { type Account, accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { type Order, type OrderPosition, orderRepository } from '#engine/store/orders.ts';
import { paymentRepository } from '#engine/store/payments.ts';
import type { SettlementEntry } from '#engine/store/settlements.ts';
import type { AccountId } from '#tari/address.ts';
import { type MicroTari, microTari, sumMicroTari } from '#tari/micro-tari.ts';
import type { Ledger } from './ledger.ts';
import { syntheticOwner } from './made-owner.ts';
import { type Part, planInTurn, planLargestFirst, type Source } from './matching.ts';
import type { Claimant } from './owners.ts';

/**
 * Settlement: which money pays which orders (docs/money.md). An order is paid by its own money, by its customer's credit,
 * and by the free credit of accounts that a signature or an operator has authorised; by nothing else.
 */

/** The result of a settlement. */
export interface Settled {
  ordersPaid: Order[];
  settlements: SettlementEntry[];
}

export function nothingSettled(): Settled {
  return { ordersPaid: [], settlements: [] };
}

export function bothSettled(one: Settled, other: Settled): Settled {
  return {
    ordersPaid: [...one.ordersPaid, ...other.ordersPaid],
    settlements: [...one.settlements, ...other.settlements],
  };
}

/** Orders per page; as long as all of a page are paid, the next page follows. */
const ORDERS_AT_ONCE = 100;

/** Orders that one change processes. Far more than any customer has open, because orders expire. */
const MAX_ORDERS = 10_000;

const ORDERS_OF_A_PAGE = 1000;

/**
 * Pays an order if its own money, its customer's credit and the free credit of its signers together cover it, and then the
 * other orders that the customer's credit covers. A missing amount within the tolerance is credited to the order.
 */
export async function tryToPay(ledger: Ledger, orderId: string): Promise<Settled> {
  const found = await ledger.tx.use(orderRepository).find(orderId);
  if (found === undefined || !isOpen(found.status) || !isWithinReach(found, toleratedFor(ledger, found))) {
    return nothingSettled();
  }
  const order = isWithinReach(found) ? found : await giveTolerated(ledger, found);
  // A free order waits until it is claimed.
  if (order.status === 'Unclaimed' && order.ownMoney + order.usableCredit === 0n) return nothingSettled();
  const credit = await ledger.tx.use(customerRepository).credit(order.customerId);
  const signers = order.claimKind === 'proven' ? await ledger.tx.use(accountRepository).signersOf(order.orderId) : [];
  const sources = [ownMoneyOf(order), creditOf(order, credit), ...signers.map(freeCreditOf)];
  const parts = planInTurn(order.totalPrice, sources);
  return parts === undefined ? nothingSettled() : payAsPlanned(ledger, order, parts);
}

/** How much may be missing of an order that is partly paid, in µT. */
function toleratedFor(ledger: Ledger, { status, totalPrice, ownMoney, usableCredit }: Order): bigint {
  const isBegun = status === 'New' && ownMoney + usableCredit > 0n;
  return isBegun ? toleratedOf(totalPrice, ledger.settings.underpaidTolerance ?? NO_TOLERANCE) : 0n;
}

/** Credits an order with the missing amount, giving the reason. Returns the updated order. */
async function giveTolerated(ledger: Ledger, order: Order): Promise<Order> {
  const missing = order.totalPrice - order.ownMoney - order.usableCredit;
  await ledger.enterManualPayment({
    // An order is paid once, so it gets this credit only once.
    txid: `${TOLERANCE_REASON}-${order.id}`,
    customerId: order.customerId,
    from: await syntheticOwner(ledger.tx, order.customerId, ledger.settings),
    amount: microTari(missing),
    memo: TOLERANCE_REASON,
    orderId: order.orderId,
  });
  return ledger.tx.use(orderRepository).withFunds(order);
}

/**
 * The same with one account that may pay the order without having signed for it: the rest after own money and the
 * customer's credit comes from that account alone.
 */
async function tryToPayFrom(ledger: Ledger, orderId: string, account: AccountId): Promise<Settled> {
  const order = await ledger.tx.use(orderRepository).find(orderId);
  const payer = await ledger.tx.use(accountRepository).find(account);
  if (order === undefined || payer === undefined || !isOpen(order.status)) return nothingSettled();
  const credit = await ledger.tx.use(customerRepository).credit(order.customerId);
  const parts = planInTurn(order.totalPrice, [ownMoneyOf(order), creditOf(order, credit), freeCreditOf(payer)]);
  return parts === undefined ? nothingSettled() : payAsPlanned(ledger, order, parts, payer);
}

/** Pays the order; an Unclaimed one is claimed by the account that pays most of it. */
async function payAsPlanned(ledger: Ledger, order: Order, parts: readonly Part[], payer?: Account): Promise<Settled> {
  const claimed =
    order.status === 'Unclaimed'
      ? await ledger.claimOrder(order, await payerIn(ledger, order, parts, payer), 'credit')
      : order;
  const paid = await ledger.payOrder(claimed, parts);
  const settled = { ordersPaid: [paid.order], settlements: paid.settlements };
  return paid.hasSurplus ? bothSettled(settled, await payFromCredit(ledger, order.customerId)) : settled;
}

/** The account whose free credit pays the most, otherwise the customer's synthetic account. */
async function payerIn(
  ledger: Ledger,
  { customerId, totalPrice }: Order,
  parts: readonly Part[],
  payer: Account | undefined,
): Promise<Claimant> {
  const made = () => syntheticOwner(ledger.tx, customerId, ledger.settings);
  if (totalPrice === 0n) return payer ?? made();
  let largest: Part | undefined;
  for (const part of parts) {
    if (part.source.owner.kind === 'account' && part.amount > (largest?.amount ?? 0n)) largest = part;
  }
  if (largest === undefined) return made();
  const account = await ledger.tx.use(accountRepository).find(largest.source.owner.id as AccountId);
  return account ?? made();
}

/** Pays the orders that the customer's own credit covers, one by one, oldest first. */
export async function payFromCredit(ledger: Ledger, customerId: string): Promise<Settled> {
  if ((await ledger.tx.use(customerRepository).credit(customerId)) === 0n) return nothingSettled();
  return eachOpenOrder(
    (after, limit) => ledger.tx.use(accountOrderRepository).openOfCustomer(customerId, after, limit),
    async (order) =>
      isWithinReach(order, toleratedFor(ledger, order)) ? tryToPay(ledger, order.orderId) : nothingSettled(),
  );
}

/** Based on the funds when the order was read: paying other orders only reduces them, so orders out of reach can be skipped. */
function isWithinReach(order: Order, help = 0n): boolean {
  return order.ownMoney + order.usableCredit + help >= order.totalPrice;
}

/**
 * Pays, from the free credit of an account, the orders that it has signed for and those of the customers that it is linked
 * to by a signature or by hand: oldest first, each in full, stopping at the first that it can't cover.
 */
export async function payFromAccount(ledger: Ledger, account: AccountId): Promise<Settled> {
  let settled = nothingSettled();
  for (;;) {
    const known = await ledger.tx.use(accountRepository).find(account);
    if (known === undefined || known.freeCredit === 0n) return settled;
    const orders = await ledger.tx.use(accountOrderRepository).openForAccount(account, ORDERS_AT_ONCE);
    for (const order of orders) {
      if (settled.ordersPaid.some(({ orderId }) => orderId === order.orderId)) continue;
      let paid = await tryToPay(ledger, order.orderId);
      if (paid.ordersPaid.length === 0) paid = await tryToPayFrom(ledger, order.orderId, account);
      if (paid.ordersPaid.length === 0) return settled;
      settled = bothSettled(settled, paid);
    }
    if (orders.length < ORDERS_AT_ONCE) return settled;
  }
}

/** Tries to pay each open order, page by page, from all accounts that may pay it. */
export function payAllFromAllAccounts(
  ledger: Ledger,
  read: (after: OrderPosition | undefined, limit: number) => Promise<Order[]>,
): Promise<Settled> {
  const helpOf = new Map<string, bigint>();
  return eachOpenOrder(read, async (order) => {
    const { customerId } = order;
    const spenders = helpOf.has(customerId) ? [] : await ledger.tx.use(accountRepository).spendersFor(customerId);
    const help = helpOf.get(customerId) ?? sumMicroTari(spenders.map(({ freeCredit }) => freeCredit));
    helpOf.set(customerId, help);
    return isWithinReach(order, help) ? payFromAllAccounts(ledger, order.orderId) : nothingSettled();
  });
}

async function eachOpenOrder(
  read: (after: OrderPosition | undefined, limit: number) => Promise<Order[]>,
  pay: (order: Order) => Promise<Settled>,
): Promise<Settled> {
  const settled = nothingSettled();
  let after: OrderPosition | undefined;
  for (let looked = 0; looked < MAX_ORDERS; looked += ORDERS_OF_A_PAGE) {
    const orders = await read(after, ORDERS_OF_A_PAGE);
    for (const order of orders) {
      const { ordersPaid, settlements } = await pay(order);
      settled.ordersPaid.push(...ordersPaid);
      settled.settlements.push(...settlements);
    }
    after = orders.at(-1);
    if (orders.length < ORDERS_OF_A_PAGE) break;
  }
  return settled;
}

/**
 * Tries to pay an open order from all addresses of its customer and of its signers: its own money first, then the largest
 * balance, alone if that covers the rest. An Unclaimed order is claimed by the account that pays most of it.
 */
export async function payFromAllAccounts(ledger: Ledger, orderId: string): Promise<Settled> {
  const { tx } = ledger;
  const order = await tx.use(orderRepository).find(orderId);
  if (order === undefined || !isOpen(order.status)) return nothingSettled();
  const accounts = new Map<AccountId, Account>();
  for (const account of await tx.use(accountRepository).spendersFor(order.customerId))
    accounts.set(account.account, account);
  for (const account of await tx.use(accountRepository).signersOf(orderId)) accounts.set(account.account, account);
  const customer = { kind: 'customer', id: order.customerId } as const;
  const credits = await tx.use(paymentRepository).unspentByAccount(customer);
  const sources = [
    ...credits.map(({ account, amount }) => ({ owner: customer, from: { account }, available: amount })),
    ...[...accounts.values()].map((account) => ({ ...freeCreditOf(account), from: { account: account.account } })),
  ];
  const parts = planLargestFirst(order.totalPrice, [ownMoneyOf(order)], sources);
  return parts === undefined ? nothingSettled() : payAsPlanned(ledger, order, parts);
}

function ownMoneyOf({ orderId, ownMoney }: Order): Source {
  return { owner: { kind: 'order', id: orderId }, available: ownMoney };
}

function creditOf({ customerId }: Order, available: MicroTari): Source {
  return { owner: { kind: 'customer', id: customerId }, available };
}

function freeCreditOf({ account, freeCredit }: Account): Source {
  return { owner: { kind: 'account', id: account }, available: freeCredit };
}
