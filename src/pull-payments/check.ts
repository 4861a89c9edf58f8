import type { Check } from '#platform/module.ts';
import type { Uplink } from './context.ts';
import { packetRepository } from './store/packets.ts';

/** Whether others can pull. It does not affect readiness: the shop's orders and payments work without Interledger. */
export function pullCheck(uplink: Uplink): Check {
  return {
    unknown: { pull_payments: { uplink: 'down', problem: null, unknown_packets: 0 } },
    async look(tx) {
      const unknown = await tx.use(packetRepository).heldIn('unknown');
      const isUp = uplink.state?.isUp === true;
      return {
        reasons: [],
        details: {
          pull_payments: {
            uplink: isUp ? 'up' : 'down',
            problem: isUp ? null : (uplink.state?.problem ?? null),
            unknown_packets: unknown.reduce((sum, { packets }) => sum + packets, 0),
          },
        },
      };
    },
  };
}
