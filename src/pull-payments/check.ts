import type { Check } from '#platform/module.ts';
import type { Uplink } from './context.ts';
import { packetRepository } from './store/packets.ts';

/** Whether others can pull: while the uplink is down they cannot. */
export function pullCheck(uplink: Uplink): Check {
  return {
    unknown: { pull_payments: { uplink: 'down', unknown_packets: 0 } },
    async look(tx) {
      const unknown = await tx.use(packetRepository).heldIn('unknown');
      const isUp = uplink.state?.isUp === true;
      const problem = uplink.state?.problem ?? null;
      const because = problem === null ? '.' : `: ${problem}`;
      return {
        reasons: isUp ? [] : [`The connection to Interledger is down${because}`],
        details: {
          pull_payments: {
            uplink: isUp ? 'up' : 'down',
            unknown_packets: unknown.reduce((sum, { packets }) => sum + packets, 0),
          },
        },
      };
    },
  };
}
