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
import { findOrder } from './order-lookup.ts';
import { isOpen } from './order-states.ts';
import { paymentsNaming } from './records.ts';
import { accountRepository } from './store/accounts.ts';
import { orderClaimRepository } from './store/order-claims.ts';
import { type Order, orderRepository } from './store/orders.ts';
import type { Payment } from './store/payments.ts';

/** An order as shown to its claimant. */
export interface ClaimedOrder {
  order: Order;
  /** When the order expires unless it is paid; for an order that can no longer be paid, since when. */
  expiresAt: Date;
  /** The hot wallet's address in base58; null if there is nothing to pay any more. */
  sendTo: string | null;
  /** The same, whether or not there is something to pay. */
  shopAddress: string;
  /** The order's own payment address in base58; null if there is nothing to pay or the shop has no dual address. */
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
      // Callers unrelated to the order must not learn that it exists.
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

  const claimedOrder = (order: Order, shopAddress: string): ClaimedOrder => {
    const canBePaid = isOpen(order.status);
    const expiresAt = canBePaid ? dueAt(order, settings) : order.updatedAt;
    const payTo = canBePaid ? orderAddressAt(shopAddress)(order.orderId) : null;
    return { order, sendTo: canBePaid ? shopAddress : null, shopAddress, payTo, expiresAt };
  };

  return {
    /**
     * The second half of `claim`, once the signature is verified.
     * @throws {DomainError} `order_not_found`, also if the claimant can't claim it; `no_payment_wallet`, `wrong_network`
     */
    enterClaim,
  };
}

/** When an open order expires. Money on its way may extend this. */
export function dueAt(
  { status, updatedAt }: Order,
  settings: Pick<EngineContext['settings'], 'unclaimedOrderTimeoutMs' | 'unpaidOrderTimeoutMs'>,
): Date {
  const timeoutMs = status === 'Unclaimed' ? settings.unclaimedOrderTimeoutMs : settings.unpaidOrderTimeoutMs;
  return new Date(updatedAt.getTime() + timeoutMs);
}

/** A new order as the shop describes it. */
export type NewOrder = Omit<Parameters<Ledger['enterOrder']>[0], 'totalPrice' | 'exchangeRate' | 'originalPrice'> & {
  /** As the shop formats it, in `currency`. */
  price: string;
};

/**
 * Enters an order at the current rate, and gives it the confirmed payments that named it before it arrived. The caller
 * then opens it for payment, or closes it if the shop has.
 * @throws {DomainError} `unsupported_currency`, `invalid_price`
 */
export async function enterOrder(
  ledger: Ledger,
  { price, ...details }: NewOrder,
  { settings, log }: Pick<EngineContext, 'settings' | 'log'>,
): Promise<{ order: Order; named: readonly Payment[] }> {
  const { tx } = ledger;
  const { totalPrice, exchangeRate } = await convertPrice(tx, { price, currency: details.currency });
  const order = await ledger.enterOrder({ ...details, totalPrice, originalPrice: price, exchangeRate });
  warnIfTooSmall(order, log);
  // They may have arrived before it.
  const named = await paymentsNaming(tx, order, settings);
  for (const payment of named) {
    if (payment.owner === null && payment.unspent > 0n) await ledger.adoptPayment(payment, order);
  }
  return { order, named };
}

/**
 * Opens an order that was just entered: claims it by its own texts and those of payments, and pays it if possible.
 * @param claimant the signer of a claim in its own texts.
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

/** Signatures take precedence over claimed senders, and the order's own text over that of payments. */
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

/** Pays it with the money that came for it; otherwise, if there is no signed claim, with credit that may pay it and covers it. */
async function payNewOrder(ledger: Ledger, orderId: string): Promise<void> {
  await tryToPay(ledger, orderId);
  const order = await requireOrder(ledger.tx, orderId);
  const costs = order.totalPrice > 0n;
  if (isOpen(order.status) && order.claimKind !== 'proven' && costs) await payFromAllAccounts(ledger, orderId);
}

/** An order that must exist. */
export async function requireOrder(tx: Transaction, orderId: string): Promise<Order> {
  const order = await tx.use(orderRepository).find(orderId);
  if (order === undefined) throw new Error(`Order ${orderId} is not known`);
  return order;
}

/** Warns the operator about an order that no single payment can pay, and that therefore stays open. */
function warnIfTooSmall({ orderId, totalPrice }: Order, log: Logger): void {
  if (totalPrice === 0n || totalPrice >= MIN_SENDABLE) return;
  log.warn(
    { orderId, totalPrice },
    `Order ${orderId} costs ${formatTari(totalPrice)}, which is less than a wallet can send (${formatTari(MIN_SENDABLE)}): only credit can pay it`,
  );
}
