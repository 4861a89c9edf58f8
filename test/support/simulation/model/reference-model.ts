import { Rows } from './expected-rows.ts';
import { type Desk, PaperMoney } from './money.ts';
import { orderAddressOnPaper } from './order-address.ts';
import { type AddressOutcome, addressOutcome, endsOf, type Rail } from './order-payments.ts';
import {
  type Closing,
  type EarlyUpdate,
  type PaperAccount,
  type PaperEvent,
  type PaperOrder,
  type PaperOwner,
  type PaperPayment,
  type PaperWebhook,
  paymentText,
  type State,
  type Told,
} from './records.ts';
import type { PaperTolerance, ToleranceOutcome } from './tolerance.ts';

/**
 * The books as somebody would keep them on paper, written from the rules and sharing no code with the server: what every
 * input comes to, and every row that it leaves. What is refused here is refused before anything is written.
 */

/** Whom something says that it comes from; the account is null where that is nobody who has one here. */
export interface PaperClaimant {
  account: string | null;
  address: string;
}

/** The rule by which an input is refused: the error's code. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export interface PaperSettings {
  strictMode: boolean;
  orderIdField: 'id' | 'name';
  disableWalletWhitelist: boolean;
  /** Where customers are told to pay to; the first hot wallet where it is not set. */
  paymentWallet: string | undefined;
  unclaimedTimeoutMs: number;
  unpaidTimeoutMs: number;
  confirmationWaitMs: number;
  tolerance: PaperTolerance | undefined;
}

/** What becomes of payments by the rules for orders' addresses and for tolerances. */
export type PaymentOutcome = AddressOutcome | ToleranceOutcome;

/** A line that repeats under the same key is answered as before for so long. */
const KEYS_KEPT_MS = 24 * 3_600_000;
const WEBHOOKS_KEPT_MS = 30 * 24 * 3_600_000;
const TARI_SUPPLY = 21_000_000_000n * 1_000_000n;

export const isOpen = (order: { state: State }) => order.state === 'Unclaimed' || order.state === 'New';

export class Paper {
  now = 0;
  readonly settings: PaperSettings;
  readonly syntheticOwner: (customer: string) => PaperOwner;
  readonly orders = new Map<string, PaperOrder>();
  readonly customers = new Set<string>();
  readonly money: PaperMoney;
  readonly earlyConfirmations = new Set<string>();
  readonly earlyNews = new Map<string, EarlyUpdate>();
  readonly authorizations = new Map<string, { orderId: string; receivedAt: number }>();
  /** Paid orders that the shop must hear of once more: the outbox takes them over. */
  readonly toTellAgain: string[] = [];
  readonly wallets = new Map<string, { address: string; place: string; createdAt: number }>();
  readonly nonces = new Map<string, bigint>();
  readonly roles = new Map<string, Set<string>>();
  readonly rates = new Map<string, number>();
  readonly webhooks: PaperWebhook[] = [];
  /** What was answered under each key; undefined where nobody heard the answer, since the process ended. */
  readonly keys = new Map<string, { fingerprint: string; answer: string | undefined; at: number }>();
  readonly events: PaperEvent[] = [];
  readonly audit: string[] = [];
  rateRows = 0;
  /** Each row as the database is to show it, kept in step with the above. */
  readonly rows: Rows;
  /** Hears of each change of an order's state, by the name of what changed it. */
  readonly #onMove: (from: State | 'none', action: string, to: State) => void;
  readonly #onOutcome: (outcome: PaymentOutcome) => void;
  readonly #webhookIds = new Map<string, PaperWebhook>();

  constructor(
    settings: PaperSettings,
    syntheticOwner: (customer: string) => PaperOwner,
    onMove: (from: State | 'none', action: string, to: State) => void,
    onOutcome: (outcome: PaymentOutcome) => void,
  ) {
    this.settings = settings;
    this.syntheticOwner = syntheticOwner;
    this.#onMove = onMove;
    this.#onOutcome = onOutcome;
    this.rows = new Rows((whose) => this.money.left(whose));
    this.money = new PaperMoney(this.#desk());
  }

  get accounts(): ReadonlyMap<string, PaperAccount> {
    return this.money.accounts;
  }

  get payments(): ReadonlyMap<string, PaperPayment> {
    return this.money.payments;
  }

  #desk(): Desk {
    const { rows, orders, customers, syntheticOwner } = this;
    const now = () => this.now;
    return {
      get now() {
        return now();
      },
      rows,
      orders,
      customers,
      syntheticOwner,
      tolerance: this.settings.tolerance,
      payTo: (orderId) => orderAddressOnPaper(this.shopAddress(), orderId),
      onOutcome: (outcome) => this.#onOutcome(outcome),
      move: (order, action, state) => this.#move(order, action, state),
      append: (type, subject, payload, isOfTheShop) => this.append(type, subject, payload, isOfTheShop),
    };
  }

