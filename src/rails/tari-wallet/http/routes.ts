import { engineSettings } from '#engine/context.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { authenticator } from './authenticate.ts';
import { payoutRoutes } from './payouts.ts';
import { walletRoutes } from './reports.ts';
import { signedReports } from './signed-reports.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes = ({ auth, tariWallet }, { settings, log, clientAddress, limitStrangers }) => {
  const context = { settings: engineSettings(settings), log };
  const authenticate = authenticator(auth.wallets, context);
  const payments = signedReports(tariWallet, authenticate, context);
  const reporting = walletRoutes({ payments, wallets: auth.wallets, clientAddress, limitStrangers });
  const paying = payoutRoutes({ reports: tariWallet, authenticate, clientAddress, limitStrangers });
  return async (app) => {
    await app.register(reporting);
    await app.register(paying);
  };
};
