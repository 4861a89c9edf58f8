import type { Clock } from '#platform/clock.ts';
import type { ReadMetrics } from '#platform/module.ts';
import type { Uplink } from './context.ts';
import { agreementRepository } from './store/agreements.ts';
import { packetRepository } from './store/packets.ts';

const PACKET_STATES = ['sent', 'unknown'] as const;

export function pullMetrics(clock: Clock, uplink: Uplink): ReadMetrics {
  return async (tx) => {
    const { active, paused } = await tx.use(agreementRepository).openCounts(clock.now());
    const held = [];
    for (const state of PACKET_STATES) held.push({ state, assets: await tx.use(packetRepository).heldIn(state) });
    return [
      {
        name: 'tpg_pull_pointers',
        help: 'Pull pointers that are neither cancelled nor expired, by state.',
        labels: ['state'],
        samples: [
          { labels: { state: 'active' }, value: active },
          { labels: { state: 'paused' }, value: paused },
        ],
      },
      {
        name: 'tpg_pull_packets_held',
        help: 'Packets of pull payments that hold money: sent, or of unknown outcome, which an operator must look at.',
        labels: ['state'],
        samples: held.map(({ state, assets }) => ({
          labels: { state },
          value: assets.reduce((sum, { packets }) => sum + packets, 0),
        })),
      },
      {
        name: 'tpg_pull_units_held',
        help: 'What these packets hold, in the smallest units of the uplink’s asset. Rounded above 2^53.',
        labels: ['state', 'asset', 'scale'],
        samples: held.flatMap(({ state, assets }) =>
          assets.map(({ code, scale, units }) => ({ labels: { state, asset: code, scale: `${scale}` }, value: units })),
        ),
      },
      {
        name: 'tpg_pull_uplink_up',
        help: 'Whether the connection to Interledger is up.',
        samples: [{ value: uplink.state?.isUp === true ? 1 : 0 }],
      },
      {
        name: 'tpg_pull_connections',
        help: 'Open connections of pull payments.',
        samples: [{ value: uplink.state?.openConnections ?? 0 }],
      },
    ];
  };
}
