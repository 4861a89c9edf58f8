import { defineModule } from '#platform/module.ts';
import { authErrors } from './errors.ts';
import { PEOPLE_EVENTS } from './people/events.ts';

/** Logins, access tokens, roles, and the wallets that may report payments. */
export const auth = defineModule({
  name: 'auth',
  errors: authErrors,
  events: PEOPLE_EVENTS,
  settings: () => import('./settings.ts'),
  migrations: () => import('#migrations/auth/index.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    profile: async () => (await import('./cli/profile.ts')).profileCommand,
    login: async () => (await import('./cli/commands.ts')).loginCommand,
    keys: async () => (await import('./cli/keys.ts')).keysCommand,
    'admin wallets': async () => (await import('./cli/commands.ts')).walletsCommand,
    'admin roles': async () => (await import('./cli/commands.ts')).rolesCommand,
  },
});
