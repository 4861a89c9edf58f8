import type { MakeRoutes, OpenHttpBackground } from '#platform/module.ts';
import { packetRoutes } from './packets.ts';
import { pullPointerRoutes } from './pull-pointers.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes =
  ({ pullPayments }, { settings }) =>
  async (app) => {
    await app.register(pullPointerRoutes(pullPayments, settings.pullPayments?.publicHost ?? null));
    await app.register(packetRoutes(pullPayments));
  };

/** The listener for payees and the endpoint on Interledger. */
export const background: OpenHttpBackground = async ({ pullPayments }, http) => {
  const { pullPayments: settings } = http.settings;
  if (settings === null) return undefined;
  const { openPullPayments } = await import('./background.ts');
  return openPullPayments(pullPayments, http, settings);
};
