import { defineModule } from '#platform/module.ts';
import { rateErrors } from './errors.ts';

/** Exchange rates of currencies to Tari. */
export const rates = defineModule({
  name: 'rates',
  errors: rateErrors,
  service: () => import('./service.ts'),
  routes: () => import('./http/routes.ts'),
  commands: {
    'admin rates': async () => (await import('./cli/rates.ts')).ratesCommand,
  },
});
