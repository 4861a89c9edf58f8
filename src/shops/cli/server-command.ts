import { serverCommandOf } from '#platform/cli/server-command.ts';

/** A command that asks about the work with the shop. */
export const shopsCommand = serverCommandOf(async () => (await import('./requests.ts')).shopsClient);
