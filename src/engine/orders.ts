import type { Repositories } from '#platform/database/transaction.ts';
import { EngineError } from '#platform/errors.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { convertPrice } from '#rates/conversion.ts';
import { closeByShop, withEarlyNews } from '#shops/out-of-order-updates.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import type { Claim } from '#tari/claim.ts';
import { formatTari, MIN_SENDABLE } from '#tari/micro-tari.ts';
import { enterNaming, enterSignedClaim, statedBy, type VerifiedClaim, verifiedClaim } from './claims.ts';
import type { EngineContext, SignatureContext } from './context.ts';
import { Ledger } from './money/ledger.ts';
import type { Owner } from './money/owners.ts';
import { payFromAllAccounts, tryToPay } from './money/settlement.ts';
import { findNamedOrder, findOrder, findShopOrder, namesOf } from './order-lookup.ts';
import { isOpen } from './order-states.ts';
import { orderAddressAt, requireShopNetwork, shopAddress } from './shop-network.ts';
import type { Order } from './store/orders.ts';
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

/** What became of an order that the shop reported. */
export interface OrderReceipt {
  order: Order;
  /** False where the order was known already; nothing was changed then. */
  isNew: boolean;
}

export type Orders = ReturnType<typeof orders>;

export function orders(context: EngineContext) {
  const { store, clock, settings, log } = context;

  const enter = async (ledger: Ledger, told: ShopOrder, claimant: Owner | undefined): Promise<OrderReceipt> => {
    const { tx } = ledger;
    const known = await findShopOrder(tx, told);
    if (known !== undefined) return { order: known, isNew: false };
    const { shopOrder, closing } = await withEarlyNews(tx, told);
    const { totalPrice, exchangeRate } = await convertPrice(tx, shopOrder);
    const order = await ledger.enterOrder({
      orderId: shopOrder.orderId,
      altId: shopOrder.altId,
      customerId: shopOrder.customerId,
      memo: shopOrder.memo,
      totalPrice,
      originalPrice: shopOrder.price,
      currency: shopOrder.currency,
      exchangeRate,
      amountOutstanding: shopOrder.outstanding,
      createdAt: shopOrder.createdAt,
      shopUpdatedAt: shopOrder.updatedAt,
      shopTriggeredAt: shopOrder.triggeredAt ?? null,
      pageCode: shopOrder.confirmationNumber ?? null,
      customerLocale: shopOrder.customerLocale ?? null,
    });
    warnIfTooSmall(order, log);
    const named = await paymentsNaming(tx, order);
    for (const payment of named) {
      if (payment.owner === null && payment.unspent > 0n) await ledger.adoptPayment(payment, order);
    }
    if (closing !== null) await closeByShop(ledger, order, shopOrder, closing);
    else {
      await claimByTexts(ledger, order, claimant, named);
      await payNewOrder(ledger, order.orderId);
    }
    return { order: await requireOrder(tx, order.orderId), isNew: true };
  };

  /** The payments that name a new order: they may have come before it. */
  const paymentsNaming = async (tx: Repositories, order: Order): Promise<Payment[]> => {
    const naming: Payment[] = [];
    for (const payment of await tx.payments.naming(namesOf(order))) {
      // A name that several orders bear names none of them.
      const meant = payment.orderId === null ? undefined : await findNamedOrder(tx, payment.orderId, settings);
      if (meant?.orderId === order.orderId) naming.push(payment);
    }
    return naming;
  };

  const enterClaim = async ({ orderId, claimant }: VerifiedClaim): Promise<ClaimedOrder> => {
    const now = clock.now();
    const claimed = await store.run(async (tx) => {
      await requireShopNetwork(tx, settings, claimant.account);
      const sendTo = await shopAddress(tx, settings);
      if (sendTo === undefined) throw new EngineError('no_payment_wallet');
      const order = await findOrder(tx, orderId, settings.strictMode);
      const isRepeat = await tx.orderClaims.hasSigned(order.orderId, claimant.account);
      const isTheirs = isRepeat || order.claimedBy === claimant.account;
      // Who has nothing to do with it does not hear that there is such an order.
      if (!isOpen(order.status) && !isTheirs) throw new EngineError('order_not_found', orderId);
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
     * Enters an order that the shop reported, inside its caller's unit of work, by the newest that the shop said of it:
     * one that it has closed meanwhile is entered and cancelled at once. A known order is left as it is.
     * @throws {EngineError} `unsupported_currency`, `invalid_price`
     */
    enter,

    /**
     * What `claim` does once the signature is checked.
     * @throws {EngineError} `order_not_found`, also for one that the claimant can't claim; `no_payment_wallet`, `wrong_network`
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
    const signer = payment.claimIsSigned && payment.claimant && (await ledger.tx.accounts.find(payment.claimant));
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

async function requireOrder(tx: Repositories, orderId: string): Promise<Order> {
  const order = await tx.orders.find(orderId);
  if (order === undefined) throw new Error(`Order ${orderId} is not known`);
  return order;
}

/** Claims as they come, with their signatures. */
export function signedClaims({ enterClaim }: Pick<Orders, 'enterClaim'>, { settings }: SignatureContext) {
  return {
    /**
     * Claims an order for the address that signed the claim, and tries to pay it. Repeating the same claim answers the
     * same and changes nothing.
     * @throws {EngineError} `claim_signature_invalid`, and as `enterClaim`
     */
    async claim(claim: Claim): Promise<ClaimedOrder> {
      const verified = verifiedClaim(claim, settings);
      if (verified === undefined) throw new EngineError('claim_signature_invalid');
      return enterClaim(verified);
    },
  };
}

/** Nobody can pay it with a payment of its own, so somebody should know why it stays open. */
function warnIfTooSmall({ orderId, totalPrice }: Order, log: Logger): void {
  if (totalPrice === 0n || totalPrice >= MIN_SENDABLE) return;
  log.warn(
    { orderId, totalPrice },
    `Order ${orderId} costs ${formatTari(totalPrice)}, which is less than a wallet can send (${formatTari(MIN_SENDABLE)}): only credit can pay it`,
  );
}
