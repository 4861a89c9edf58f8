import { constants } from 'node:os';

type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** As shells count: 143 for SIGTERM. */
const SIGNAL_BASE = 128;

/** The cursor that questions hide, usual colours, and a new line for what is written next (ECMA-48). */
const AS_IT_WAS = '\u001b[?25h\u001b[0m\r\n';

/**
 * Ends a process that may be asking a question when a signal comes: with the terminal as it was found, and the exit code that
 * shells give. By itself the process would leave the cursor hidden, and the keys unheard.
 * @param isLeftToCommand whether a command ends in order by itself now.
 */
export function endBySignal(
  process: NodeJS.Process,
  signals: readonly EndingSignal[],
  isLeftToCommand: (signal: EndingSignal) => boolean,
): void {
  for (const signal of signals) {
    process.on(signal, () => {
      if (isLeftToCommand(signal)) return;
      restoreTerminal(process);
      process.exit(SIGNAL_BASE + constants.signals[signal]);
    });
  }
}

function restoreTerminal({ stdin, stdout }: NodeJS.Process): void {
  try {
    if (stdin.isTTY) stdin.setRawMode(false);
    if (stdout.isTTY) stdout.write(AS_IT_WAS);
  } catch {
    // It may be gone, as it is after a hang-up; then it is not missed.
  }
}
