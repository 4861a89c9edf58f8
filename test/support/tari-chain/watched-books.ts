import { join } from 'node:path';
import { hex } from '@scure/base';
import { chainPayments } from '#engine/payments/chain-payments.ts';
import { systemClock } from '#platform/clock.ts';
import type { OpenedStore } from '#platform/database/open.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { chainBooks } from '#rails/tari-chain/chain-books.ts';
import { openScan } from '#rails/tari-chain/scan/open-scan.ts';
import { ChainWatcher } from '#rails/tari-chain/watcher.ts';
import { addressToBase58, dualAddress } from '#tari/address.ts';
import type { ViewWallet } from '#tari/chain/view-wallet.ts';
import type { Home } from '#test/cli/tool.ts';
import { openStore } from '#test/database/open.ts';
import { ALL_EVENT_TYPES } from '#test/vitest/event-types.ts';

/** Books that a watcher has filled, for the commands that look at them. */

export interface WatchedShop {
  wallet: ViewWallet;
  nodes: readonly string[];
}

const CONFIRMATIONS = 3;

/** The settings of a server that watches, its database in the person's home. */
export function watchingSettings(home: Home, { wallet, nodes }: WatchedShop): Record<string, string> {
  return {
    TPG_DATABASE_URL: databaseUrl(home),
    TPG_VIEW_KEY: hex.encode(wallet.viewKey),
    TPG_PAYMENT_WALLET_ADDRESS: addressOf(wallet),
    TPG_TARI_NODES: nodes.join(','),
    TPG_CONFIRMATIONS: String(CONFIRMATIONS),
  };
}

/** Lets a watcher read all that the nodes have, from the first block on. */
export async function watchOnce(home: Home, { wallet, nodes }: WatchedShop): Promise<void> {
  await withStore(home, async (store) => {
    const settings = {
      network: wallet.network,
      privateViewKey: hex.encode(wallet.viewKey),
      publicSpendKey: hex.encode(wallet.spendKey),
      nodes,
      confirmations: CONFIRMATIONS,
      watchFrom: { kind: 'height' as const, height: 0 },
      nodeGrpc: null,
    };
    const ending = new AbortController();
    const ports = { store, clock: systemClock, log: silentLog };
    const watcher = new ChainWatcher({
      ...ports,
      settings,
      wallet: hex.encode(wallet.publicViewKey),
      books: chainBooks({ ...ports, payments: paymentsOf(wallet) }),
      scan: await openScan(settings, globalThis.fetch, ending.signal),
      monotonicMs: () => performance.now(),
      random: () => 0.5,
    });
    await watcher.turn();
    ending.abort();
  });
}

/** Works on the books as nothing of the program does. */
export async function withStore(home: Home, work: (store: OpenedStore) => Promise<void>): Promise<void> {
  const store = await openStore(databaseUrl(home), { maxConnections: 1 });
  await work(store).finally(() => store.close());
}

function paymentsOf(wallet: ViewWallet) {
  const settings = {
    strictMode: true,
    disableMemoSignatureCheck: false,
    disableWalletWhitelist: false,
    paymentWalletAddress: addressOf(wallet),
    unclaimedOrderTimeoutMs: 0,
    unpaidOrderTimeoutMs: 0,
    confirmationWaitMs: 0,
    maxWebhookAgeMs: null,
    orderIdField: 'id' as const,
  };
  return chainPayments({ settings, subscriptions: new EventBus(silentLog, ALL_EVENT_TYPES) });
}

const databaseUrl = (home: Home) => `sqlite://${join(home.folder, 'store.db')}`;

const addressOf = ({ network, publicViewKey, spendKey }: ViewWallet) =>
  addressToBase58(dualAddress(network, publicViewKey, spendKey, 1));
