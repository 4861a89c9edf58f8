import type { Order } from '../store/orders.ts';
import type { Repositories } from '../store/repositories.ts';
import { accountAddress, accountOf, addressToBase58, type TariAddress } from '../tari/address.ts';
import { type Claim, claimInMemo, verifyClaim } from '../tari/claim.ts';
import { formatTari, MIN_SENDABLE } from '../tari/micro-tari.ts';
import type { EngineContext, EngineSettings, SignatureContext } from './context.ts';
import { EngineError } from './errors.ts';
import { Ledger, type Owner } from './ledger.ts';
import type { Logger } from './log.ts';
import { findOrder, findShopOrder, isNamed, namesOf } from './order-lookup.ts';
import { convertPrice } from './prices.ts';
import { tryToPay } from './settling.ts';
import { networkProblemBySettings, requireShopNetwork } from './shop-network.ts';
import { closeByShop, withEarlyNews } from './shop-news.ts';
import type { ShopOrder } from './storefront.ts';

/** An order as the one who claimed it needs to see it. */
export interface ClaimedOrder {
  order: Order;
  /** When the order expires unless it is paid; for one that has expired or is cancelled, since when nobody can pay it. */
  expiresAt: Date;
  /** The hot wallet's address in base58. */
  sendTo: string;
}

/** What became of an order that the shop reported. */
export interface OrderReceipt {
  order: Order;
  /** False where the order was known already; nothing was changed then. */
  isNew: boolean;
}

/** A claim whose signature has been checked: the claimant says that the order is theirs. */
export type VerifiedClaim = { orderId: string; claimant: Owner } & { readonly __checked: 'Claim' };

export type Orders = ReturnType<typeof orders>;

/** The owner that an address stands for. */
export function ownerOf(address: TariAddress): Owner {
  return { account: accountOf(address), address: addressToBase58(accountAddress(address)) };
}

/**
 * The claim, where the owner of its address has signed it, or where the settings ask nobody to. Looking at signatures is
 * slow, so it is done before the unit of work.
 */
export function verifiedClaim(
  claim: Claim,
  { disableMemoSignatureCheck }: Pick<EngineSettings, 'disableMemoSignatureCheck'>,
): VerifiedClaim | undefined {
  const { valid, address } = verifyClaim(claim);
  if (!valid && !disableMemoSignatureCheck) return undefined;
  return { orderId: claim.order_id, claimant: ownerOf(address) } as VerifiedClaim;
}

/** Who claims an order by its own texts: the first that has signed a claim of it. Slow, so it is done before the unit of work. */
export function claimantIn(shopOrder: ShopOrder, { settings, log }: SignatureContext): Owner | undefined {
  for (const text of shopOrder.claimTexts) {
    const claim = claimInMemo(text);
    if (claim === undefined || !isNamed(shopOrder, claim.order_id, settings.strictMode)) continue;
    const verified = verifiedClaim(claim, settings);
    const problem = verified && networkProblemBySettings(settings, verified.claimant.account);
    if (verified !== undefined && problem === undefined) return verified.claimant;
    log.info(
      { orderId: shopOrder.orderId },
      `The claim in the note of the order is passed over: ${problem ?? 'it is not signed by its address.'}`,
    );
  }
  return undefined;
}

export function orders(context: EngineContext) {
  const { store, clock, settings, log, subscriptions } = context;

  const enter = async (ledger: Ledger, told: ShopOrder, claimant: Owner | undefined): Promise<OrderReceipt> => {
    const known = await findShopOrder(ledger.tx, told);
    if (known !== undefined) return { order: known, isNew: false };
    const { shopOrder, closing } = await withEarlyNews(ledger.tx, told);
    const { totalPrice, exchangeRate } = await convertPrice(ledger.tx, shopOrder);
    const order = await ledger.enterOrder({
      orderId: shopOrder.orderId,
      altId: shopOrder.altId,
      customerId: shopOrder.customerId,
      memo: shopOrder.memo,
      totalPrice,
      originalPrice: shopOrder.price,
      currency: shopOrder.currency,
      exchangeRate,
      amountOutstanding: null,
      createdAt: shopOrder.createdAt,
      shopUpdatedAt: shopOrder.updatedAt,
      shopTriggeredAt: shopOrder.triggeredAt ?? null,
    });
    warnIfTooSmall(order, log);
    if (closing !== null) return { order: await closeByShop(ledger, order, shopOrder, closing), isNew: true };
    const owner = claimant ?? (await payerKnownFor(ledger.tx, order));
    if (owner === undefined) return { order, isNew: true };
    const claimed = await ledger.claimOrder(order, owner);
    return { order: await tryToPay(ledger, claimed, owner), isNew: true };
  };

  const claimedOrder = async (tx: Repositories, order: Order): Promise<ClaimedOrder> => {
    const sendTo = settings.paymentWalletAddress ?? (await tx.wallets.firstAddress());
    if (sendTo === undefined) throw new EngineError('no_payment_wallet');
    // An address that claimed the order may ask again at any time, and must not be told to pay for one that is annulled.
    const isAnnulled = order.status === 'Expired' || order.status === 'Cancelled';
    const timeoutMs = isAnnulled ? 0 : settings.unpaidOrderTimeoutMs;
    return { order, sendTo, expiresAt: new Date(order.updatedAt.getTime() + timeoutMs) };
  };

  const enterClaim = async ({ orderId, claimant }: VerifiedClaim): Promise<ClaimedOrder> => {
    const now = clock.now();
    const claimed = await store.run(async (tx) => {
      await requireShopNetwork(tx, settings, claimant.account);
      const ledger = new Ledger(tx, now, subscriptions);
      const order = await findOrder(tx, orderId, settings.strictMode);
      if (order.claimedBy === claimant.account) return claimedOrder(tx, order);
      const mine = await ledger.claimOrder(order, claimant);
      return claimedOrder(tx, await tryToPay(ledger, mine, claimant));
    });
    log.info(
      { orderId: claimed.order.orderId, claimant: claimant.address, status: claimed.order.status },
      `Order ${claimed.order.orderId} is claimed by ${claimant.address} and is now ${claimed.order.status}`,
    );
    return claimed;
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
     * @throws {EngineError} `wrong_network`, `order_not_found`, `order_change_forbidden`, `no_payment_wallet`
     */
    enterClaim,
  };
}

/** Claims as they come, with their signatures. */
export function signedClaims({ enterClaim }: Pick<Orders, 'enterClaim'>, { settings }: SignatureContext) {
  return {
    /**
     * Claims an order for the address that signed the claim, and tries to pay it from that address. Repeating the same
     * claim answers the same and changes nothing.
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

/**
 * For whom an order is claimed that nobody signed for: whoever a payment that already named it came from, else the
 * customer's most recently active account with credit.
 */
async function payerKnownFor(tx: Repositories, order: Order): Promise<Owner | undefined> {
  for (const payment of await tx.payments.naming(namesOf(order))) {
    const account = payment.claimant && (await tx.accounts.find(payment.claimant));
    if (account) return { account: account.account, address: account.address };
  }
  const accounts = await tx.accounts.ofCustomer(order.customerId);
  const account = accounts.find((candidate) => candidate.totalConfirmed > candidate.totalPaid);
  return account && { account: account.account, address: account.address };
}
