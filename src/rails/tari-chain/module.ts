import { defineModule } from '#platform/module.ts';

/** The rail that finds payments on the chain, with a key that can't spend. */
export const tariChain = defineModule({
  name: 'tariChain',
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin chain': async () => (await import('./cli/commands.ts')).chainCommand,
    'wallet doctor': async () => (await import('./cli/commands.ts')).doctorCommand,
    'wallet check': async () => (await import('./cli/commands.ts')).checkCommand,
    'wallet keys': async () => (await import('./cli/commands.ts')).keysCommand,
  },
});
