import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { allBookChecks } from '#books.ts';
import { allCommands, createProgram } from '#cli/commands.ts';
import { openReader } from '#cli/open-reader.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { terminalQuestions } from '#platform/cli/terminal/prompts.ts';
import { systemClock } from '#platform/clock.ts';
import { projectFolder } from '#platform/config/project-root.ts';
import { allSettings } from '#settings.ts';
import { plainFetch } from '#test/openapi-contract/plain-fetch.ts';

/** What a run of the tool left behind. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a command of the tool in the process of the test, as src/cli/run.ts does in one of its own. A start of Node takes
 * twenty times as long as most commands.
 * @param input what is on standard input.
 */
export async function runHere(
  arguments_: readonly string[],
  {
    environment,
    toolFolder,
    input,
    fetch = plainFetch,
  }: { environment: NodeJS.ProcessEnv; toolFolder: string; input: string; fetch?: typeof globalThis.fetch },
): Promise<Finished> {
  const written = { stdout: '', stderr: '' };
  const writeOut = (text: string) => {
    written.stdout += text;
  };
  const writeErr = (text: string) => {
    written.stderr += text;
  };
  const ports: CommandPorts = {
    environment,
    folder: projectFolder(),
    serviceSettings: join(toolFolder, 'no-service.env'),
    settings: allSettings,
    bookChecks: allBookChecks,
    toolFolder,
    clock: systemClock,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    fetch,
    interruption: () => new AbortController().signal,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    terminal: { isTerminal: false, columns: 80, colour: false, canAsk: false, isInputTerminal: false },
    print: (line) => writeOut(`${line}\n`),
    note: (line) => writeErr(`${line}\n`),
    progress: (line) => line !== '' && writeErr(`${line}\n`),
    readInput: async () => input,
    openReader,
    client: async (profile) => (await import('#auth/cli/session.ts')).clientOfProfile(ports, profile),
    ask: terminalQuestions(false),
  };
  const program = await createProgram(ports, arguments_);
  for (const command of [program, ...allCommands(program)]) {
    command.exitOverride().configureOutput({ writeOut, writeErr });
  }
  try {
    await program.parseAsync([...arguments_], { from: 'user' });
    return { code: EXIT_CODES.done, ...written };
  } catch (error) {
    if (error instanceof CommanderError) {
      return { code: error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongUse, ...written };
    }
    writeErr(`${error instanceof Error ? error.message : String(error)}\n`);
    return { code: error instanceof CommandError ? error.exitCode : EXIT_CODES.refused, ...written };
  }
}
