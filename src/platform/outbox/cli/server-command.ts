import { serverCommandOf } from '#platform/cli/server-command.ts';

/** A command that asks about events. */
export const outboxCommand = serverCommandOf(async () => (await import('./requests.ts')).outboxClient);
