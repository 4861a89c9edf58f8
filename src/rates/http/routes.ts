import type { MakeRoutes } from '#platform/module.ts';
import { rateRoutes } from './rates.ts';

export const routes: MakeRoutes = ({ rates }) => rateRoutes(rates);
