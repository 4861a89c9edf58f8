import { Command, Option } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { type OutputOptions, plainJson } from './output.ts';
import { isPlain, loadWidths } from './text-width.ts';

/** The options of every command that prints data. */
export interface OutputFlags {
  json?: boolean;
  utc?: boolean;
  csv?: boolean;
}

export function addOutputFlags(command: Command): Command {
  return command.option('--json', 'print JSON').option('--utc', 'show times in UTC instead of this machine’s zone');
}

/** For commands that print one table. */
export function csvOption(): Option {
  return new Option('--csv', 'print CSV for a spreadsheet, with whole µT and times in UTC').conflicts('json');
}

export function outputOptions(ports: Pick<CommandPorts, 'terminal'>, { utc, csv }: OutputFlags): OutputOptions {
  return { terminal: ports.terminal, utc: utc === true, csv: csv === true };
}

/** Prints an answer: as JSON or CSV where that was asked for, else as lines for people. */
export async function printAnswer<Answer>(
  ports: CommandPorts,
  flags: OutputFlags,
  answer: Answer,
  show: (answer: Answer, output: OutputOptions) => readonly string[],
): Promise<void> {
  const json = plainJson(answer);
  if (flags.json) return ports.print(json);
  if (!isPlain(json)) await loadWidths();
  for (const line of show(answer, outputOptions(ports, flags))) ports.print(line);
}

/** A group of commands. */
export function group(name: string, description: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(description);
  for (const command of commands) parent.addCommand(command);
  return parent;
}
