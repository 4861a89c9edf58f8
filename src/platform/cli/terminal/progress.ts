import type { CommandPorts } from '#platform/cli/ports.ts';
import { fitted } from './text-width.ts';

/** How far a long command has come, beside its output; nothing at all where the output is for programs. */
export interface Progress {
  show(line: string): void;
  /** Ends the line that was renewed. */
  end(): void;
}

export function progressOf(
  { progress, terminal }: Pick<CommandPorts, 'progress' | 'terminal'>,
  { json }: { json?: boolean | undefined } = {},
): Progress {
  let isShown = false;
  return {
    show(line) {
      if (json) return;
      isShown = true;
      progress(fitted(line, terminal.columns - 1));
    },
    end() {
      if (isShown) progress('');
      isShown = false;
    },
  };
}
