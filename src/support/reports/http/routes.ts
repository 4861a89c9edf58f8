import type { MakeRoutes } from '#platform/module.ts';
import { reportRoutes } from './reports.ts';

export { examples } from './examples.ts';

export const routes: MakeRoutes = ({ reports }, { clock }) => reportRoutes(reports, clock);
