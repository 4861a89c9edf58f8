import { signedClaims } from '#engine/claims/signed-claims.ts';
import { engineSettings } from '#engine/context.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { accountRoutes } from './accounts.ts';
import { claimRoutes } from './claim.ts';
import { heldRoutes } from './held.ts';
import { listRoutes } from './lists.ts';
import { changeRoutes } from './operator-actions.ts';
import { orderEventRoutes } from './order-events.ts';

export { examples } from './examples.ts';
export { eventPayloads, readiness } from './schemas.ts';

export const routes: MakeRoutes =
  ({ engine }, { settings, limitStrangers, eventPayloads }) =>
  async (app) => {
    const { claim } = signedClaims(engine.orders, { settings: engineSettings(settings) });
    await app.register(claimRoutes(claim, limitStrangers));
    await app.register(accountRoutes(engine.texts));
    await app.register(listRoutes(engine.texts));
    await app.register(heldRoutes(engine.held));
    await app.register(orderEventRoutes(engine.orderEvents, eventPayloads));
    // A shop can't reopen a cancelled order.
    await app.register(changeRoutes(engine.orderChanges, !settings.hasShop));
  };
