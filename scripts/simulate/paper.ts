import {
  type Closing,
  type EarlyNews,
  orderText,
  type PaperAccount,
  type PaperEvent,
  type PaperOrder,
  type PaperOwner,
  type PaperPayment,
  type PaperWebhook,
  paymentText,
  type State,
  type Told,
} from './paper-rows.ts';
import { Rows } from './rows.ts';

/**
 * The books as somebody would keep them on paper, written from the rules and sharing no code with the server: what every
 * input comes to, and every row that it leaves. What is refused here is refused before anything is written.
 */

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
  disableWalletWhitelist: boolean;
  hasPaymentWallet: boolean;
  unclaimedTimeoutMs: number;
  unpaidTimeoutMs: number;
}

/** A line that repeats under the same key is answered as before for so long. */
const KEYS_KEPT_MS = 24 * 3_600_000;
const WEBHOOKS_KEPT_MS = 30 * 24 * 3_600_000;
const TARI_SUPPLY = 21_000_000_000n * 1_000_000n;

export const isOpen = (order: { state: State }) => order.state === 'Unclaimed' || order.state === 'New';
const creditOf = (account: PaperAccount) => account.confirmed - account.paid;

export class Paper {
  now = 0;
  readonly settings: PaperSettings;
  readonly madeOwner: (customer: string) => PaperOwner;
  readonly orders = new Map<string, PaperOrder>();
  readonly accounts = new Map<string, PaperAccount>();
  readonly customers = new Set<string>();
  readonly links: string[] = [];
  readonly payments = new Map<string, PaperPayment>();
  readonly earlyConfirmations = new Set<string>();
  readonly earlyNews = new Map<string, EarlyNews>();
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
  readonly settlements: { orderId: string; account: string; amount: number; type: string }[] = [];
  readonly events: PaperEvent[] = [];
  readonly audit: string[] = [];
  rateRows = 0;
  /** Each row as the database is to show it, kept in step with the above. */
  readonly rows = new Rows();
  /** Hears of each change of an order's state, by the name of what changed it. */
  readonly #onMove: (from: State | 'none', action: string, to: State) => void;
  readonly #webhookIds = new Map<string, PaperWebhook>();
  readonly #linked = new Set<string>();

  constructor(
    settings: PaperSettings,
    madeOwner: (customer: string) => PaperOwner,
    onMove: (from: State | 'none', action: string, to: State) => void,
  ) {
    this.settings = settings;
    this.madeOwner = madeOwner;
    this.#onMove = onMove;
  }

  // ---- The shop -----------------------------------------------------------------------------------------------

  /** @param what says what the shop tells; undefined where nothing of it can be used or concerns us. */
  webhook(
    webhookId: string | null,
    what:
      | { kind: 'new_order'; told: Told; claimant: PaperOwner | undefined }
      | { kind: 'order_news'; told: Told }
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
    this.#record('retry webhook', `webhook ${id}`);
    return `${answer.state} ${answer.success}`;
  }

  /** One open order of the shop that is looked at because an operator asked for all of them. */
  rescanned(told: Told, claimant: PaperOwner | undefined): void {
    const isKnown = this.orders.has(told.orderId);
    try {
      this.#takeIn(told, claimant);
    } catch (error) {
      if (error instanceof Refusal) return;
      throw error;
    }
    if (!isKnown && this.orders.has(told.orderId)) this.#record('add order', told.orderId);
  }

