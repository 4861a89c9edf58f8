import { serverCommandOf } from '#platform/cli/server-command.ts';

/** A command that asks who may do what. */
export const authCommand = serverCommandOf(async () => (await import('./requests.ts')).authClient);
