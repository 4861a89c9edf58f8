import { defineModule } from '#platform/module.ts';
import { directoryErrors } from './errors.ts';

/** Finds customers by their e-mail addresses, which are kept by the shop or the merchant, and not here. */
export const directory = defineModule({
  name: 'directory',
  errors: directoryErrors,
  settings: () => import('./settings.ts'),
  service: () => import('./service.ts'),
});
