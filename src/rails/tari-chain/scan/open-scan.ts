import { hex } from '@scure/base';
import type { Mempool, SeenOutput } from '#rails/tari-chain/mempool/mempool.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';
import { viewWallet } from '#tari/chain/view-wallet.ts';
import { createScanner, type Scanner } from './scanner.ts';

/** What the thread needs of the settings. */
export type ScanSettings = Pick<ChainSettings, 'network' | 'privateViewKey' | 'publicSpendKey' | 'nodes' | 'nodeGrpc'>;

/** Everything that is asked of nodes. Plain data in and out, so that it can be far away. */
export interface Scan extends Scanner {
  /** What stands in the mempool of the node of one's own. @throws {NodeError} */
  seenInMempool(height: number): Promise<SeenOutput[]>;
}

/** @param signal ends what is being asked of nodes. */
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
