import type { MakeRoutes } from '#platform/module.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { eventRoutes } from './events.ts';

export const routes: MakeRoutes =
  ({ outbox }) =>
  async (app) => {
    await app.register(eventRoutes(outbox));
    await app.register(deadLetterRoutes(outbox.deadLetters));
  };
