import type { MakeRoutes } from '#platform/module.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { eventRoutes } from './events.ts';

export { examples } from './examples.ts';
export { readiness } from './schemas.ts';

export const routes: MakeRoutes =
  ({ outbox }, { eventPayloads }) =>
  async (app) => {
    await app.register(eventRoutes(outbox, eventPayloads));
    await app.register(deadLetterRoutes(outbox.deadLetters, eventPayloads));
  };
