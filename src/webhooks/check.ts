import type { Check } from '#platform/module.ts';
import { endpointRepository } from './store/endpoints.ts';

/** How endpoints are. None of them makes the server unready: a receiver of a merchant's is not the server's work. */
export const webhookCheck: Check = {
  unknown: { webhook_endpoints: { active: 0, paused: 0, failing: 0 } },
  async look(tx) {
    const endpoints = await tx.use(endpointRepository).inUse();
    const count = (isCounted: (endpoint: (typeof endpoints)[number]) => boolean) => endpoints.filter(isCounted).length;
    const webhookEndpoints = {
      active: count(({ state }) => state === 'active'),
      paused: count(({ state }) => state === 'paused'),
      failing: count(({ state, failingSince }) => state === 'active' && failingSince !== null),
    };
    return { reasons: [], details: { webhook_endpoints: webhookEndpoints } };
  },
};