  // ---- The shop -----------------------------------------------------------------------------------------------

  /** @param what says what the shop tells; undefined where nothing of it can be used or concerns us. */
  webhook(
    webhookId: string | null,
    what:
      | { kind: 'new_order'; told: Told; claimant: PaperOwner | undefined }
      | { kind: 'order_updated'; told: Told }
      | { kind: 'authorization'; transactionId: string; orderId: string }
      | { kind: 'ignored' | 'unusable' },
  ): string {
    const before = webhookId === null ? undefined : this.#webhookIds.get(webhookId);
    if (before !== undefined) return `${before.state} ${before.success}`;
    const answer = this.#process(what);
    const webhook = { webhookId, ...answer, receivedAt: this.now, isForgotten: false };
    this.webhooks.push(webhook);
    if (webhookId !== null) this.#webhookIds.set(webhookId, webhook);
    return `${answer.state} ${answer.success}`;
  }

  /** Takes up the webhook of this id again. */
  retryWebhook(id: number, what: Parameters<Paper['webhook']>[1]): string {
    const webhook = this.webhooks[id - 1];
    if (webhook?.state !== 'set_aside') throw new Refusal('webhook_not_set_aside');
    const answer = this.#process(what);
    Object.assign(webhook, answer);
    this.record('retry webhook', `webhook ${id}`);
    return `${answer.state} ${answer.success}`;
  }

  /** One open order of the shop that is looked at because an operator asked for all of them. */
  rescanned(told: Told, claimant: PaperOwner | undefined): void {
    const isKnown = this.orders.has(told.orderId);
    try {
      // A known one follows what the shop says of it now.
      if (isKnown) this.#applyOrderUpdate(told);
      else this.#takeIn(told, claimant);
    } catch (error) {
      if (error instanceof Refusal) return;
      throw error;
    }
    if (!isKnown && this.orders.has(told.orderId)) this.record('add order', told.orderId);
  }

