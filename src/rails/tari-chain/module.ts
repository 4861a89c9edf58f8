import { defineModule } from '#platform/module.ts';

/** The rail that finds payments on the chain, with a key that can't spend. */
export const tariChain = defineModule({
  name: 'tariChain',
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
});
