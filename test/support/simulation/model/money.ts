import type { Rows } from './expected-rows.ts';
import type { LinkKind, PaperAccount, PaperOrder, PaperOwner, PaperPayment, State } from './records.ts';
import { orderText, paymentText } from './records.ts';
import { type PaperTolerance, TOLERANCE_REASON, type ToleranceOutcome, toleratedOnPaper } from './tolerance.ts';

/**
 * Money on paper: whose each payment is, and what pays which order. Written from the rules of docs/money.md and sharing no
 * code with the server; everything is added up anew each time from the payments themselves.
 */

/** What the rest of the paper does for the money. */
export interface Desk {
  readonly now: number;
  readonly rows: Rows;
  readonly orders: ReadonlyMap<string, PaperOrder>;
  readonly customers: Set<string>;
  move(order: PaperOrder, action: string, state: State): void;
  append(type: string, subject: string, payload: string, isOfTheShop?: boolean): void;
  syntheticOwner(customer: string): PaperOwner;
  readonly tolerance: PaperTolerance | undefined;
  /** The order's own payment address, as the shop's address is now. */
  payTo(orderId: string): string | null;
  onOutcome(outcome: ToleranceOutcome): void;
}

/** Some of an owner's money: all of it, or what came from one account, or one payment. */
interface Part {
  whose: string;
  amount: number;
  from?: string | null;
  txid?: string;
}

const isOpen = (order: PaperOrder) => order.state === 'Unclaimed' || order.state === 'New';
const STRENGTH = { stated: 0, by_hand: 1, proven: 2 } as const;

export class PaperMoney {
  readonly payments = new Map<string, PaperPayment>();
  readonly accounts = new Map<string, PaperAccount>();
  /** How a customer and an account, `customer account`, belong together. */
  readonly links = new Map<string, LinkKind>();
  /** Who has signed that an order is theirs. */
  readonly signers = new Map<string, string[]>();
  readonly settlements: { orderId: string; account: string | null; amount: number; type: string }[] = [];
  /** What each part of a payment was used for. */
  readonly uses: { txid: string; what: string; amount: number }[] = [];
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  // ---- What there is ------------------------------------------------------------------------------------------

  /** What is left with an owner: `order o1`, `customer c1`, `account 00…`. */
  left(whose: string): number {
    let sum = 0;
    for (const payment of this.payments.values()) if (payment.whose === whose) sum += payment.left;
    return sum;
  }

  /** What is missing until an order is paid. */
  missing(order: PaperOrder): number | null {
    if (!isOpen(order)) return null;
    return Math.max(0, order.price - this.left(`order ${order.orderId}`) - this.#usable(order));
  }

  /** The customer's credit and the free credit of all who have signed. */
  #usable(order: PaperOrder): number {
    const signers = this.signers.get(order.orderId) ?? [];
    return signers.reduce(
      (sum, account) => sum + this.left(`account ${account}`),
      this.left(`customer ${order.customer}`),
    );
  }

