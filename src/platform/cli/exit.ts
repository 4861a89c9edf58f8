/** The exit codes of the process. */
export const EXIT_CODES = { done: 0, refused: 1, wrongUse: 2 } as const;

/** A command that could not be carried out. The message is a sentence for the one who gave it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_CODES.refused) {
    super(message);
    this.exitCode = exitCode;
  }
}
