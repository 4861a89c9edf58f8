import type { MakeRoutes, OpenHttpBackground } from '#platform/module.ts';
import { packetRoutes } from './packets.ts';
import { pointerChangeRoutes } from './pointer-changes.ts';
import { pullPointerRoutes } from './pull-pointers.ts';

export { examples } from './examples.ts';
export { eventPayloads, readiness } from './schemas.ts';

export const routes: MakeRoutes =
  ({ pullPayments }, { settings }) =>
  async (app) => {
    const host = settings.pullPayments?.publicHost ?? null;
    await app.register(pullPointerRoutes(pullPayments, host));
    await app.register(pointerChangeRoutes(pullPayments, host));
    await app.register(packetRoutes(pullPayments));
  };

/** The listener for payees and the endpoint on Interledger. */
export const background: OpenHttpBackground = async ({ pullPayments }, http) => {
  const { pullPayments: settings } = http.settings;
  if (settings === null) return undefined;
  const { openPullPayments } = await import('./background.ts');
  return openPullPayments(pullPayments, http, settings);
};
