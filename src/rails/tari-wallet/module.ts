import { defineModule } from '#platform/module.ts';

/** The rail of a hot wallet that reports its payments. */
export const tariWallet = defineModule({
  name: 'tariWallet',
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
