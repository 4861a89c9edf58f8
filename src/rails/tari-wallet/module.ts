import { defineModule } from '#platform/module.ts';

/** The rail of a hot wallet that reports its payments. */
export const tariWallet = defineModule({
  name: 'tariWallet',
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'wallet received': async () => (await import('./cli/commands.ts')).receivedCommand,
    'wallet confirmed': async () => (await import('./cli/commands.ts')).confirmedCommand,
    'wallet notify': async () => (await import('./cli/commands.ts')).notifyCommand,
    'wallet replay': async () => (await import('./cli/commands.ts')).replayCommand,
    'wallet queue': async () => (await import('./cli/commands.ts')).queueCommand,
    'wallet payouts': async () => (await import('./cli/payouts/payouts-command.ts')).payoutsCommand,
  },
});
