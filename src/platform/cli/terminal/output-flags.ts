import { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { stringifyJson } from '#platform/json.ts';
import type { OutputOptions } from './output.ts';

/** The options of every command that prints data. */
export interface OutputFlags {
  json?: boolean;
  utc?: boolean;
}

export function addOutputFlags(command: Command): Command {
  return command.option('--json', 'print JSON').option('--utc', 'show times in UTC instead of this machine’s zone');
}

export function outputOptions(ports: Pick<CommandPorts, 'terminal'>, { utc }: OutputFlags): OutputOptions {
  return { terminal: ports.terminal, utc: utc === true };
}

/** Prints an answer: as JSON where that was asked for, else as lines for people. */
export function printAnswer<Answer>(
  ports: CommandPorts,
  flags: OutputFlags,
  answer: Answer,
  show: (answer: Answer, output: OutputOptions) => readonly string[],
): void {
  const lines = flags.json ? [stringifyJson(answer)] : show(answer, outputOptions(ports, flags));
  for (const line of lines) ports.print(line);
}

/** A group of commands. */
export function group(name: string, description: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(description);
  for (const command of commands) parent.addCommand(command);
  return parent;
}
