import { signedClaims } from '#engine/claims/signed-claims.ts';
import { engineSettings } from '#engine/context.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { orderLinkRoute } from './link-route.ts';
import { checkoutRoutes } from './routes.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes = ({ checkout, engine }, http) => {
  const { settings } = http;
  const { payPage, publicUrl } = settings;
  return async (app) => {
    await app.register(orderLinkRoute(checkout, payPage && publicUrl));
    if (payPage === null) return;
    const orders = signedClaims(engine.orders, { settings: engineSettings(settings) });
    await app.register(checkoutRoutes({ ...http, settings: payPage, publicUrl, payerOrders: checkout, orders }));
  };
};
