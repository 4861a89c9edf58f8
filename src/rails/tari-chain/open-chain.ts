import { hex } from '@scure/base';
import type { EngineContext } from '#engine/context.ts';
import { chainPayments } from '#engine/payments/chain-payments.ts';
import { LeaseHolder } from '#platform/jobs/lease-holder.ts';
import { multiplyBase } from '#tari/ristretto.ts';
import { chainBooks } from './chain-books.ts';
import type { ChainWatch } from './chain-watch.ts';
import { forgetSightings, MempoolWatch } from './mempool-watch.ts';
import type { ScanSettings } from './scan/open-scan.ts';
import type { ScanThread } from './scan/start-scan.ts';
import type { ChainSettings } from './settings.ts';
import { ChainWatcher } from './watcher.ts';

export interface ChainRailPorts {
  settings: ChainSettings;
  context: EngineContext;
  /** Starts the thread that queries nodes and scans outputs. */
  startScan: (settings: ScanSettings) => ScanThread;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** The rail that finds payments on the chain. */
export interface ChainRail extends ChainWatch {
  start(): void;
  stop(): Promise<void>;
}

/** Creates the watcher, which only one instance runs at a time. */
export function openChainRail({ settings, context, startScan, random }: ChainRailPorts): ChainRail {
  const { store, clock, log } = context;
  const payments = chainPayments(context);
  const books = chainBooks({ store, clock, log, payments });
  const wallet = hex.encode(multiplyBase(hex.decode(settings.privateViewKey)));
  let running: { scan: ScanThread; watcher: ChainWatcher; mempool: MempoolWatch | undefined } | undefined;

  const begin = async () => {
    const scan = startScan(settings);
    const common = { store, scan, clock, log };
    const monotonicMs = () => performance.now();
    const watcher = new ChainWatcher({ ...common, settings, wallet, books, random, monotonicMs });
    const mempool =
      settings.nodeGrpc === null ? undefined : new MempoolWatch({ ...common, payments, ledgerContext: context });
    if (mempool === undefined) await store.run(forgetSightings);
    running = { scan, watcher, mempool };
    watcher.start();
    mempool?.start();
  };
  const end = async () => {
    const ended = running;
    running = undefined;
    // They are stopped before their requests are aborted, so that they do not count these as failures.
    const stopped = Promise.all([ended?.watcher.stop(), ended?.mempool?.stop()]);
    await ended?.scan.close();
    await stopped;
  };
  const keeper = new LeaseHolder({ store, name: 'chain', begin, end, random, log });

  return {
    status: () => running?.watcher.status(),
    start: () => keeper.start(),
    stop: () => keeper.stop(),
  };
}
