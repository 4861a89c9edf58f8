import type { EngineSettings } from '#engine/context.ts';
import type { LeasedPayout, Payout, RefundAsk } from '#payouts/types.ts';
import type { RefundView } from '#payouts/views.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { ADMIN, type TestEngine, type TestEngineOptions, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS, HOT_WALLET, type Person, personOf } from '#test/test-wallets.ts';

/** A shop that gives money back: its engine, its wallet that pays, and short words for both. */

export const [ALICE, BOB] = ACCOUNTS;
/** Two people who agree, and one who asks for more than one may. */
export const BEN = { actor: 'staff:ben' };
export const CLEO = { actor: 'staff:cleo' };
export const EVIDENCE = { kind: 'passkey', assertion: 'AAAA' };
export const A_WALLET = HOT_WALLET.tariAddress;
/** An address of nobody whom the shop knows. */
export const ELSEWHERE = personOf(150).address;

type PayoutSettings = Partial<Pick<Settings, 'refundLimit' | 'payoutDailyLimit' | 'coldAddress'>>;

export interface PaidOptions {
  orderId?: string;
  customerId?: string;
  /** XTM; in USD at 1 USD = 1 XTM. */
  price?: number;
  /** XTM that come for it; the price by default. */
  paid?: number;
  payer?: Person;
  /** Whether the payer signs a claim; true by default. */
  isSigned?: boolean;
}

export class Shop {
  readonly test: TestEngine;
  #transactions = 900;

  constructor(test: TestEngine) {
    this.test = test;
  }

  get payouts() {
    return this.test.engine.payouts;
  }

  get refunds() {
    return this.payouts.refunds;
  }

  get wallet() {
    return this.payouts.wallet;
  }

  /** An order that the shop reports and whose payer pays for it, signed or not. */
  async order(options: PaidOptions = {}): Promise<string> {
    const { orderId = '1001', customerId = 'c1', price = 100, payer = ALICE, isSigned = true } = options;
    await this.test.order({ orderId, customerId, price: price.toFixed(2), currency: 'USD' });
    if (isSigned) await this.test.claim(payer, orderId);
    const amount = tari(options.paid ?? price);
    if (amount > 0n) await this.test.payConfirmed({ from: payer, amount, orderId });
    return orderId;
  }

  ask(ask: Partial<RefundAsk> = {}, by = { actor: ADMIN }): Promise<RefundView> {
    return this.refunds.request(by, { orderId: '1001', kind: 'all', to: 'payer', reason: 'it broke', ...ask });
  }

  approve(refund: RefundView, by = BEN): Promise<RefundView> {
    const hash = refund.approval_hash ?? '';
    return this.refunds.approve(by, refund.id, { hash, evidence: EVIDENCE });
  }

  lease(max = 10, wallet = A_WALLET): Promise<LeasedPayout[]> {
    return this.wallet.lease({ wallet, max });
  }

  start({ id, leaseToken }: LeasedPayout, wallet = A_WALLET): Promise<Payout> {
    return this.wallet.started({ wallet, id, leaseToken });
  }

  newTxid(): string {
    this.#transactions += 1;
    return `${this.#transactions}`;
  }

  /** Leases all, pays them and has them confirmed. Answers the payouts. */
  async payAll(): Promise<Payout[]> {
    const paid: Payout[] = [];
    for (const leased of await this.lease(100)) {
      await this.start(leased);
      const report = { wallet: A_WALLET, id: leased.id, txid: this.newTxid() };
      await this.wallet.reportSent(report);
      paid.push(await this.wallet.reportConfirmed(report));
    }
    return paid;
  }

  /** What the reconciliation finds. */
  async differences() {
    return (await this.test.engine.audit()).differences;
  }

  async creditOf(customerId: string): Promise<bigint> {
    return (await this.test.engine.accounts.customerHistory(customerId)).available;
  }
}

/** A shop with 1 USD = 1 XTM, whose people may refund 100 XTM alone and 250 XTM in all on one day. */
export async function openShop(settings: PayoutSettings = {}, options: TestEngineOptions = {}): Promise<Shop> {
  const own = { refundLimit: tari(100), payoutDailyLimit: tari(250), ...settings } as Partial<EngineSettings>;
  const test = await testEngine({ ...options, settings: { ...own, ...options.settings } });
  await test.engine.exchangeRates.set('USD', 1_000_000n, ADMIN);
  return new Shop(test);
}