  #process(what: Parameters<Paper['webhook']>[1]): Pick<PaperWebhook, 'state' | 'success'> {
    try {
      if (what.kind === 'new_order') return this.#takeIn(what.told, what.claimant);
      if (what.kind === 'order_updated') return this.#applyOrderUpdate(what.told);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { state: 'set_aside', success: false };
    }
    if (what.kind === 'authorization') return this.#keepAuthorization(what);
    return what.kind === 'ignored' ? { state: 'ignored', success: true } : { state: 'set_aside', success: false };
  }

  /** Money that another gateway holds: where the order is paid already, the shop must be told of it once more. */
  #keepAuthorization({ transactionId, orderId }: { transactionId: string; orderId: string }) {
    if (!this.authorizations.has(transactionId)) {
      this.authorizations.set(transactionId, { orderId, receivedAt: this.now });
      if (this.orders.get(orderId)?.state === 'Paid') this.toTellAgain.push(orderId);
    }
    return { state: 'accepted', success: true } as const;
  }

  dismissWebhook(id: number): string {
    const webhook = this.webhooks[id - 1];
    if (webhook?.state !== 'set_aside') throw new Refusal('webhook_not_set_aside');
    Object.assign(webhook, { state: 'ignored', success: true });
    this.record('dismiss webhook', `webhook ${id}`);
    return 'ignored true';
  }

  #takeIn(told: Told, claimant: PaperOwner | undefined): Pick<PaperWebhook, 'state' | 'success'> {
    const known = this.orders.get(told.orderId);
    if (told.closing !== null) {
      if (known !== undefined) return this.#takeInClosing(known, told, told.closing);
      return { state: 'ignored', success: true };
    }
    if (known === undefined) this.#enter(told, claimant);
    return { state: 'accepted', success: true };
  }

  #enter(told: Told, claimant: PaperOwner | undefined): void {
    const early = this.earlyNews.get(told.orderId);
    const isNewer = early !== undefined && early.updatedAt >= told.updatedAt;
    const closing = early?.closing ?? null;
    const byEarly = isNewer && closing === null;
    const shopPrice = byEarly ? early.price : told.price;
    const currency = byEarly ? early.currency : told.currency;
    const { price, rate } = this.#convert(shopPrice, currency);
    const order: PaperOrder = {
      id: this.orders.size + 1,
      orderId: told.orderId,
      altId: told.altId,
      customer: told.customer,
      memo: told.memo,
      price,
      shopPrice,
      currency,
      rate,
      state: 'Unclaimed',
      claimedBy: null,
      claimKind: null,
      seen: 0,
      createdAt: told.createdAt,
      updatedAt: this.now,
      shopUpdatedAt: isNewer ? early.updatedAt : told.updatedAt,
    };
    this.customers.add(order.customer);
    this.orders.set(order.orderId, order);
    this.rows.orderChanged(order);
    this.#onMove('none', 'enter', 'Unclaimed');
    this.append('NewOrder', order.orderId, `{"order":${this.money.text(order)}}`);
    const named = this.#paymentsNaming(order);
    for (const payment of named) if (payment.whose === null) this.#adopt(payment, order);
    if (closing !== null) {
      this.#closeByShop(order, order.shopUpdatedAt);
      return;
    }
    if (claimant !== undefined) this.money.signedClaim(order, claimant);
    for (const { isSigned, claimant: signer } of named) {
      const account = isSigned && signer !== null ? this.accounts.get(signer) : undefined;
      if (account !== undefined) this.money.signedClaim(order, account);
    }
    const [first] = named;
    if (first !== undefined && order.state === 'Unclaimed') this.money.claim(order, this.#statedBy(first), 'stated');
    this.money.tryToPay(order);
    if (order.claimKind !== 'proven' && order.price > 0) this.money.payOverAll(order);
  }

  /** Those that named it before it came, oldest first. */
  #paymentsNaming(order: PaperOrder): PaperPayment[] {
    const naming = [...this.payments.values()].filter(
      (payment) => payment.orderId !== null && this.#findNamed(payment.orderId) === order,
    );
    return naming.sort((a, b) => a.createdAt - b.createdAt || (a.txid < b.txid ? -1 : 1));
  }

  #adopt(payment: PaperPayment, order: PaperOrder): void {
    if (payment.left > 0) this.money.give(payment, `order ${order.orderId}`, false);
  }

  #statedBy({ account, sender }: PaperPayment): { account: string | null; address: string } {
    const known = account === null ? undefined : this.accounts.get(account);
    return known ?? { account: null, address: sender };
  }

  #applyOrderUpdate(told: Told): Pick<PaperWebhook, 'state' | 'success'> {
    const order = this.orders.get(told.orderId);
    if (order === undefined) {
      this.#keepEarly(told);
      return { state: 'accepted', success: true };
    }
    if (told.closing !== null) return this.#takeInClosing(order, told, told.closing);
    const nothing = { state: 'ignored', success: true } as const;
    if (!isOpen(order) || told.updatedAt < order.shopUpdatedAt) return nothing;
    if (isSamePrice(order, told)) {
      order.shopUpdatedAt = told.updatedAt;
      this.rows.orderChanged(order);
      return nothing;
    }
    const { price, rate } = this.#convert(told.price, told.currency);
    const inShop = { shopPrice: told.price, currency: told.currency, rate, shopUpdatedAt: told.updatedAt };
    if (price === order.price) {
      Object.assign(order, inShop);
      this.rows.orderChanged(order);
      return nothing;
    }
    this.#modify(order, 'total_price', { price, ...inShop });
    this.money.payOverAll(order);
    this.record('change price of order', order.orderId, 'shop');
    return { state: 'accepted', success: true };
  }

  #takeInClosing(order: PaperOrder, told: Told, closing: Closing): Pick<PaperWebhook, 'state' | 'success'> {
    if (isOpen(order)) {
      this.#closeByShop(order, told.updatedAt);
      return { state: 'accepted', success: true };
    }
    return { state: 'ignored', success: !(order.state === 'Paid' && closing === 'cancelled') };
  }

  #closeByShop(order: PaperOrder, shopUpdatedAt: number): void {
    order.shopUpdatedAt = Math.max(order.shopUpdatedAt, shopUpdatedAt);
    this.money.annul(order, 'cancel', 'Cancelled', true);
    this.record('cancel order', order.orderId, 'shop');
    this.money.payFromCredit(order.customer);
  }

  #keepEarly(told: Told): void {
    const kept = this.earlyNews.get(told.orderId);
    const { closing, price, currency, updatedAt } = told;
    const heard = { closing, price, currency, updatedAt };
    const newer = kept === undefined || updatedAt >= kept.updatedAt ? heard : kept;
    this.earlyNews.set(told.orderId, { ...newer, closing: kept?.closing ?? closing, receivedAt: this.now });
  }

  #convert(price: string, currencyCode: string): { price: number; rate: number } {
    const currency = currencyCode.toUpperCase();
    const rate = currency === 'XTM' || currency === 'XTR' ? 1_000_000 : this.rates.get(currency);
    if (rate === undefined) throw new Refusal('unsupported_currency');
    if (!/^\d+(\.\d+)?$/.test(price)) throw new Refusal('invalid_price');
    const [whole = '', decimals = ''] = price.split('.');
    const total = (BigInt(whole + decimals) * BigInt(rate)) / 10n ** BigInt(decimals.length);
    if (total > TARI_SUPPLY) throw new Refusal('invalid_price');
    return { price: Number(total), rate };
  }

  // ---- Customers and wallets ----------------------------------------------------------------------------------

  claim(orderId: string, claimant: PaperOwner): string {
    const shop = this.shopAddress();
    if (shop === undefined) throw new Refusal('no_payment_wallet');
    const order = this.find(orderId);
    const isRepeat = this.money.signers.get(order.orderId)?.includes(claimant.account) ?? false;
    const isTheirs = isRepeat || order.claimedBy === claimant.account;
    if (!isOpen(order) && !isTheirs) throw new Refusal('order_not_found');
    if (isOpen(order) && !isRepeat) {
      this.money.signedClaim(order, claimant);
      this.money.tryToPay(order);
    }
    const timeoutMs = isOpen(order) ? this.settings.unpaidTimeoutMs : 0;
    const payTo = isOpen(order) ? orderAddressOnPaper(shop, order.orderId) : null;
    return `${order.state} until ${order.updatedAt + timeoutMs} to ${isOpen(order) ? shop : null} or ${payTo}`;
  }

  /** Where customers are told to pay to. */
  shopAddress(): string | undefined {
    let first: string | undefined;
    let firstAccount = '';
    let firstAt = Number.POSITIVE_INFINITY;
    if (this.settings.paymentWallet !== undefined) return this.settings.paymentWallet;
    for (const [account, { address, createdAt }] of this.wallets) {
      if (createdAt > firstAt || (createdAt === firstAt && account > firstAccount)) continue;
      [first, firstAccount, firstAt] = [address, account, createdAt];
    }
    return first;
  }

  /** @param named the order that it names, and for whom; a signature speaks for its account. */
  receive(
    report: {
      txid: string;
      sender: { account: string | null; address: string; text: string };
      amount: number;
      memo: string | null;
    },
    named: { orderId: string; claimant: { account: string | null; address: string }; isSigned: boolean } | undefined,
    message: { wallet: string; nonce: bigint; place: string },
    toAddress?: Rail,
  ): string {
    this.#checkMessage(message);
    const known = this.payments.get(report.txid);
    const { account, address, text } = report.sender;
    // Where one side knows of no account, it says nothing against the other.
    const isSame = account === null || known?.account === null || known?.account === account;
    if (known !== undefined && (known.amount !== report.amount || !isSame)) throw new Refusal('payment_contradicted');
    this.nonces.set(`wallet ${message.wallet}`, message.nonce);
    if (known !== undefined) return `known ${known.isConfirmed}`;
    const claimant = named?.claimant;
    const payment: PaperPayment = {
      txid: report.txid,
      account,
      sender: text,
      amount: report.amount,
      memo: report.memo,
      isManual: false,
      isConfirmed: false,
      orderId: named?.orderId ?? null,
      claimant: claimant?.account ?? null,
      toAddress,
      isSigned: named?.isSigned ?? false,
      whose: null,
      left: 0,
      isLate: false,
      createdAt: this.now,
      updatedAt: this.now,
    };
    this.enterOnChain(payment, { account, address }, named);
    return `new ${payment.isConfirmed}`;
  }

  /** Enters a payment on the chain, whether a wallet has told of it or it was found there. */
  enterOnChain(
    payment: PaperPayment,
    { account, address }: PaperClaimant,
    named: { orderId: string; claimant: PaperClaimant; isSigned: boolean } | undefined,
  ): void {
    if (account !== null) this.money.account({ account, address });
    const claimant = named?.claimant;
    if (claimant?.account) this.money.account({ account: claimant.account, address: claimant.address });
    this.money.enter(payment, 'PaymentReceived');
    const order = named && this.#findNamed(named.orderId);
    const { toAddress } = payment;
    if (toAddress !== undefined && order === undefined) {
      this.#onOutcome(addressOutcome(toAddress, 'comes before its order'));
    }
    if (named !== undefined && order !== undefined) {
      if (named.isSigned && claimant?.account) {
        this.money.signedClaim(order, { account: claimant.account, address: claimant.address });
        this.money.tryToPay(order);
      } else if (order.state === 'Unclaimed') this.money.claim(order, named.claimant, 'stated');
    }
    if (this.earlyConfirmations.delete(payment.txid)) this.#confirm(payment);
  }

  /** The order that a payment in a mempool names: its text may be an order's id as it stands. */
  orderSeenFor(name: string): PaperOrder | undefined {
    return this.orders.get(name) ?? this.#findNamed(name);
  }

  /** Notes how much stands in a mempool for an order, which is no change of it. */
  noteSeen(orderId: string, amount: number): void {
    const order = this.find(orderId);
    order.seen = amount;
    this.rows.orderChanged(order);
  }

  announceSeen(seen: { txid: string; amount: number; memo: string | null; orderId: string | null }): void {
    const order = seen.orderId === null ? undefined : this.orders.get(seen.orderId);
    const text = JSON.stringify;
    const about = `"txid":${text(seen.txid)},"amount":${seen.amount},"memo":${text(seen.memo)},"order_id":${text(seen.orderId)}`;
    this.append('PaymentSeen', seen.txid, `{${about},"order":${order === undefined ? null : this.money.text(order)}}`);
  }

  /** Credits a payment that is deep enough on the chain. */
  confirmOnChain(payment: PaperPayment): void {
    this.#confirm(payment);
  }

  /** Says in which block a payment stands; undefined where it stands in none, which people hear of if it had counted. */
  placeOnChain(payment: PaperPayment, place: PaperPayment['place']): void {
    payment.place = place;
    payment.updatedAt = this.now;
    this.rows.paymentChanged(payment);
    const hasLeft = place === undefined && payment.isConfirmed;
    if (hasLeft) this.append('PaymentLeftTheChain', payment.txid, `{"payment":${paymentText(payment)}}`);
  }

  confirm(txid: string, message: { wallet: string; nonce: bigint; place: string }): string {
    this.#checkMessage(message);
    this.nonces.set(`wallet ${message.wallet}`, message.nonce);
    const payment = this.payments.get(txid);
    if (payment === undefined) {
      this.earlyConfirmations.add(txid);
      return 'early:';
    }
    if (payment.isConfirmed) return 'already_confirmed:';
    return `confirmed:${this.#confirm(payment)}`;
  }

  #checkMessage({ wallet, nonce, place }: { wallet: string; nonce: bigint; place: string }): void {
    const registered = this.wallets.get(wallet);
    const isHere = registered?.place === place || this.settings.disableWalletWhitelist;
    if (registered === undefined || !isHere) throw new Refusal('wallet_not_authorized');
    if (nonce <= (this.nonces.get(`wallet ${wallet}`) ?? -1n)) throw new Refusal('wallet_nonce_not_increasing');
  }

  #confirm(payment: PaperPayment): string {
    const order = payment.orderId === null ? undefined : this.#findNamed(payment.orderId);
    const paid: PaperOrder[] = [];
    this.#noteEnd(payment, order);
    if (order === undefined) {
      const isAccounts = payment.orderId === null && payment.account !== null;
      this.money.confirm(payment, isAccounts ? `account ${payment.account}` : null, false);
    } else if (isOpen(order)) {
      if (order.state === 'Unclaimed') this.money.claim(order, this.#statedBy(payment), 'stated');
      this.money.confirm(payment, `order ${order.orderId}`, false);
      paid.push(...this.money.tryToPay(order));
    } else {
      this.money.confirm(payment, `customer ${order.customer}`, true);
      paid.push(...this.money.payFromCredit(order.customer));
    }
    if (payment.account !== null) paid.push(...this.money.payFromAccount(payment.account));
    return idsOf(paid);
  }

  #noteEnd(payment: PaperPayment, order: PaperOrder | undefined): void {
    const { toAddress, account } = payment;
    if (toAddress === undefined) return;
    const isCustomers = order !== undefined && account !== null && this.money.maySpendFor(order.customer, account);
    const before = order === undefined ? 0 : this.money.left(`order ${order.orderId}`);
    const missing = order === undefined ? 0 : (this.money.missing(order) ?? 0);
    for (const end of endsOf(payment, order, { isCustomers, before, missing })) {
      this.#onOutcome(addressOutcome(toAddress, end));
    }
  }

  logIn(account: string, nonce: bigint, desired: readonly string[], known: readonly string[]): string {
    if (desired.some((role) => !known.includes(role))) throw new Refusal('login_roles_not_held');
    const held = this.roles.get(account);
    if (desired.some((role) => role !== 'user' && !held?.has(role))) throw new Refusal('login_roles_not_held');
    if (nonce <= (this.nonces.get(`login ${account}`) ?? -1n)) throw new Refusal('login_nonce_not_increasing');
    this.nonces.set(`login ${account}`, nonce);
    return [...new Set(desired)].join(',');
  }

  // ---- Operators ----------------------------------------------------------------------------------------------

  /** What is done once for a key: the answer of the first time is given to repeats. */
  once(
    actor: string,
    request: { key: string; fingerprint: string } | undefined,
    answer: string | undefined,
    change: () => string,
  ): string {
    if (request === undefined) return change();
    const id = `${actor} ${request.key}`;
    const kept = this.keys.get(id);
    const isInForce = kept !== undefined && kept.at >= this.now - KEYS_KEPT_MS;
    if (isInForce && kept.fingerprint !== request.fingerprint) throw new Refusal('idempotency_key_reused');
    if (isInForce) {
      this.#forgetKeys();
      kept.answer ??= answer;
      return `again ${answer === undefined || kept.answer === answer}`;
    }
    const outcome = change();
    this.#forgetKeys();
    this.keys.set(id, { fingerprint: request.fingerprint, answer, at: this.now });
    return outcome;
  }

  #forgetKeys(): void {
    for (const [id, kept] of this.keys) if (kept.at < this.now - KEYS_KEPT_MS) this.keys.delete(id);
  }

  credit(customer: string, amount: number, txid: string, memo: string): string {
    const made = this.syntheticOwner(customer);
    if (amount > 0) this.money.enterByHand(txid, customer, made, amount, memo, null);
    else this.#takeBack(customer, -amount, txid, memo);
    const open = this.money.openOrders((order) => order.customer === customer);
    const paid = open.flatMap((order) => this.money.payOverAll(order));
    this.record('credit customer', customer);
    return idsOf(paid);
  }

  /** What came from the made account first, then the address with the most. */
  #takeBack(customer: string, amount: number, txid: string, memo: string): void {
    const made = this.syntheticOwner(customer).account;
    const spenders = [...this.accounts.keys()].filter((account) => this.money.maySpendFor(customer, account));
    const addresses = this.money.fundsByAddress(customer, spenders);
    const madeFirst = [
      ...addresses.filter(({ account }) => account === made),
      ...addresses.filter(({ account }) => account !== made),
    ];
    if (madeFirst.reduce((sum, address) => sum + address.sum, 0) < amount) throw new Refusal('credit_exceeds_balance');
    let due = amount;
    for (const [index, { account, funds }] of madeFirst.entries()) {
      if (due === 0) break;
      const parts: typeof funds = [];
      for (const fund of funds) {
        const taken = Math.min(due, fund.amount);
        if (taken > 0) parts.push({ ...fund, amount: taken });
        due -= taken;
      }
      const address = account === null ? '' : (this.accounts.get(account)?.address ?? '');
      this.money.takeBack(index === 0 ? txid : `${txid}-${index + 1}`, { account, address }, memo, parts);
    }
  }

  fulfill(orderId: string, txid: string, reason: string): string {
    const order = this.find(orderId);
    if (!isOpen(order)) throw new Refusal('order_change_forbidden');
    const made = this.syntheticOwner(order.customer);
    if (order.state === 'Unclaimed') this.money.claim(order, made, 'by_hand');
    const whose = `order ${order.orderId}`;
    if (order.price > 0) {
      this.money.enterByHand(txid, order.customer, made, order.price, reason, order.orderId);
    }
    const hasSurplus = this.money.pay(order, order.price > 0 ? [{ whose, txid, amount: order.price }] : []);
    if (hasSurplus) this.money.payFromCredit(order.customer);
    this.record('fulfill order', order.orderId);
    return order.state;
  }

  /** Gives what is left of a payment to an open order or to a customer. */
  assign(txid: string, to: { orderId: string } | { customerId: string }, reason: string): string {
    const payment = this.payments.get(txid);
    if (payment === undefined || payment.left === 0) throw new Refusal('payment_not_held');
    const amount = payment.left;
    const order = 'orderId' in to ? this.find(to.orderId) : undefined;
    if (order !== undefined && !isOpen(order)) throw new Refusal('order_change_forbidden');
    const customer = 'customerId' in to ? to.customerId : null;
    const whose = order === undefined ? `customer ${customer}` : `order ${order.orderId}`;
    if (payment.whose === whose) throw new Refusal('order_change_no_op');
    if (customer !== null) this.customers.add(customer);
    if (order?.state === 'Unclaimed') this.money.claim(order, this.syntheticOwner(order.customer), 'by_hand');
    this.money.give(payment, whose, false);
    const given = { order_id: order?.orderId ?? null, customer_id: customer, reason };
    const rest = JSON.stringify(given).slice(1);
    this.append('PaymentAssigned', txid, `{"payment":${paymentText(payment)},"amount":${amount},${rest}`);
    const paid = order === undefined ? this.money.payFromCredit(customer ?? '') : this.money.tryToPay(order);
    this.record('assign payment', txid);
    return idsOf(paid);
  }

  cancel(orderId: string): string {
    const order = this.find(orderId);
    if (!isOpen(order)) throw new Refusal('order_change_forbidden');
    this.money.annul(order, 'cancel', 'Cancelled', false);
    this.money.payFromCredit(order.customer);
    this.record('cancel order', order.orderId);
    return order.state;
  }

  changeMemo(orderId: string, memo: string): string {
    const order = this.find(orderId);
    if (order.memo === memo) throw new Refusal('order_change_no_op');
    this.#modify(order, 'memo', { memo });
    this.record('change memo of order', order.orderId);
    return order.state;
  }

  changePrice(orderId: string, price: number): string {
    const order = this.find(orderId);
    if (!isOpen(order)) throw new Refusal('order_change_forbidden');
    if (order.price === price) throw new Refusal('order_change_no_op');
    this.#modify(order, 'total_price', { price });
    this.money.payOverAll(order);
    this.record('change price of order', order.orderId);
    return order.state;
  }

  reassign(orderId: string, customer: string): string {
    const order = this.find(orderId);
    if (order.state === 'Paid') throw new Refusal('order_change_forbidden');
    if (order.customer === customer) throw new Refusal('order_change_no_op');
    this.#modify(order, 'customer_id', { customer });
    this.money.payOverAll(order);
    this.record('reassign order', order.orderId);
    return order.state;
  }

  reset(orderId: string): string {
    const order = this.find(orderId);
    if (order.state !== 'Expired' && order.state !== 'Cancelled') throw new Refusal('order_change_forbidden');
    const before = this.money.text(order);
    const isClaimed = order.claimedBy !== null;
    this.#move(order, isClaimed ? 'reset' : 'reset_unclaimed', isClaimed ? 'New' : 'Unclaimed');
    this.#modified(order, 'status', before);
    this.money.payOverAll(order);
    this.record('reset order', order.orderId);
    return order.state;
  }

  settleCustomer(customer: string): string {
    const open = this.money.openOrders((order) => order.customer === customer);
    const paid = idsOf(open.flatMap((order) => this.money.payOverAll(order)));
    if (paid !== '') this.record('settle customer', customer);
    return paid;
  }

  settleAddress(owner: PaperOwner): string {
    const paid = idsOf(this.money.mayPay(owner.account).flatMap((order) => this.money.payOverAll(order)));
    if (paid !== '') this.record('settle address', owner.address);
    return paid;
  }

  setRate(currencyCode: string, rate: number): string {
    const currency = currencyCode.toUpperCase();
    if (currency === 'XTM' || currency === 'XTR') throw new Refusal('exchange_rate_fixed');
    this.rates.set(currency, rate);
    this.rateRows += 1;
    this.record('set exchange rate', currency);
    return `${rate}`;
  }

  changeRoles(changes: readonly { owner: PaperOwner; apply: readonly string[]; revoke: readonly string[] }[]): string {
    if (changes.some(({ revoke }) => revoke.includes('user'))) throw new Refusal('role_irrevocable');
    const roles = new Map([...this.roles].map(([account, held]) => [account, new Set(held)]));
    for (const { owner, apply, revoke } of changes) {
      const held = roles.get(owner.account) ?? new Set();
      for (const role of apply) if (role !== 'user') held.add(role);
      for (const role of revoke) held.delete(role);
      roles.set(owner.account, held);
    }
    if (hasSuperAdmin(this.roles) && !hasSuperAdmin(roles)) throw new Refusal('last_super_admin');
    for (const { owner } of changes) {
      this.roles.set(owner.account, roles.get(owner.account) ?? new Set());
      this.record('change roles', owner.address);
    }
    return 'changed';
  }

  registerWallet(owner: PaperOwner, place: string, initialNonce: bigint | undefined): string {
    const known = this.wallets.get(owner.account);
    const createdAt = known?.createdAt ?? this.now;
    this.wallets.set(owner.account, { address: owner.address, place, createdAt });
    const id = `wallet ${owner.account}`;
    if (initialNonce !== undefined && initialNonce > (this.nonces.get(id) ?? -1n)) this.nonces.set(id, initialNonce);
    this.record('register wallet', owner.address);
    return known === undefined ? 'new' : 'moved';
  }

  removeWallet(owner: PaperOwner): string {
    if (!this.wallets.delete(owner.account)) throw new Refusal('wallet_not_found');
    this.record('remove wallet', owner.address);
    return 'removed';
  }

  recordDeadLetter(action: 'retry dead letter' | 'dismiss dead letter', eventId: number): void {
    this.record(action, `event ${eventId}`);
  }

  // ---- Time ---------------------------------------------------------------------------------------------------

  /** Expires what was left too long in the one state. */
  expire(state: 'Unclaimed' | 'New'): string[] {
    const timeoutMs = state === 'Unclaimed' ? this.settings.unclaimedTimeoutMs : this.settings.unpaidTimeoutMs;
    const due = [...this.orders.values()].filter(
      (order) => order.state === state && order.updatedAt <= this.now - timeoutMs,
    );
    due.sort((a, b) => a.updatedAt - b.updatedAt || a.id - b.id);
    const expired: string[] = [];
    for (const order of due) {
      // What another left over may have paid it.
      if (order.state !== state || this.money.tryToPay(order).length > 0) continue;
      const overdueMs = this.now - order.updatedAt - timeoutMs;
      if (overdueMs < this.settings.confirmationWaitMs && this.#isMoneyOnItsWay(order)) continue;
      this.money.annul(order, 'expire', 'Expired', false);
      this.money.payFromCredit(order.customer);
      expired.push(order.orderId);
    }
    return expired;
  }

  /**
   * Whether what stands in a mempool for it and reported payments could cover it with what is there: those that name it,
   * and unnamed ones of who has signed.
   */
  #isMoneyOnItsWay(order: PaperOrder): boolean {
    const signers = this.money.signers.get(order.orderId) ?? [];
    let onTheWay = order.seen;
    for (const { isConfirmed, orderId, account, amount } of this.payments.values()) {
      if (isConfirmed) continue;
      const isSigners = orderId === null && account !== null && signers.includes(account);
      if (isSigners || (orderId !== null && this.#findNamed(orderId) === order)) onTheWay += amount;
    }
    return onTheWay > 0 && onTheWay >= (this.money.missing(order) ?? 0);
  }

  forgetOldWebhooks(): string {
    const before = this.now - WEBHOOKS_KEPT_MS;
    for (const [id, news] of this.earlyNews) if (news.receivedAt < before) this.earlyNews.delete(id);
    for (const [id, { orderId, receivedAt }] of this.authorizations) {
      if (receivedAt < before && !this.orders.has(orderId)) this.authorizations.delete(id);
    }
    let forgotten = 0;
    // The last one stays: it says since when the shop has been silent.
    for (const webhook of this.webhooks.slice(0, -1)) {
      if (webhook.isForgotten || webhook.state === 'set_aside' || webhook.receivedAt >= before) continue;
      webhook.isForgotten = true;
      forgotten += 1;
      if (webhook.webhookId !== null) this.#webhookIds.delete(webhook.webhookId);
    }
    return `${forgotten}`;
  }

  forgetOldKeys(): string {
    const before = this.keys.size;
    this.#forgetKeys();
    return `${before - this.keys.size}`;
  }

  // ---- Small moves --------------------------------------------------------------------------------------------

  #findOrNone(name: string): PaperOrder | undefined {
    const byId = this.orders.get(name);
    return byId !== undefined || this.settings.strictMode ? byId : this.#byName(name);
  }

  /** What a payment names: more leniently than a request. */
  #findNamed(name: string): PaperOrder | undefined {
    const byId = this.orders.get(name) ?? (name.startsWith('#') ? this.orders.get(name.slice(1)) : undefined);
    const byName = this.#byName(name);
    return this.settings.orderIdField === 'name' ? (byName ?? byId) : (byId ?? byName);
  }

  /** The only open one of that name, else the only one, written so or otherwise; none where several could be meant. */
  #byName(name: string): PaperOrder | undefined {
    for (const spelling of name.startsWith('##') ? [name] : [name, otherSpelling(name)]) {
      const all = [...this.orders.values()].filter((order) => order.altId === spelling);
      const open = all.filter(isOpen);
      const meant = open.length > 0 ? open : all;
      if (meant.length > 0) return meant.length === 1 ? meant[0] : undefined;
    }
    return undefined;
  }

  /** The order that is named so. @throws {Refusal} */
  find(name: string): PaperOrder {
    const order = this.#findOrNone(name);
    if (order === undefined) throw new Refusal('order_not_found');
    return order;
  }

  #move(order: PaperOrder, action: string, state: State): void {
    this.#onMove(order.state, action, state);
    order.state = state;
    order.updatedAt = this.now;
    this.rows.orderChanged(order);
  }

  #modify(order: PaperOrder, field: string, change: Partial<PaperOrder>): void {
    const before = this.money.text(order);
    Object.assign(order, change, { updatedAt: this.now });
    this.customers.add(order.customer);
    this.rows.orderChanged(order);
    this.#modified(order, field, before);
  }

  #modified(order: PaperOrder, field: string, before: string): void {
    const orders = `{"old_order":${before},"new_order":${this.money.text(order)}}`;
    this.append('OrderModified', order.orderId, `{"field_changed":"${field}","orders":${orders}}`);
  }

  append(type: string, subject: string, payload: string, isOfTheShop = false): void {
    this.events.push({ type, subject, payload, isOfTheShop });
  }

  /** A line of the audit log. */
  record(action: string, subject: string, actor = OPERATOR): void {
    this.audit.push(`${actor}: ${action} ${subject}`);
  }
}

/** Who changes things by hand. */
export const OPERATOR = 'operator';

function hasSuperAdmin(roles: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return [...roles.values()].some((held) => held.has('super_admin'));
}

function idsOf(orders: readonly PaperOrder[]): string {
  return orders.map((order) => order.orderId).join(',');
}

function otherSpelling(name: string): string {
  return name.startsWith('#') ? name.slice(1) : `#${name}`;
}

function isSamePrice(order: PaperOrder, told: Told): boolean {
  return order.currency.toUpperCase() === told.currency.toUpperCase() && plain(order.shopPrice) === plain(told.price);
}

/** Without the zeros that say nothing. */
function plain(price: string): string {
  const [whole = '', decimals = ''] = price.split('.');
  return `${whole.replace(/^0+(?=\d)/, '')}.${decimals.replace(/0+$/, '')}`;
}
