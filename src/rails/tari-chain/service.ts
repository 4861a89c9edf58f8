import { engineContext } from '#engine/context.ts';
import type { Check, Metric, Opened, ReadMetrics, ServiceContext } from '#platform/module.ts';
import { blocksBehind } from './chain-status.ts';
import { type ChainQueries, type ChainWatch, chainFigures, chainQueries, chainStatus } from './chain-watch.ts';
import './ports.ts';

declare module '#platform/module.ts' {
  interface Services {
    tariChain: ChainQueries;
  }
}

export async function open(platform: ServiceContext): Promise<Opened<ChainQueries>> {
  const rail = await openRail(platform);
  const watch = platform.ports.chainWatch ?? rail;
  const service = chainQueries(platform, watch);
  if (watch === undefined) return { service };
  platform.ports.chainWatch = watch;
  const opened = { service, check: chainCheck(watch), metrics: chainMetrics(watch) };
  return rail === undefined
    ? opened
    : { ...opened, background: { start: () => rail.start(), stop: () => rail.stop() } };
}

/** The watcher if it is configured; otherwise its code is not even loaded. */
async function openRail(platform: ServiceContext) {
  const { settings, ports, random } = platform;
  const { startScan } = ports;
  if (settings.chain === null || startScan === undefined) return undefined;
  const { openChainRail } = await import('./open-chain.ts');
  return openChainRail({ settings: settings.chain, context: engineContext(platform), startScan, random });
}

/** How old our knowledge of the chain is. It does not affect readiness: orders and reports work without a node. */
function chainCheck(watch: ChainWatch): Check {
  return {
    unknown: {},
    async look(tx, now) {
      const chain = await chainStatus(tx, watch);
      const ageMs = chain.lastAnswerAt === null ? null : Math.max(0, now.getTime() - chain.lastAnswerAt.getTime());
      const details = {
        state: chain.state,
        height: chain.height,
        blocks_behind: blocksBehind(chain),
        age_seconds: ageMs === null ? null : Math.floor(ageMs / 1000),
      };
      return { reasons: [], details: { chain: details } };
    },
  };
}

function chainMetrics(watch: ChainWatch): ReadMetrics {
  return async (tx) => {
    const { status, refused, departed } = await chainFigures(tx, watch);
    const single = (name: string, help: string, value: number | null): Metric => ({
      name: `tpg_chain_${name}`,
      help,
      samples: value === null ? [] : [{ value }],
    });
    return [
      single('height', 'The last block that was scanned for payments.', status.height),
      single('blocks_behind', 'How many blocks the nodes are ahead of it.', blocksBehind(status)),
      {
        name: 'tpg_chain_node_age_seconds',
        help: 'Seconds since a base node last answered. Left out until one has.',
        labels: ['node'],
        samples: status.nodes.flatMap(({ url, lastAnswerAt }) =>
          lastAnswerAt === null ? [] : [{ labels: { node: url }, value: lastAnswerAt }],
        ),
      },
      single('outputs_seen', 'Outputs scanned in total.', status.outputsSeen),
      single('payments_found', 'Payments found on the chain in total.', status.paymentsFound),
      {
        name: 'tpg_chain_outputs_refused',
        help: 'Outputs that were encrypted for the shop but are not payments to it, by reason.',
        labels: ['reason'],
        samples: [...refused].map(([reason, value]) => ({ labels: { reason }, value })),
      },
      single(
        'payments_left',
        'Confirmed payments that left the chain and did not come back: an operator must look.',
        departed,
      ),
    ];
  };
}
