import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { terminalQuestions } from '#platform/cli/terminal/prompts.ts';
import type { QuietTerminal } from '#platform/cli/terminal/quiet-terminal.ts';
import { systemClock } from '#platform/clock.ts';
import { SERVICE_SETTINGS_FILE } from '#platform/config/environment.ts';
import { projectFolder } from '#platform/config/project-root.ts';
import { systemRandomBytes } from '#platform/random.ts';
import { allCommands, createProgram } from './commands.ts';
import { endBySignal } from './end-by-signal.ts';
import { openReader } from './open-reader.ts';

const USUAL_COLUMNS = 80;

/**
 * Runs the command of the process's arguments. Answers the exit code.
 * @param quiet the terminal, which shows nothing of what is typed yet.
 */
export async function runFromProcess(process: NodeJS.Process, quiet: QuietTerminal): Promise<number> {
  const interruption = createInterruption(process);
  const ports = portsOf(process, interruption, quiet);
  if (process.argv.length === 2 && ports.terminal.canAsk) {
    quiet.handOver();
    return menus(process, ports, interruption);
  }
  if (ports.terminal.canAsk) {
    endBySignal(process, ['SIGTERM', 'SIGHUP'], (signal) => signal === 'SIGTERM' && interruption.isAwaited());
  }
  if (process.argv[2] === '__complete') {
    const { completionLines } = await import('./completion.ts');
    for (const line of await completionLines(ports, process.argv.slice(3))) ports.print(line);
    return EXIT_CODES.done;
  }
  const program = await createProgram(ports, process.argv.slice(2));
  for (const command of [program, ...allCommands(program)]) command.exitOverride();
  try {
    await program.parseAsync(process.argv);
    return EXIT_CODES.done;
  } catch (error) {
    // commander has printed what was wrong with the arguments, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongUse;
    quiet.end();
    const { plainLines } = await import('#platform/cli/terminal/output.ts');
    process.stderr.write(`${plainLines(error instanceof Error ? error.message : String(error))}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT_CODES.refused;
  }
}

/** Loaded when they are asked for: what draws them takes time, and hot wallets start the tool often. */
async function menus(process: NodeJS.Process, ports: CommandPorts, interruption: Interruption): Promise<number> {
  const [{ runMenus }, { createKeyboard }] = await Promise.all([
    import('./menus/run-menus.ts'),
    import('#platform/cli/menus/keyboard.ts'),
  ]);
  ports.clients = new Map();
  // At a question Ctrl-C is a key. While a command runs it is a signal, for the command where that listens.
  endBySignal(process, ['SIGINT', 'SIGTERM', 'SIGHUP'], (signal) => signal === 'SIGINT' && interruption.isAwaited());
  return runMenus({ ports, keyboard: createKeyboard(process.stdin), forgetInterruption: interruption.forget });
}

function portsOf(process: NodeJS.Process, interruption: Interruption, quiet: QuietTerminal): CommandPorts {
  const { stdin, stdout, stderr, env } = process;
  // A reader that has seen enough, such as head, closes the pipe; that is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_CODES.done);
  });
  const canAsk = stdin.isTTY === true && stdout.isTTY === true;
  const showProgress = progressShower(stderr);
  const ports: CommandPorts = {
    environment: env,
    folder: projectFolder(),
    serviceSettings: SERVICE_SETTINGS_FILE,
    settings: async () => (await import('#settings.ts')).allSettings(),
    bookChecks: async () => (await import('#books.ts')).allBookChecks(),
    toolFolder: env.TARITOOLS_FOLDER ? resolve(env.TARITOOLS_FOLDER) : join(homedir(), '.taritools'),
    clock: systemClock,
    randomBytes: systemRandomBytes,
    // From here on a command is at work, and Ctrl-C ends it.
    fetch: (...request) => {
      quiet.end();
      return globalThis.fetch(...request);
    },
    interruption: () => {
      quiet.end();
      return interruption.listen();
    },
    sleep: (milliseconds) => sleep(milliseconds, undefined, interruption.options()).catch(() => undefined),
    terminal: {
      isTerminal: stdout.isTTY === true,
      get columns() {
        return stdout.columns ?? USUAL_COLUMNS;
      },
      colour: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
      canAsk,
      isInputTerminal: stdin.isTTY === true,
    },
    print: (line) => {
      quiet.end();
      stdout.write(`${line}\n`);
    },
    note: (line) => {
      quiet.end();
      stderr.write(`${line}\n`);
    },
    progress: (line) => {
      quiet.end();
      showProgress(line);
    },
    readInput: () => {
      quiet.end();
      return readAll(stdin);
    },
    openReader,
    client: async (profile) => (await import('#auth/cli/session.ts')).clientOfProfile(ports, profile),
    ask: terminalQuestions(canAsk, quiet.handOver),
  };
  return ports;
}

const RENEW_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;

/** On a terminal the line is replaced. Elsewhere a line comes now and then, so that a log stays short. */
function progressShower(stderr: NodeJS.WriteStream): (line: string) => void {
  let shownAt = Number.NEGATIVE_INFINITY;
  let skipped = '';
  const write = (line: string) => stderr.write(stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  return (line) => {
    if (line === '') {
      // What it came to is seen, however soon it came behind the line before.
      if (skipped !== '') write(skipped);
      if (stderr.isTTY) stderr.write('\n');
      shownAt = Number.NEGATIVE_INFINITY;
      skipped = '';
      return;
    }
    const now = performance.now();
    skipped = now - shownAt < (stderr.isTTY ? RENEW_EVERY_MS : LINE_EVERY_MS) ? line : '';
    if (skipped !== '') return;
    shownAt = now;
    write(line);
  };
}

/** Far more than any words or keys. */
const LONGEST_INPUT = 64 * 1024;

async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  let text = '';
  for await (const chunk of stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > LONGEST_INPUT) throw new CommandError('Standard input is too long.', EXIT_CODES.wrongUse);
  }
  return text;
}

type Interruption = ReturnType<typeof createInterruption>;

/**
 * Ctrl-C ends a command at once, save one that listens for it: there the first ends in order what goes on, and a second
 * one ends the process.
 */
function createInterruption(process: NodeJS.Process) {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  let controller: AbortController | undefined;
  const abort = () => controller?.abort();
  return {
    listen(): AbortSignal {
      if (controller !== undefined) return controller.signal;
      const created = new AbortController();
      for (const signal of signals) process.once(signal, abort);
      controller = created;
      return created.signal;
    },
    /** Whether a command listens and has heard nothing yet. */
    isAwaited: () => controller?.signal.aborted === false,
    options: () => (controller === undefined ? {} : { signal: controller.signal }),
    /** As it was without a listener. */
    forget() {
      for (const signal of signals) process.off(signal, abort);
      controller = undefined;
    },
  };
}
