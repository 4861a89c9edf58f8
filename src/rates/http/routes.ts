import type { MakeRoutes } from '#platform/module.ts';
import { rateRoutes } from './rates.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes = ({ rates }) => rateRoutes(rates);
