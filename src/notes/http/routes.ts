import type { MakeRoutes } from '#platform/module.ts';
import { noteRoutes } from './notes.ts';

export { examples } from './examples.ts';
export { eventPayloads } from './schemas.ts';

export const routes: MakeRoutes = ({ notes }) => noteRoutes(notes);