  text(order: PaperOrder): string {
    return orderText(order, this.missing(order), this.#desk.payTo(order.orderId));
  }

  account(owner: PaperOwner): PaperAccount {
    const kept = this.accounts.get(owner.account);
    if (kept !== undefined) return kept;
    const made = { ...owner, confirmed: 0, paid: 0, updatedAt: this.#desk.now };
    this.accounts.set(made.account, made);
    this.#desk.rows.accountChanged(made);
    return made;
  }

  #touch(account: string, change: (kept: PaperAccount) => void): void {
    const kept = this.accounts.get(account);
    if (kept === undefined) throw new Error(`The account ${account} is not on paper`);
    change(kept);
    kept.updatedAt = this.#desk.now;
    this.#desk.rows.accountChanged(kept);
  }

  link(customer: string, account: string, kind: LinkKind): void {
    const pair = `${customer} ${account}`;
    const known = this.links.get(pair);
    if (known === undefined || STRENGTH[kind] > STRENGTH[known]) this.links.set(pair, kind);
  }

  /** Whether a signature or a person lets the account pay for the customer. */
  maySpendFor(customer: string, account: string): boolean {
    return (this.links.get(`${customer} ${account}`) ?? 'stated') !== 'stated';
  }

  // ---- Claims -------------------------------------------------------------------------------------------------

  claim(order: PaperOrder, owner: { account: string | null; address: string }, kind: PaperOrder['claimKind']): void {
    if (owner.account !== null) this.account({ account: owner.account, address: owner.address });
    order.claimedBy = owner.account;
    order.claimKind = kind;
    this.#desk.move(order, order.state === 'New' ? 'take_over' : 'claim', 'New');
    if (owner.account !== null && kind !== null && kind !== 'credit') this.link(order.customer, owner.account, kind);
    if (owner.account !== null && kind === 'proven') this.#sign(order, owner.account);
    const claimant = JSON.stringify(owner.address);
    this.#desk.append('OrderClaimed', order.orderId, `{"order":${this.text(order)},"claimant":${claimant}}`);
  }

  /** A signature takes an order over that nobody has signed for, and stands beside another's else. */
  signedClaim(order: PaperOrder, owner: PaperOwner): void {
    if (!isOpen(order)) return;
    if (order.claimKind !== 'proven') {
      this.claim(order, owner, 'proven');
      return;
    }
    this.account(owner);
    if (this.#sign(order, owner.account)) this.link(order.customer, owner.account, 'proven');
  }

  #sign({ orderId }: PaperOrder, account: string): boolean {
    const signers = this.signers.get(orderId) ?? [];
    this.signers.set(orderId, signers);
    if (signers.includes(account)) return false;
    signers.push(account);
    return true;
  }

  // ---- Whose it is --------------------------------------------------------------------------------------------

  enter(payment: PaperPayment, event: string): void {
    this.payments.set(payment.txid, payment);
    this.#desk.rows.paymentChanged(payment);
    this.#desk.append(event, payment.txid, `{"payment":${paymentText(payment)}}`);
  }

  confirm(payment: PaperPayment, whose: string | null, isLate: boolean): void {
    Object.assign(payment, { isConfirmed: true, updatedAt: this.#desk.now, whose, isLate, left: payment.amount });
    if (payment.account !== null) {
      this.#touch(payment.account, (kept) => {
        kept.confirmed += payment.amount;
      });
    }
    this.#ownerChanged(whose);
    this.#desk.rows.paymentChanged(payment);
    this.#desk.append('PaymentConfirmed', payment.txid, `{"payment":${paymentText(payment)}}`);
    if (isLate) this.#unmatched(payment);
  }

  enterByHand(
    txid: string,
    customer: string,
    from: PaperOwner,
    amount: number,
    memo: string,
    orderId: string | null,
  ): void {
    this.#desk.customers.add(customer);
    this.account(from);
    this.link(customer, from.account, 'by_hand');
    this.#touch(from.account, (kept) => {
      kept.confirmed += amount;
    });
    const whose = orderId === null ? `customer ${customer}` : `order ${orderId}`;
    this.enter(this.#manual(txid, from, amount, memo, { orderId, whose, left: amount }), 'PaymentConfirmed');
    this.#ownerChanged(whose);
  }

  takeBack(
    txid: string,
    from: { account: string | null; address: string },
    memo: string,
    parts: readonly Part[],
  ): void {
    const amount = parts.reduce((sum, part) => sum + part.amount, 0);
    this.enter(this.#manual(txid, from, -amount, memo, {}), 'PaymentConfirmed');
    for (const { payment, taken } of this.#take(parts))
      this.uses.push({ txid: payment.txid, what: txid, amount: taken });
    if (from.account !== null) {
      this.#touch(from.account, (kept) => {
        kept.confirmed -= amount;
      });
    }
  }

