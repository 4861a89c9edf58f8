import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { PayoutContext } from '#payouts/context.ts';
import { payouts as payoutsModule } from '#payouts/module.ts';
import { refunds } from '#payouts/refunds.ts';
import type { LeasedPayout } from '#payouts/types.ts';
import { type WalletPayouts, walletPayouts } from '#payouts/wallet-payouts.ts';
import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Store } from '#platform/database/store.ts';
import { DomainError } from '#platform/errors.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { eventTypesOf } from '#platform/outbox/events.ts';
import { parseAddress } from '#tari/address.ts';
import { microTari, TARI_SUPPLY } from '#tari/micro-tari.ts';
import { openStore } from '#test/database/open.ts';

/**
 * A server and a wallet in one process: refunds of one order are requested, leased, paid and reported, until the process
 * dies at a moment without a word. What the wallet did is in a file of its own. Its argument is JSON of PayingOptions.
 */
export interface PayingOptions {
  url: string;
  orderId: string;
  /** The wallet's address, base58. */
  wallet: string;
  /** The wallet's record: what it has started, and what it has sent. */
  record: string;
  /** µT of each refund. */
  amount: string;
  /** Refunds in one life. */
  refunds: number;
  life: number;
  /** Before, within and after units of work, and between: at which of these moments it dies; 0 lets it live. */
  dieAt: number;
  /** By how much its clock is ahead. */
  aheadMs: number;
}

const options = JSON.parse(process.argv[2] ?? '') as PayingOptions;
const wallet = parseAddress(options.wallet);
let moments = 0;

function moment(): void {
  moments += 1;
  if (moments === options.dieAt) process.kill(process.pid, 'SIGKILL');
}

function mortal(store: Store): Store {
  return {
    ...store,
    async run(work) {
      moment();
      const answer = await store.run(async (tx) => {
        const result = await work(tx);
        moment();
        return result;
      });
      moment();
      return answer;
    },
  };
}

async function main(): Promise<void> {
  const opened = await openStore(options.url, { maxConnections: 2 });
  const subscriptions = new EventBus(silentLog, eventTypesOf([payoutsModule]));
  const limit = microTari(TARI_SUPPLY);
  const store = mortal(opened);
  const context: PayoutContext = {
    store,
    clock: { now: () => new Date(Date.now() + options.aheadMs) },
    log: silentLog,
    subscriptions,
    settings: {
      strictMode: true,
      refundLimit: limit,
      payoutDailyLimit: limit,
      coldAddress: null,
      paymentWalletAddress: undefined,
    },
    ledger: { subscriptions, settings: { paymentWalletAddress: undefined } },
    randomBytes: (length) => new Uint8Array(length).fill(options.life),
  };
  const service = refunds(context, operatorActions(context));
  const paying = walletPayouts(context);
  await recover(paying);
  for (let number = 1; number <= options.refunds; number += 1) {
    await request(service, number);
    for (const leased of await paying.lease({ wallet, max: 10 })) await pay(paying, leased);
  }
  await opened.close();
  process.stdout.write(String(moments));
}

/** A refund of a part, or of what is left; none if nothing is. */
async function request(service: ReturnType<typeof refunds>, number: number): Promise<void> {
  const { orderId, life } = options;
  const by = { actor: 'alice', idempotency: { key: `${life} ${number}`, fingerprint: 'same' } };
  const ask = { orderId, to: 'payer', reason: 'it broke' } as const;
  try {
    await service.request(by, { ...ask, kind: 'part', amount: microTari(BigInt(options.amount)) });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'refund_exceeds_rest') await service.request(by, { ...ask, kind: 'all' });
  }
}

async function pay(paying: WalletPayouts, { id, leaseToken, amount }: LeasedPayout): Promise<void> {
  appendFileSync(options.record, `started|${id}\n`);
  moment();
  await paying.started({ wallet, id, leaseToken });
  // From here on the customer has it, whatever becomes of us.
  appendFileSync(options.record, `sent|${id}|${amount}\n`);
  moment();
  await report(paying, id);
}

async function report(paying: WalletPayouts, id: string): Promise<void> {
  const txid = id.replaceAll(/\D/g, '');
  await paying.reportSent({ wallet, id, txid });
  await paying.reportConfirmed({ wallet, id, txid });
}

/** What the wallet finds in its own record: it reports what it sent, and that it did not send what it had only started. */
async function recover(paying: WalletPayouts): Promise<void> {
  const lines = existsSync(options.record) ? readFileSync(options.record, 'utf8').split('\n') : [];
  const sent = new Set(lines.filter((line) => line.startsWith('sent|')).map((line) => line.split('|')[1]));
  const started = new Set(lines.filter((line) => line.startsWith('started|')).map((line) => line.split('|')[1]));
  for (const id of started) {
    if (id === undefined) continue;
    if (sent.has(id)) await report(paying, id);
    else await giveUp(paying, id);
  }
}

async function giveUp(paying: WalletPayouts, id: string): Promise<void> {
  try {
    await paying.reportFailed({ wallet, id, problem: 'The wallet died before it sent it.' });
  } catch (error) {
    // It was approved again meanwhile, for the server never heard that it was started: it may be leased.
    if (!(error instanceof DomainError) || error.code !== 'payout_contradicted') throw error;
  }
}

void main();
