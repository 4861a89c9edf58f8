import { networkProblemBySettings } from '#auth/shop-address.ts';
import { verifiedClaim } from '#engine/claims/verified-claims.ts';
import type { EngineContext } from '#engine/context.ts';
import { confirmPayment, receivePayment } from '#engine/money/incoming.ts';
import { Ledger } from '#engine/money/ledger.ts';
import { type Claimant, claimantOf, type Owner } from '#engine/money/owners.ts';
import { findNamedOrder } from '#engine/order-lookup.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { type Payment, paymentRepository } from '#engine/store/payments.ts';
import type { Transaction } from '#platform/database/store.ts';
import { accountOf, parseAddress } from '#tari/address.ts';
import { claimInMemo } from '#tari/claim.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import { orderIdInText } from '#tari/order-id-in-text.ts';
import type { Sender } from '#tari/sender.ts';
import type { NamedOrder } from './payment-report.ts';

/**
 * Payments that were found on the chain and proven to be the shop's. Each function works inside its caller's unit of work,
 * so that the payments and the watcher's position are written together. If a wallet reports a payment as well, before or
 * after, it is the same one.
 */

/** A payment on the chain. */
export interface ChainPayment {
  /** The wallet's own id of it. */
  txid: string;
  /** µT, above 0. */
  amount: MicroTari;
  /** The sender that the payer's wallet claims. */
  sender: Sender;
  /** The payer's text. */
  memo: string | null;
  block: { height: bigint; reference: string };
}

/** A payment whose memo has been parsed: verifying signatures is slow, so it is done before the unit of work. */
export interface PreparedPayment {
  payment: ChainPayment;
  /** The claimed sender; without an account if there is none, or if it is the shop's own wallet. */
  owner: Claimant;
  /** The order of a signed claim in the memo. */
  claim: { orderId: string; claimant: Owner } | undefined;
  /** The order that the memo's text names. */
  orderId: string | undefined;
}

/** `contradicted`: it was reported with an amount that does not match the chain; the known payment is kept. */
export type ChainEntry = 'entered' | 'known' | 'contradicted';

/** Order ids are never longer, but memos can be. */
const MAX_ORDER_ID_LENGTH = 256;

export type ChainPayments = ReturnType<typeof chainPayments>;

export function chainPayments(context: Pick<EngineContext, 'settings' | 'subscriptions'>) {
  const { settings } = context;
  const { paymentWalletAddress } = settings;
  const ownAccount = paymentWalletAddress === undefined ? undefined : accountOf(parseAddress(paymentWalletAddress));

  /** An owner on another network than the shop has no account here, whatever it signs. */
  const isOfShopNetwork = ({ account }: Owner): boolean => networkProblemBySettings(settings, account) === undefined;

  /** The order that a payment names. The payment id of an order's own address is the order's id, in any form. */
  const orderIdOf = async (tx: Transaction, { payment, claim, orderId }: PreparedPayment) => {
    const { memo } = payment;
    if (claim !== undefined) return claim.orderId;
    const isId =
      memo !== null && memo.length <= MAX_ORDER_ID_LENGTH && (await tx.use(orderRepository).find(memo)) !== undefined;
    return isId ? memo : (orderId ?? null);
  };

  const enterNew = async (ledger: Ledger, prepared: PreparedPayment): Promise<Payment> => {
    const { payment, owner, claim } = prepared;
    const { tx } = ledger;
    const orderId = await orderIdOf(tx, prepared);
    const named: NamedOrder | undefined =
      claim !== undefined
        ? { ...claim, isSigned: true }
        : orderId === null
          ? undefined
          : { orderId, claimant: owner, isSigned: false };
    const seen = {
      txid: payment.txid,
      amount: payment.amount,
      memo: payment.memo,
      sender: { ...owner, text: payment.sender.text },
      named,
      paymentReference: payment.block.reference,
      blockHeight: payment.block.height,
    };
    const entered = await receivePayment(ledger, seen, settings);
    // A wallet may have reported the confirmation before the payment itself.
    const isConfirmed = await tx.use(paymentRepository).takeEarlyConfirmation(payment.txid);
    return isConfirmed ? (await confirmPayment(ledger, entered, settings)).payment : entered;
  };

  const found = async (tx: Transaction, txid: string): Promise<Payment> => {
    const payment = await tx.use(paymentRepository).find(txid);
    if (payment === undefined) throw new Error(`Payment ${txid} was found on the chain but is not in the database`);
    return payment;
  };

  return {
    /** Parses a payment before it is entered. */
    prepare(payment: ChainPayment): PreparedPayment {
      const claim = payment.memo === null ? undefined : claimInMemo(payment.memo);
      const verified = claim && verifiedClaim(claim, settings);
      const owner = claimantOf(payment.sender);
      const isNobody =
        owner.account === null ||
        owner.account === ownAccount ||
        networkProblemBySettings(settings, owner.account) !== undefined;
      return {
        payment,
        owner: isNobody ? { account: null, address: owner.address } : owner,
        claim: verified && isOfShopNetwork(verified.claimant) ? verified : undefined,
        orderId: payment.memo === null ? undefined : orderIdInText(payment.memo),
      };
    },

    /** Enters a payment that is in a block. A known one only gets its block. */
    async enter(tx: Transaction, now: Date, prepared: PreparedPayment): Promise<ChainEntry> {
      const ledger = new Ledger(tx, now, context);
      const known = await tx.use(paymentRepository).find(prepared.payment.txid);
      if (known === undefined) {
        await enterNew(ledger, prepared);
        return 'entered';
      }
      if (known.amount !== prepared.payment.amount || known.paymentType !== 'on_chain') return 'contradicted';
      await ledger.placePayment(known, prepared.payment.block);
      return 'known';
    },

    /** Credits a payment that is deep enough, once: a wallet may have confirmed it already. */
    async confirm(tx: Transaction, now: Date, txid: string): Promise<void> {
      const payment = await found(tx, txid);
      if (payment.status === 'received') await confirmPayment(new Ledger(tx, now, context), payment, settings);
    },

    /** Records that a payment is now in another block. */
    async place(tx: Transaction, now: Date, txid: string, block: ChainPayment['block']): Promise<void> {
      await new Ledger(tx, now, context).placePayment(await found(tx, txid), block);
    },

    /**
     * Records that a payment is in no block any more. If it was confirmed an event announces this, and nothing is taken
     * back. Returns whether it was confirmed.
     */
    async leave(tx: Transaction, now: Date, txid: string): Promise<boolean> {
      const ledger = new Ledger(tx, now, context);
      const payment = await found(tx, txid);
      if (payment.status === 'confirmed') await ledger.leaveChain(payment);
      else await ledger.placePayment(payment, null);
      return payment.status === 'confirmed';
    },

    /** The order that a payment in a mempool names, if it is known. */
    async orderSeenFor(tx: Transaction, memo: string | null) {
      if (memo === null) return undefined;
      const byText = memo.length <= MAX_ORDER_ID_LENGTH ? await tx.use(orderRepository).find(memo) : undefined;
      const named = orderIdInText(memo);
      return byText ?? (named === undefined ? undefined : findNamedOrder(tx, named, settings));
    },
  };
}
