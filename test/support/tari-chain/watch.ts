import { hex } from '@scure/base';
import { chainPayments } from '#engine/payments/chain-payments.ts';
import type { Store } from '#platform/database/store.ts';
import { chainBooks } from '#rails/tari-chain/chain-books.ts';
import type { ScanThread } from '#rails/tari-chain/scan/start-scan.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';
import { ChainWatcher } from '#rails/tari-chain/watcher.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import type { ViewWallet } from '#tari/chain/view-wallet.ts';
import { type TestEngine, type TestEngineOptions, testEngine } from '#test/engine.ts';
import { playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { scanHere } from './scan.ts';

/** A watcher over an engine of tests, with nodes of tests: turn by turn, so that a test says when. */

/** Chance that is the same each time. */
export function seededRandom(seed: number): (length: number) => Uint8Array {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const next = () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state & 0xff;
  };
  return (length) => Uint8Array.from({ length }, next);
}

export const random = seededRandom(1);
/** The shop's, and somebody who pays. */
export const SHOP = playWallet('mainnet', random);
export const PAYER = playWallet('mainnet', random);

export interface WatchOptions extends Partial<ChainSettings> {
  wallet?: { view: ViewWallet; address: TariAddress };
  engine?: TestEngine;
  engineOptions?: TestEngineOptions;
  /** In place of what asks the nodes. */
  scan?: (real: ScanThread) => ScanThread;
  /** In place of what it writes to. */
  store?: (real: Store) => Store;
}

export interface Watch {
  engine: TestEngine;
  /** Looks as far as there is something to see. */
  turn(): Promise<void>;
  /** Lets time go by for pauses between tries. */
  wait(ms: number): void;
  /** Another watcher over the same books, as after a start. */
  again(options?: WatchOptions): Promise<Watch>;
  status(): ReturnType<ChainWatcher['status']>;
  close(): Promise<void>;
}

export async function watch(nodes: readonly string[], options: WatchOptions = {}): Promise<Watch> {
  const { wallet = SHOP, engineOptions, scan: wrap = (real: ScanThread) => real, ...given } = options;
  const { store: wrapStore = (real: Store) => real } = options;
  const engine =
    options.engine ??
    (await testEngine({
      hotWallet: wallet.view.network === 'mainnet',
      ...engineOptions,
      settings: { paymentWalletAddress: addressToBase58(wallet.address), ...engineOptions?.settings },
    }));
  const settings: ChainSettings = {
    network: wallet.view.network,
    privateViewKey: hex.encode(wallet.view.viewKey),
    publicSpendKey: hex.encode(wallet.view.spendKey),
    nodes,
    confirmations: 3,
    watchFrom: { kind: 'height', height: 0 },
    nodeGrpc: null,
    ...given,
  };
  const scan = wrap(scanHere(settings));
  let nowMs = 0;
  const { clock, log, bus } = engine;
  const store = wrapStore(engine.store);
  const payments = chainPayments({ settings: engine.settings, subscriptions: bus });
  const watcher = new ChainWatcher({
    settings,
    wallet: hex.encode(wallet.view.publicViewKey),
    store,
    books: chainBooks({ store, clock, log, payments }),
    scan,
    clock,
    monotonicMs: () => nowMs,
    random: () => 0.5,
    log,
    pollMs: 1,
  });
  return {
    engine,
    turn: () => watcher.turn(),
    wait: (ms) => {
      nowMs += ms;
    },
    again: (more = {}) => watch(nodes, { ...options, engine, ...more }),
    status: () => watcher.status(),
    close: () => scan.close(),
  };
}

/** What the books say of each payment, by its number. */
export async function paymentsOf({ engine }: Watch) {
  return engine.rows(
    'select txid, amount, status, memo, payment_reference, block_height, order_id from payments order by txid',
  );
}

/** Whole XTM. */
export const xtm = (amount: number): bigint => BigInt(amount) * 1_000_000n;
