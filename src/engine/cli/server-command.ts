import { serverCommandOf } from '#platform/cli/server-command.ts';

/** A command that asks the engine. */
export const engineCommand = serverCommandOf(async () => (await import('./requests.ts')).engineClient);
