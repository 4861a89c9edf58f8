import type { MakeRoutes } from '#platform/module.ts';
import { priceUpdateRoutes } from './price-updates.ts';
import { rejectedRoutes } from './rejected-webhooks.ts';
import { rescanRoutes } from './rescan.ts';

export { examples } from './examples.ts';
export { eventPayloads, readiness } from './schemas.ts';

export const routes: MakeRoutes =
  ({ shops }) =>
  async (app) => {
    await app.register(priceUpdateRoutes(shops.priceUpdates));
    await app.register(rejectedRoutes(shops.webhooks));
    await app.register(rescanRoutes(shops.rescan));
  };
