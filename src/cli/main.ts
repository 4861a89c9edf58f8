#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { Command, CommanderError } from 'commander';
import { systemClock } from '../engine/clock.ts';
import { projectFolder } from '../project-folder.ts';
import { addressCommand } from './address.ts';
import { auditCommand } from './audit.ts';
import { CommandError, EXIT_CODES } from './exit.ts';
import { setupCommand } from './setup.ts';

/** What commands need of the machine. */
export interface CommandPorts {
  environment: Record<string, string | undefined>;
  /** The folder of package.json and `.env`. */
  folder: string;
  clock: typeof systemClock;
  randomBytes: (length: number) => Uint8Array;
  /** Writes one line to standard output. */
  print: (line: string) => void;
}

function createProgram(ports: CommandPorts): Command {
  return new Command('taritools')
    .description('Everything an operator and a customer of a Tari payment server do.')
    .addCommand(addressCommand(ports))
    .addCommand(auditCommand(ports))
    .addCommand(setupCommand(ports))
    .configureHelp({ showGlobalOptions: true });
}

/** Runs the command of the arguments. Answers the exit code. */
async function main(): Promise<number> {
  const program = createProgram({
    environment: process.env,
    folder: projectFolder(),
    clock: systemClock,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    print: (line) => void process.stdout.write(`${line}\n`),
  });
  for (const command of [program, ...allCommands(program)]) command.exitOverride();
  try {
    await program.parseAsync();
    return EXIT_CODES.done;
  } catch (error) {
    // commander has printed what was wrong with the arguments, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongUse;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT_CODES.refused;
  }
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

process.exitCode = await main();
