import { engineSettings } from '#engine/context.ts';
import type { MakeRoutes } from '#platform/module.ts';
import { authenticator } from './authenticate.ts';
import { walletRoutes } from './reports.ts';
import { signedReports } from './signed-reports.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes = ({ auth, tariWallet }, { settings, log, clientAddress, limitStrangers }) => {
  const context = { settings: engineSettings(settings), log };
  const payments = signedReports(tariWallet, authenticator(auth.wallets, context), context);
  return walletRoutes({ payments, wallets: auth.wallets, clientAddress, limitStrangers });
};
