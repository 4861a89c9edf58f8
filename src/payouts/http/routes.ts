import type { MakeRoutes } from '#platform/module.ts';
import { payoutRoutes, sweepRoutes } from './payouts.ts';
import { refundChangeRoutes, refundRoutes } from './refunds.ts';

export { examples } from './examples.ts';
export { eventPayloads } from './schemas.ts';

export const routes: MakeRoutes =
  ({ payouts }) =>
  async (app) => {
    await app.register(refundRoutes(payouts));
    await app.register(refundChangeRoutes(payouts));
    await app.register(payoutRoutes(payouts));
    await app.register(sweepRoutes(payouts));
  };
