import { CommandError, EXIT_CODES } from './exit.ts';
import type { CommandPorts } from './ports.ts';
import { plainText } from './terminal/output.ts';

/** Said in the place of the present state. */
export const UNREADABLE = 'How it is now can’t be read with these roles.';

/** Whoever was asked said no. */
export class Declined extends CommandError {
  constructor() {
    super('Nothing was done.');
  }
}

/**
 * Says what a command is about to do, and lets it go on after a yes only.
 * @param lines sentences with the present state; none where there is nothing to fear. What the server or the shop says in
 *   them can't steer the terminal on which they are asked about.
 * @throws {Declined}
 * @throws {CommandError} where nobody can be asked and `--yes` was not given.
 */
export async function confirmed(
  ports: Pick<CommandPorts, 'note' | 'ask' | 'terminal'>,
  lines: readonly string[],
  yes: boolean | undefined,
): Promise<void> {
  if (lines.length === 0 || yes === true) return;
  for (const line of lines) ports.note(plainText(line));
  if (!ports.terminal.canAsk) {
    throw new CommandError('Nobody can be asked here, so nothing was done: --yes does it.', EXIT_CODES.wrongUse);
  }
  if (!(await ports.ask.yes('Do it?'))) throw new Declined();
}