  #manual(
    txid: string,
    { account, address }: { account: string | null; address: string },
    amount: number,
    memo: string,
    rest: Partial<PaperPayment>,
  ): PaperPayment {
    const times = { createdAt: this.#desk.now, updatedAt: this.#desk.now };
    const nothing = { orderId: null, claimant: null, isSigned: false, whose: null, left: 0, isLate: false };
    return {
      txid,
      account,
      sender: address,
      amount,
      memo,
      isManual: true,
      isConfirmed: true,
      ...nothing,
      ...times,
      ...rest,
    };
  }

  give(payment: PaperPayment, whose: string, isLate: boolean): void {
    this.#ownerChanged(payment.whose);
    Object.assign(payment, { whose, isLate });
    this.#ownerChanged(whose);
    this.#desk.rows.paymentChanged(payment);
  }

  /** What an order has beyond its price, or has not used, is its customer's. */
  release(order: PaperOrder, isLate: boolean): PaperPayment[] {
    const released = this.#oldestFirst(`order ${order.orderId}`);
    for (const payment of released) this.give(payment, `customer ${order.customer}`, isLate);
    return released;
  }

  annul(order: PaperOrder, action: string, state: 'Expired' | 'Cancelled', isOfTheShop: boolean): void {
    const released = this.release(order, true);
    this.#desk.move(order, action, state);
    this.#desk.append('OrderAnnulled', order.orderId, `{"order":${this.text(order)},"status":"${state}"}`, isOfTheShop);
    for (const payment of released) this.#unmatched(payment);
  }

  #unmatched(payment: PaperPayment): void {
    this.#desk.append('PaymentUnmatched', payment.txid, `{"payment":${paymentText(payment)},"reason":"late"}`);
  }

  /** The row of an owner shows what it has. */
  #ownerChanged(whose: string | null): void {
    const [kind, id = ''] =
      whose === null ? [] : [whose.slice(0, whose.indexOf(' ')), whose.slice(whose.indexOf(' ') + 1)];
    if (kind === 'account') this.#touch(id, () => undefined);
    const order = kind === 'order' ? this.#desk.orders.get(id) : undefined;
    if (order !== undefined) this.#desk.rows.orderChanged(order);
  }

  #oldestFirst(whose: string): PaperPayment[] {
    const found = [...this.payments.values()].filter((payment) => payment.whose === whose && payment.left > 0);
    return found.sort((a, b) => a.createdAt - b.createdAt || (a.txid < b.txid ? -1 : 1));
  }

  #take(parts: readonly Part[]): { payment: PaperPayment; taken: number }[] {
    const takings: { payment: PaperPayment; taken: number }[] = [];
    for (const part of parts) {
      let due = part.amount;
      for (const payment of this.#oldestFirst(part.whose)) {
        const isAsked = part.txid === undefined || part.txid === payment.txid;
        if (!isAsked || (part.from !== undefined && part.from !== payment.account)) continue;
        const taken = Math.min(due, payment.left);
        if (taken === 0) break;
        payment.left -= taken;
        this.#desk.rows.paymentChanged(payment);
        takings.push({ payment, taken });
        due -= taken;
      }
      if (due > 0) throw new Error(`${part.whose} has too little on paper`);
      this.#ownerChanged(part.whose);
    }
    return takings;
  }

  // ---- Paying -------------------------------------------------------------------------------------------------

  pay(order: PaperOrder, parts: readonly Part[]): boolean {
    const addresses = new Map<
      string,
      { account: string | null; takings: { payment: PaperPayment; taken: number }[] }
    >();
    for (const taking of this.#take(parts)) {
      const { account, sender } = taking.payment;
      const key = account ?? `from ${sender}`;
      const known = addresses.get(key) ?? { account, takings: [] };
      known.takings.push(taking);
      addresses.set(key, known);
    }
    const type = addresses.size > 1 ? 'multiple' : 'single';
    for (const { account, takings } of addresses.values()) {
      const amount = takings.reduce((sum, { taken }) => sum + taken, 0);
      if (account !== null) {
        this.#touch(account, (kept) => {
          kept.paid += amount;
        });
      }
      this.settlements.push({ orderId: order.orderId, account, amount, type });
      const what = String(this.settlements.length);
      for (const { payment, taken } of takings) this.uses.push({ txid: payment.txid, what, amount: taken });
    }
    const surplus = this.release(order, false);
    this.#desk.move(order, 'pay', 'Paid');
    this.#desk.append('OrderPaid', order.orderId, `{"order":${this.text(order)}}`);
    return surplus.length > 0;
  }

  /** By its own money, its customer's credit and the free credit of those who have signed. */
  tryToPay(order: PaperOrder): PaperOrder[] {
    if (!isOpen(order)) return [];
    const sources = [
      `order ${order.orderId}`,
      `customer ${order.customer}`,
      ...this.#richestFirst(this.signers.get(order.orderId) ?? []),
    ];
    if (order.state === 'Unclaimed' && sources.every((whose) => this.left(whose) === 0)) return [];
    this.#tolerate(order);
    return this.#payInTurn(order, sources);
  }

  /** What is missing of an order that somebody has begun to pay is given to it, where that is within the tolerance. */
  #tolerate(order: PaperOrder): void {
    const { tolerance, onOutcome } = this.#desk;
    const missing = this.missing(order) ?? 0;
    const most = toleratedOnPaper(order.price, tolerance);
    if (missing === most + 1 && most > 0) onOutcome('tolerance: one µT too much was missing');
    if (missing === 0 || missing > most) return;
    if (order.state === 'Unclaimed') {
      onOutcome('tolerance: an order that nobody has claimed is given nothing');
      return;
    }
    const made = this.#desk.syntheticOwner(order.customer);
    this.enterByHand(`tolerance-${order.id}`, order.customer, made, missing, TOLERANCE_REASON, order.orderId);
    onOutcome(`tolerance: ${tolerance?.kind === 'share' ? 'a share of the price' : 'an amount'} was given`);
    if (missing === most) onOutcome('tolerance: as much as there may be was given');
    if (missing === Math.floor(order.price / 2)) onOutcome('tolerance: half of the price was given, the most');
  }

  #payInTurn(order: PaperOrder, sources: readonly string[], payer?: PaperAccount): PaperOrder[] {
    const parts: Part[] = [];
    let due = order.price;
    for (const whose of sources) {
      const amount = Math.min(due, this.left(whose));
      if (amount > 0) parts.push({ whose, amount });
      due -= amount;
    }
    return due > 0 ? [] : this.#payAs(order, parts, payer);
  }

  #richestFirst(accounts: readonly string[]): string[] {
    const rich = accounts.filter((account) => this.left(`account ${account}`) > 0);
    rich.sort((a, b) => this.left(`account ${b}`) - this.left(`account ${a}`) || (a < b ? -1 : 1));
    return rich.map((account) => `account ${account}`);
  }

  #payAs(order: PaperOrder, parts: readonly Part[], payer?: PaperAccount): PaperOrder[] {
    if (order.state === 'Unclaimed') this.claim(order, this.#payerIn(order, parts, payer), 'credit');
    const hasSurplus = this.pay(order, parts);
    return [order, ...(hasSurplus ? this.payFromCredit(order.customer) : [])];
  }

  #payerIn(order: PaperOrder, parts: readonly Part[], payer: PaperAccount | undefined): PaperOwner {
    const made = this.#desk.syntheticOwner(order.customer);
    if (order.price === 0) return payer ?? made;
    let most: Part | undefined;
    for (const part of parts) {
      if (part.whose.startsWith('account ') && part.amount > (most?.amount ?? 0)) most = part;
    }
    return (most && this.accounts.get(most.whose.slice('account '.length))) ?? made;
  }

  openOrders(isAsked: (order: PaperOrder) => boolean): PaperOrder[] {
    const open = [...this.#desk.orders.values()].filter((order) => isOpen(order) && isAsked(order));
    return open.sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
  }

  payFromCredit(customer: string): PaperOrder[] {
    if (this.left(`customer ${customer}`) === 0) return [];
    return this.openOrders((order) => order.customer === customer).flatMap((order) => this.tryToPay(order));
  }

  /** The orders that the free credit of an account may pay. */
  mayPay(account: string): PaperOrder[] {
    return this.openOrders(
      (order) =>
        this.maySpendFor(order.customer, account) || (this.signers.get(order.orderId)?.includes(account) ?? false),
    );
  }

  payFromAccount(account: string): PaperOrder[] {
    if (this.left(`account ${account}`) === 0) return [];
    const paid: PaperOrder[] = [];
    for (const order of this.mayPay(account)) {
      if (paid.includes(order)) continue;
      let now = this.tryToPay(order);
      if (now.length === 0 && isOpen(order)) {
        const sources = [`order ${order.orderId}`, `customer ${order.customer}`, `account ${account}`];
        now = this.#payInTurn(order, sources, this.accounts.get(account));
      }
      if (now.length === 0) break;
      paid.push(...now);
    }
    return paid;
  }

  /** Over all addresses that may pay it: its own money, then the address with the most, alone where that is enough. */
  payOverAll(order: PaperOrder): PaperOrder[] {
    if (!isOpen(order)) return [];
    const spenders = [...this.accounts.keys()].filter(
      (account) =>
        this.maySpendFor(order.customer, account) || (this.signers.get(order.orderId)?.includes(account) ?? false),
    );
    const byAddress = this.fundsByAddress(order.customer, spenders);
    const own = Math.min(order.price, this.left(`order ${order.orderId}`));
    const parts: Part[] = own > 0 ? [{ whose: `order ${order.orderId}`, amount: own }] : [];
    let due = order.price - own;
    for (const { funds } of byAddress) {
      for (const fund of funds) {
        const amount = Math.min(due, fund.amount);
        if (amount > 0) parts.push({ ...fund, amount });
        due -= amount;
      }
    }
    return due > 0 ? [] : this.#payAs(order, parts);
  }

  /** What a customer's credit and some accounts' free credit amount to by the address that it came from, largest first. */
  fundsByAddress(
    customer: string,
    spenders: readonly string[],
  ): { account: string | null; sum: number; funds: Part[] }[] {
    const found = new Map<string | null, Part[]>();
    const add = (account: string | null, fund: Part) => {
      if (fund.amount > 0) found.set(account, [...(found.get(account) ?? []), fund]);
    };
    const credit = this.#oldestFirst(`customer ${customer}`);
    for (const account of new Set(credit.map((payment) => payment.account))) {
      const amount = credit.filter((payment) => payment.account === account).reduce((sum, { left }) => sum + left, 0);
      add(account, { whose: `customer ${customer}`, from: account, amount });
    }
    for (const account of spenders)
      add(account, { whose: `account ${account}`, amount: this.left(`account ${account}`) });
    return [...found]
      .map(([account, funds]) => ({ account, funds, sum: funds.reduce((sum, { amount }) => sum + amount, 0) }))
      .sort((a, b) => b.sum - a.sum || ((a.account ?? '') < (b.account ?? '') ? -1 : 1));
  }
}