  #process(what: Parameters<Paper['webhook']>[1]): Pick<PaperWebhook, 'state' | 'success'> {
    try {
      if (what.kind === 'new_order') return this.#takeIn(what.told, what.claimant);
      if (what.kind === 'order_news') return this.#takeInNews(what.told);
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
    this.#record('dismiss webhook', `webhook ${id}`);
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
      createdAt: told.createdAt,
      updatedAt: this.now,
      shopUpdatedAt: isNewer ? early.updatedAt : told.updatedAt,
    };
    this.customers.add(order.customer);
    this.orders.set(order.orderId, order);
    this.rows.orderChanged(order);
    this.#onMove('none', 'enter', 'Unclaimed');
    this.#append('NewOrder', order.orderId, `{"order":${orderText(order)}}`);
    if (closing !== null) {
      this.#closeByShop(order, order.shopUpdatedAt);
      return;
    }
    const owner = claimant ?? this.#knownPayer(order);
    if (owner !== undefined) this.#claimAndPay(order, owner);
  }

  /** Whoever a payment that named the order came from, else the customer's most recently active account with credit. */
  #knownPayer(order: PaperOrder): PaperOwner | undefined {
    const names = [order.orderId];
    if (!this.settings.strictMode && order.altId !== null) names.push(order.altId, otherSpelling(order.altId));
    const naming = [...this.payments.values()].filter(
      (payment) => payment.orderId !== null && names.includes(payment.orderId) && payment.claimant !== null,
    );
    naming.sort((a, b) => a.createdAt - b.createdAt || (a.txid < b.txid ? -1 : 1));
    const claimant = naming[0]?.claimant;
    if (claimant) return this.accounts.get(claimant);
    return this.#accountsOf(order.customer).find((account) => creditOf(account) > 0);
  }

  #takeInNews(told: Told): Pick<PaperWebhook, 'state' | 'success'> {
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
    this.#payFromAll([order]);
    this.#record('change price of order', order.orderId, 'shop');
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
    this.#annul(order, 'cancel', 'Cancelled', true);
    this.#record('cancel order', order.orderId, 'shop');
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
    const order = this.#find(orderId);
    const canSend = this.settings.hasPaymentWallet || this.wallets.size > 0;
    if (order.claimedBy !== claimant.account && order.state !== 'Unclaimed')
      throw new Refusal('order_change_forbidden');
    if (!canSend) throw new Refusal('no_payment_wallet');
    if (order.claimedBy !== claimant.account) this.#claimAndPay(order, claimant);
    const isAnnulled = order.state === 'Expired' || order.state === 'Cancelled';
    return `${order.state} until ${order.updatedAt + (isAnnulled ? 0 : this.settings.unpaidTimeoutMs)}`;
  }

  receive(
    report: { txid: string; sender: PaperOwner; amount: number; memo: string | null },
    named: { orderId: string; claimant: PaperOwner } | undefined,
    message: { wallet: string; nonce: bigint; place: string },
  ): string {
    this.#checkMessage(message);
    const known = this.payments.get(report.txid);
    const account = report.sender.account;
    // Where the chain knows of no account, it says nothing against the wallet.
    const isOther = known !== undefined && known.account !== null && known.account !== account;
    if (known !== undefined && (known.amount !== report.amount || isOther)) throw new Refusal('payment_contradicted');
    this.nonces.set(`wallet ${message.wallet}`, message.nonce);
    if (known !== undefined) return `known ${known.isConfirmed}`;
    const payment: PaperPayment = {
      txid: report.txid,
      account,
      sender: report.sender.address,
      amount: report.amount,
      memo: report.memo,
      isManual: false,
      isConfirmed: false,
      orderId: named?.orderId ?? null,
      claimant: named?.claimant.account ?? null,
      createdAt: this.now,
      updatedAt: this.now,
    };
    this.enterOnChain(payment, report.sender, named);
    return `new ${payment.isConfirmed}`;
  }

  /** Enters a payment on the chain, whether a wallet has told of it or it was found there. */
  enterOnChain(
    payment: PaperPayment,
    sender: PaperOwner | undefined,
    named: { orderId: string; claimant: PaperOwner | undefined } | undefined,
  ): void {
    const claimant = named?.claimant;
    if (sender !== undefined) this.#account(sender);
    if (claimant !== undefined) this.#account(claimant);
    this.#enterPayment(payment, 'PaymentReceived');
    const order = named && this.#findOrNone(named.orderId);
    if (claimant !== undefined && order?.state === 'Unclaimed') this.#claimAndPay(order, claimant);
    if (this.earlyConfirmations.delete(payment.txid)) this.#confirm(payment);
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
    if (hasLeft) this.#append('PaymentLeftTheChain', payment.txid, `{"payment":${paymentText(payment)}}`);
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
    payment.isConfirmed = true;
    payment.updatedAt = this.now;
    const account = payment.account === null ? undefined : this.#add(payment.account, payment.amount);
    this.rows.paymentChanged(payment);
    this.#append('PaymentConfirmed', payment.txid, `{"payment":${paymentText(payment)}}`);
    const paid: string[] = [];
    if (account === undefined) return '';
    for (const order of this.#openOrders((each) => this.#linked.has(`${each.customer} ${account.account}`))) {
      if (order.price > creditOf(account)) break;
      if (order.state === 'Unclaimed') this.#claim(order, account);
      this.#pay(order, [[account, order.price]]);
      paid.push(order.orderId);
    }
    return paid.join(',');
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

  credit(customer: string, amount: number, txid: string, memo: string | null): string {
    const made = this.madeOwner(customer);
    if (amount > 0) this.#enterManual(txid, customer, made, amount, memo, null);
    else {
      const accounts = this.#accountsOf(customer);
      const others = largestFirst(accounts.filter((account) => account.account !== made.account));
      const [first] = accounts.filter((account) => account.account === made.account);
      let due = -amount;
      const takings: [PaperAccount, number][] = [];
      for (const account of first === undefined ? others : [first, ...others]) {
        const taken = Math.min(due, creditOf(account));
        if (taken > 0) takings.push([account, taken]);
        due -= taken;
      }
      if (due > 0) throw new Refusal('credit_exceeds_balance');
      for (const [index, [account, taken]] of takings.entries()) {
        const id = index === 0 ? txid : `${txid}-${index + 1}`;
        this.#enterManual(id, customer, account, -taken, memo, null);
      }
    }
    const paid = this.#payFromAll(this.#openOrders((order) => order.customer === customer));
    this.#record('credit customer', customer);
    return paid;
  }

  fulfill(orderId: string, txid: string, reason: string): string {
    const order = this.#find(orderId);
    if (!isOpen(order)) throw new Refusal('order_change_forbidden');
    const made = this.madeOwner(order.customer);
    if (order.state === 'Unclaimed') this.#claim(order, made);
    if (order.price > 0) this.#enterManual(txid, order.customer, made, order.price, reason, order.orderId);
    this.#pay(order, order.price > 0 ? [[this.#account(made), order.price]] : []);
    this.#record('fulfill order', order.orderId);
    return order.state;
  }

  cancel(orderId: string): string {
    const order = this.#find(orderId);
    if (!isOpen(order)) throw new Refusal('order_change_forbidden');
    this.#annul(order, 'cancel', 'Cancelled', false);
    this.#record('cancel order', order.orderId);
    return order.state;
  }

  changeMemo(orderId: string, memo: string): string {
    const order = this.#find(orderId);
    if (order.memo === memo) throw new Refusal('order_change_no_op');
    this.#modify(order, 'memo', { memo });
    this.#record('change memo of order', order.orderId);
    return order.state;
  }

  changePrice(orderId: string, price: number): string {
    const order = this.#find(orderId);
    if (!isOpen(order)) throw new Refusal('order_change_forbidden');
    if (order.price === price) throw new Refusal('order_change_no_op');
    this.#modify(order, 'total_price', { price });
    this.#payFromAll([order]);
    this.#record('change price of order', order.orderId);
    return order.state;
  }

  reassign(orderId: string, customer: string): string {
    const order = this.#find(orderId);
    if (order.state === 'Paid') throw new Refusal('order_change_forbidden');
    if (order.customer === customer) throw new Refusal('order_change_no_op');
    this.#modify(order, 'customer_id', { customer });
    this.#payFromAll([order]);
    this.#record('reassign order', order.orderId);
    return order.state;
  }

  reset(orderId: string): string {
    const order = this.#find(orderId);
    if (order.state !== 'Expired' && order.state !== 'Cancelled') throw new Refusal('order_change_forbidden');
    const before = orderText(order);
    const isClaimed = order.claimedBy !== null;
    this.#move(order, isClaimed ? 'reset' : 'reset_unclaimed', isClaimed ? 'New' : 'Unclaimed');
    this.#modified(order, 'status', before);
    this.#payFromAll([order]);
    this.#record('reset order', order.orderId);
    return order.state;
  }

  settleCustomer(customer: string): string {
    const paid = this.#payFromAll(this.#openOrders((order) => order.customer === customer));
    if (paid !== '') this.#record('settle customer', customer);
    return paid;
  }

  settleAddress(owner: PaperOwner): string {
    const paid = this.#payFromAll(this.#openOrders((order) => this.#linked.has(`${order.customer} ${owner.account}`)));
    if (paid !== '') this.#record('settle address', owner.address);
    return paid;
  }

  setRate(currencyCode: string, rate: number): string {
    const currency = currencyCode.toUpperCase();
    if (currency === 'XTM' || currency === 'XTR') throw new Refusal('exchange_rate_fixed');
    this.rates.set(currency, rate);
    this.rateRows += 1;
    this.#record('set exchange rate', currency);
    return `${rate}`;
  }

  changeRoles(changes: readonly { owner: PaperOwner; apply: readonly string[]; revoke: readonly string[] }[]): string {
    if (changes.some(({ revoke }) => revoke.includes('user'))) throw new Refusal('role_irrevocable');
    for (const { owner, apply, revoke } of changes) {
      const held = this.roles.get(owner.account) ?? new Set();
      for (const role of apply) if (role !== 'user') held.add(role);
      for (const role of revoke) held.delete(role);
      this.roles.set(owner.account, held);
      this.#record('change roles', owner.address);
    }
    return 'changed';
  }

  registerWallet(owner: PaperOwner, place: string, initialNonce: bigint | undefined): string {
    const known = this.wallets.get(owner.account);
    const createdAt = known?.createdAt ?? this.now;
    this.wallets.set(owner.account, { address: owner.address, place, createdAt });
    const id = `wallet ${owner.account}`;
    if (initialNonce !== undefined && initialNonce > (this.nonces.get(id) ?? -1n)) this.nonces.set(id, initialNonce);
    this.#record('register wallet', owner.address);
    return known === undefined ? 'new' : 'moved';
  }

  removeWallet(owner: PaperOwner): string {
    if (!this.wallets.delete(owner.account)) throw new Refusal('wallet_not_found');
    this.#record('remove wallet', owner.address);
    return 'removed';
  }

  recordDeadLetter(action: 'retry dead letter' | 'dismiss dead letter', eventId: number): void {
    this.#record(action, `event ${eventId}`);
  }

  // ---- Time ---------------------------------------------------------------------------------------------------

  /** Expires what was left too long in the one state. */
  expire(state: 'Unclaimed' | 'New'): string[] {
    const timeoutMs = state === 'Unclaimed' ? this.settings.unclaimedTimeoutMs : this.settings.unpaidTimeoutMs;
    const due = [...this.orders.values()].filter(
      (order) => order.state === state && order.updatedAt <= this.now - timeoutMs,
    );
    due.sort((a, b) => a.updatedAt - b.updatedAt || a.id - b.id);
    for (const order of due) this.#annul(order, 'expire', 'Expired', false);
    return due.map((order) => order.orderId);
  }

  forgetOldWebhooks(): string {
    const before = this.now - WEBHOOKS_KEPT_MS;
    for (const [id, news] of this.earlyNews) if (news.receivedAt < before) this.earlyNews.delete(id);
    for (const [id, { orderId, receivedAt }] of this.authorizations) {
      if (receivedAt < before && !this.orders.has(orderId)) this.authorizations.delete(id);
    }
    let forgotten = 0;
    for (const webhook of this.webhooks) {
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
    if (byId !== undefined || this.settings.strictMode) return byId;
    return this.#byAltId(name) ?? this.#byAltId(otherSpelling(name));
  }

  /** The newest that has it. */
  #byAltId(name: string): PaperOrder | undefined {
    let found: PaperOrder | undefined;
    for (const order of this.orders.values()) if (order.altId === name) found = order;
    return found;
  }

  #find(name: string): PaperOrder {
    const order = this.#findOrNone(name);
    if (order === undefined) throw new Refusal('order_not_found');
    return order;
  }

  #claimAndPay(order: PaperOrder, owner: PaperOwner): void {
    this.#claim(order, owner);
    const payer = this.#account(owner);
    if (creditOf(payer) >= order.price) this.#pay(order, order.price > 0 ? [[payer, order.price]] : []);
  }

  #claim(order: PaperOrder, owner: PaperOwner): void {
    const claimant = this.#account(owner);
    order.claimedBy = claimant.account;
    this.#move(order, 'claim', 'New');
    this.#link(order.customer, claimant.account);
    const payload = `{"order":${orderText(order)},"claimant":${JSON.stringify(owner.address)}}`;
    this.#append('OrderClaimed', order.orderId, payload);
  }

  #pay(order: PaperOrder, parts: readonly (readonly [PaperAccount, number])[]): void {
    this.#move(order, 'pay', 'Paid');
    const type = parts.length > 1 ? 'multiple' : 'single';
    for (const [account, amount] of parts) {
      if (amount === 0) continue;
      account.paid += amount;
      account.updatedAt = this.now;
      this.rows.accountChanged(account);
      this.settlements.push({ orderId: order.orderId, account: account.account, amount, type });
    }
    this.#append('OrderPaid', order.orderId, `{"order":${orderText(order)}}`);
  }

  #annul(order: PaperOrder, action: string, state: 'Expired' | 'Cancelled', isOfTheShop: boolean): void {
    this.#move(order, action, state);
    const payload = `{"order":${orderText(order)},"status":"${state}"}`;
    this.#append('OrderAnnulled', order.orderId, payload, isOfTheShop);
  }

  #move(order: PaperOrder, action: string, state: State): void {
    this.#onMove(order.state, action, state);
    order.state = state;
    order.updatedAt = this.now;
    this.rows.orderChanged(order);
  }

  #modify(order: PaperOrder, field: string, change: Partial<PaperOrder>): void {
    const before = orderText(order);
    Object.assign(order, change, { updatedAt: this.now });
    this.customers.add(order.customer);
    this.rows.orderChanged(order);
    this.#modified(order, field, before);
  }

  #modified(order: PaperOrder, field: string, before: string): void {
    const orders = `{"old_order":${before},"new_order":${orderText(order)}}`;
    this.#append('OrderModified', order.orderId, `{"field_changed":"${field}","orders":${orders}}`);
  }

  /** Each order by itself, over all accounts of its customer, the largest first. Answers the orders that are paid. */
  #payFromAll(orders: readonly PaperOrder[]): string {
    const paid: string[] = [];
    for (const order of orders) {
      if (!isOpen(order)) continue;
      const accounts = this.#accountsOf(order.customer);
      const parts: [PaperAccount, number][] = [];
      let due = order.price;
      for (const account of largestFirst(accounts)) {
        const part = Math.min(due, creditOf(account));
        if (part > 0) parts.push([account, part]);
        due -= part;
      }
      const claimant = parts[0]?.[0] ?? accounts[0];
      if (due > 0 || (order.state === 'Unclaimed' && claimant === undefined)) continue;
      if (order.state === 'Unclaimed' && claimant !== undefined) this.#claim(order, claimant);
      this.#pay(order, parts);
      paid.push(order.orderId);
    }
    return paid.join(',');
  }

  #enterManual(
    txid: string,
    customer: string,
    owner: PaperOwner,
    amount: number,
    memo: string | null,
    orderId: string | null,
  ): void {
    this.customers.add(customer);
    this.#account(owner);
    this.#link(customer, owner.account);
    const { account, address: sender } = owner;
    const isManual = true;
    const times = { createdAt: this.now, updatedAt: this.now };
    const payment = { txid, account, sender, amount, memo, isManual, orderId, claimant: null, ...times };
    this.#add(account, amount);
    this.#enterPayment({ ...payment, isConfirmed: true }, 'PaymentConfirmed');
  }

  #enterPayment(payment: PaperPayment, event: string): void {
    this.payments.set(payment.txid, payment);
    this.rows.paymentChanged(payment);
    this.#append(event, payment.txid, `{"payment":${paymentText(payment)}}`);
  }

  #add(account: string, amount: number): PaperAccount {
    const kept = this.accounts.get(account);
    if (kept === undefined) throw new Error(`The account ${account} is not on paper`);
    kept.confirmed += amount;
    kept.updatedAt = this.now;
    this.rows.accountChanged(kept);
    return kept;
  }

  #account(owner: PaperOwner): PaperAccount {
    const kept = this.accounts.get(owner.account);
    if (kept !== undefined) return kept;
    const made = { account: owner.account, address: owner.address, confirmed: 0, paid: 0, updatedAt: this.now };
    this.accounts.set(made.account, made);
    this.rows.accountChanged(made);
    return made;
  }

  #link(customer: string, account: string): void {
    const pair = `${customer} ${account}`;
    if (this.#linked.has(pair)) return;
    this.#linked.add(pair);
    this.links.push(pair);
  }

  /** The most recently active first. */
  #accountsOf(customer: string): PaperAccount[] {
    const accounts: PaperAccount[] = [];
    for (const account of this.accounts.values()) {
      if (this.#linked.has(`${customer} ${account.account}`)) accounts.push(account);
    }
    return accounts.sort((a, b) => b.updatedAt - a.updatedAt || (a.account < b.account ? -1 : 1));
  }

  /** Oldest first. */
  #openOrders(isAsked: (order: PaperOrder) => boolean): PaperOrder[] {
    const open = [...this.orders.values()].filter((order) => isOpen(order) && isAsked(order));
    return open.sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
  }

  #append(type: string, subject: string, payload: string, isOfTheShop = false): void {
    this.events.push({ type, subject, payload, isOfTheShop });
  }

  #record(action: string, subject: string, actor = OPERATOR): void {
    this.audit.push(`${actor}: ${action} ${subject}`);
  }
}

/** Who changes things by hand. */
export const OPERATOR = 'operator';

function largestFirst(accounts: readonly PaperAccount[]): PaperAccount[] {
  return [...accounts].sort((a, b) => creditOf(b) - creditOf(a));
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
