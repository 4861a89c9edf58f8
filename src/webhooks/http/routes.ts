import type { MakeRoutes } from '#platform/module.ts';
import { webhookDeliveryRoutes } from './deliveries.ts';
import { endpointRoutes } from './endpoints.ts';

export { examples } from './examples.ts';
export { eventPayloads, readiness } from './schemas.ts';

export const routes: MakeRoutes =
  ({ webhookEndpoints }, { eventPayloads }) =>
  async (app) => {
    await app.register(endpointRoutes(webhookEndpoints, Object.keys(eventPayloads)));
    await app.register(webhookDeliveryRoutes(webhookEndpoints));
  };
