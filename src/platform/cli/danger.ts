import { CommandError, EXIT_CODES } from './exit.ts';
import type { CommandPorts } from './ports.ts';
import { plainText } from './terminal/output.ts';

/** Said in the place of the present state. */
export const UNREADABLE = 'How it is now can’t be read with these roles.';

/** The answer was no. */
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
 * @throws {CommandError} without a terminal to ask at, unless `--yes` was given.
 */
export async function confirmed(
  ports: Pick<CommandPorts, 'note' | 'ask' | 'terminal'>,
  lines: readonly string[],
  yes: boolean | undefined,
): Promise<void> {
  if (lines.length === 0 || yes === true) return;
  for (const line of lines) ports.note(plainText(line));
  if (!ports.terminal.canAsk) {
    throw new CommandError(
      'There is no terminal to ask at, so nothing was done: --yes does it without asking.',
      EXIT_CODES.wrongUse,
    );
  }
  if (!(await ports.ask.yes('Do it?'))) throw new Declined();
}
