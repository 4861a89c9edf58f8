/**
 * Until a question has its prompt, the terminal itself would show what is typed for it, and that may be a secret. So from
 * the first moment of a process on, nothing that is typed is shown, until the tool asks or says something.
 */

/** A command that neither asks nor says anything by then is at work, and Ctrl-C must end it. */
const QUIET_FOR_MS = 1500;

export interface QuietTerminal {
  /** Has the terminal show again what is typed, and Ctrl-C end the process. More calls do nothing. */
  end: () => void;
  /** A question reads what is typed from now on, and shows of it what should be seen. */
  handOver: () => void;
}

/** What is typed meanwhile stays with the terminal, for the question, or the program, that reads next. */
export function quietTerminal({ stdin, stdout }: Pick<NodeJS.Process, 'stdin' | 'stdout'>): QuietTerminal {
  let isQuiet = stdin.isTTY === true && stdout.isTTY === true;
  if (isQuiet) stdin.setRawMode(true);
  const handOver = () => {
    clearTimeout(timer);
    isQuiet = false;
  };
  const end = () => {
    if (isQuiet) stdin.setRawMode(false);
    handOver();
  };
  const timer = setTimeout(end, QUIET_FOR_MS).unref();
  return { end, handOver };
}
