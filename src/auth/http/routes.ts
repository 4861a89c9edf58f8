import type { MakeRoutes } from '#platform/module.ts';
import { authRoutes } from './login.ts';
import { loginLinkRoutes } from './people/login-link.ts';
import { roleRoutes } from './roles.ts';
import { walletRoutes } from './wallets.ts';

export { examples } from './examples.ts';
export { eventPayloads } from './people/schemas.ts';

export const routes: MakeRoutes =
  ({ auth }, http) =>
  async (app) => {
    await app.register(authRoutes({ ...http, access: auth }));
    await app.register(roleRoutes(auth));
    await app.register(walletRoutes(auth.wallets));
    await app.register(loginLinkRoutes({ ...http, access: auth, links: auth.people.loginLinks }));
  };
