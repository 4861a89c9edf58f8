import { orderAddressAt } from '#auth/shop-address.ts';
import { requireShopNetwork, shopAddress } from '#auth/shop-network.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { convertPrice } from '#rates/conversion.ts';
import { formatTari, MIN_SENDABLE } from '#tari/micro-tari.ts';
import { enterNaming, enterSignedClaim, statedBy } from './claims/claims.ts';
import type { VerifiedClaim } from './claims/verified-claims.ts';
import type { EngineContext } from './context.ts';
import { DomainError } from './errors.ts';
import { Ledger } from './money/ledger.ts';
import type { Owner } from './money/owners.ts';
import { payFromAllAccounts, tryToPay } from './money/settlement.ts';
import { findNamedOrder, findOrder } from './order-lookup.ts';
import { namesOf } from './order-names.ts';
import { isOpen } from './order-states.ts';
import { accountRepository } from './store/accounts.ts';
import { orderClaimRepository } from './store/order-claims.ts';
import { type Order, orderRepository } from './store/orders.ts';
import { paymentListRepository } from './store/payment-lists.ts';
import type { Payment } from './store/payments.ts';

/** An order as the one who claimed it needs to see it. */
export interface ClaimedOrder {
  order: Order;
  /** When the order expires unless it is paid; for one that can no longer be paid, since when that is so. */
  expiresAt: Date;
  /** The hot wallet's address in base58; null where there is nothing to pay any more. */
  sendTo: string | null;
  /** The order's own payment address in base58; null where there is nothing to pay, and where the shop has no dual address. */
  payTo: string | null;
}

export type Orders = ReturnType<typeof orders>;

export function orders(context: EngineContext) {
  const { store, clock, settings, log } = context;

  const enterClaim = async ({ orderId, claimant }: VerifiedClaim): Promise<ClaimedOrder> => {
    const now = clock.now();
    const claimed = await store.run(async (tx) => {
      await requireShopNetwork(tx, settings, claimant.account);
      const sendTo = await shopAddress(tx, settings);
      if (sendTo === undefined) throw new DomainError('no_payment_wallet');
      const order = await findOrder(tx, orderId, settings.strictMode);
      const isRepeat = await tx.use(orderClaimRepository).hasSigned(order.orderId, claimant.account);
      const isTheirs = isRepeat || order.claimedBy === claimant.account;
      // Who has nothing to do with it does not hear that there is such an order.
      if (!isOpen(order.status) && !isTheirs) throw new DomainError('order_not_found', orderId);
      if (isOpen(order.status) && !isRepeat) {
        const ledger = new Ledger(tx, now, context);
        await enterSignedClaim(ledger, order, claimant);
        await tryToPay(ledger, order.orderId);
      }
      return claimedOrder(await requireOrder(tx, order.orderId), sendTo);
    });
    log.info(
      { orderId: claimed.order.orderId, claimant: claimant.address, status: claimed.order.status },
      `Order ${claimed.order.orderId} is claimed by ${claimant.address} and is now ${claimed.order.status}`,
    );
    return claimed;
  };

  const claimedOrder = (order: Order, sendTo: string): ClaimedOrder => {
    const canBePaid = isOpen(order.status);
    const expiresAt = canBePaid ? dueAt(order, settings) : order.updatedAt;
    const payTo = canBePaid ? orderAddressAt(sendTo)(order.orderId) : null;
    return { order, sendTo: canBePaid ? sendTo : null, payTo, expiresAt };
  };

  return {
    /**
     * What `claim` does once the signature is checked.
     * @throws {DomainError} `order_not_found`, also for one that the claimant can't claim; `no_payment_wallet`, `wrong_network`
     */
    enterClaim,
  };
}

/** When an open order's time is over. Money that is on its way may let it live on. */
export function dueAt(
  { status, updatedAt }: Order,
  settings: Pick<EngineContext['settings'], 'unclaimedOrderTimeoutMs' | 'unpaidOrderTimeoutMs'>,
): Date {
  const timeoutMs = status === 'Unclaimed' ? settings.unclaimedOrderTimeoutMs : settings.unpaidOrderTimeoutMs;
  return new Date(updatedAt.getTime() + timeoutMs);
}

