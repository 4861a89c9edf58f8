import { hex } from '@scure/base';
import type { Mempool, SeenOutput } from '#rails/tari-chain/mempool/mempool.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';
import { viewWallet } from '#tari/chain/view-wallet.ts';
import { createScanner, type Scanner } from './scanner.ts';

/** The settings that the thread needs. */
export type ScanSettings = Pick<ChainSettings, 'network' | 'privateViewKey' | 'publicSpendKey' | 'nodes' | 'nodeGrpc'>;

/** All queries of nodes, with plain data as arguments and results, so that they can run in another thread. */
export interface Scan extends Scanner {
  /** The wallet's payments in the mempool of the operator's own node. @throws {NodeError} */
  seenInMempool(height: number): Promise<SeenOutput[]>;
}

/** @param signal aborts pending requests to nodes. */
export async function openScan(
  settings: ScanSettings,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Scan & { [name: string]: never }> {
  const { network, privateViewKey, publicSpendKey, nodes, nodeGrpc } = settings;
  const wallet = viewWallet(network, hex.decode(privateViewKey), hex.decode(publicSpendKey));
  let mempool: Promise<Mempool> | undefined;
  const scan: Scan = {
    ...createScanner(wallet, nodes, fetch, signal),
    async seenInMempool(height) {
      if (nodeGrpc === null) throw new NodeError('unreachable', 'No gRPC interface of a node is configured.');
      mempool ??= openMempoolOf(nodeGrpc);
      return (await mempool).seen(height);
    },
  };
  const openMempoolOf = async (target: string) =>
    (await import('#rails/tari-chain/mempool/mempool.ts')).openMempool(wallet, target);
  signal.addEventListener(
    'abort',
    () =>
      void mempool?.then(
        (opened) => opened.close(),
        () => undefined,
      ),
  );
  return scan as Scan & { [name: string]: never };
}