/** An order as it is entered: what a shop says of it. */
export type NewOrder = Omit<Parameters<Ledger['enterOrder']>[0], 'totalPrice' | 'exchangeRate' | 'originalPrice'> & {
  /** As the shop wrote it, in `currency`. */
  price: string;
};

/**
 * Enters an order at the price in force, and gives it the confirmed payments that named it before it came. It is for
 * its caller to open it for payment, or to close it where the shop has.
 * @throws {DomainError} `unsupported_currency`, `invalid_price`
 */
export async function enterOrder(
  ledger: Ledger,
  { price, ...told }: NewOrder,
  { settings, log }: Pick<EngineContext, 'settings' | 'log'>,
): Promise<{ order: Order; named: readonly Payment[] }> {
  const { tx } = ledger;
  const { totalPrice, exchangeRate } = await convertPrice(tx, { price, currency: told.currency });
  const order = await ledger.enterOrder({ ...told, totalPrice, originalPrice: price, exchangeRate });
  warnIfTooSmall(order, log);
  const named = await paymentsNaming(tx, order, settings);
  for (const payment of named) {
    if (payment.owner === null && payment.unspent > 0n) await ledger.adoptPayment(payment, order);
  }
  return { order, named };
}

/** The payments that name a new order: they may have come before it. */
async function paymentsNaming(
  tx: Transaction,
  order: Order,
  settings: Pick<EngineContext['settings'], 'orderIdField'>,
): Promise<Payment[]> {
  const naming: Payment[] = [];
  for (const payment of await tx.use(paymentListRepository).naming(namesOf(order))) {
    // A name that several orders bear names none of them.
    const meant = payment.orderId === null ? undefined : await findNamedOrder(tx, payment.orderId, settings);
    if (meant?.orderId === order.orderId) naming.push(payment);
  }
  return naming;
}

/**
 * Opens an order that was just entered: claims it by its own texts and those of payments, and pays it if it can be paid.
 * @param claimant who has signed for it in its own texts.
 */
export async function openOrder(
  ledger: Ledger,
  order: Order,
  claimant: Owner | undefined,
  named: readonly Payment[],
): Promise<void> {
  await claimByTexts(ledger, order, claimant, named);
  await payNewOrder(ledger, order.orderId);
}

/** Signatures go before what payments say of their senders, and the order's own text before that of payments. */
async function claimByTexts(
  ledger: Ledger,
  order: Order,
  claimant: Owner | undefined,
  named: readonly Payment[],
): Promise<void> {
  const now = () => requireOrder(ledger.tx, order.orderId);
  if (claimant !== undefined) await enterSignedClaim(ledger, await now(), claimant);
  for (const payment of named) {
    const signer =
      payment.claimIsSigned && payment.claimant && (await ledger.tx.use(accountRepository).find(payment.claimant));
    if (signer) await enterSignedClaim(ledger, await now(), { account: signer.account, address: signer.address });
  }
  const [first] = named;
  if (first !== undefined) await enterNaming(ledger, await now(), await statedBy(ledger.tx, first));
}

/** By what has come for it; else, where nobody has signed for it, by credit that may pay it and covers it. */
async function payNewOrder(ledger: Ledger, orderId: string): Promise<void> {
  await tryToPay(ledger, orderId);
  const order = await requireOrder(ledger.tx, orderId);
  const costs = order.totalPrice > 0n;
  if (isOpen(order.status) && order.claimKind !== 'proven' && costs) await payFromAllAccounts(ledger, orderId);
}

/** An order that is known to be there. */
export async function requireOrder(tx: Transaction, orderId: string): Promise<Order> {
  const order = await tx.use(orderRepository).find(orderId);
  if (order === undefined) throw new Error(`Order ${orderId} is not known`);
  return order;
}

/** Nobody can pay it with a payment of its own, so somebody should know why it stays open. */
function warnIfTooSmall({ orderId, totalPrice }: Order, log: Logger): void {
  if (totalPrice === 0n || totalPrice >= MIN_SENDABLE) return;
  log.warn(
    { orderId, totalPrice },
    `Order ${orderId} costs ${formatTari(totalPrice)}, which is less than a wallet can send (${formatTari(MIN_SENDABLE)}): only credit can pay it`,
  );
}
