import type { Command } from 'commander';
import { allCommands, createProgram } from '#cli/commands.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { systemClock } from '#platform/clock.ts';

const COLUMNS = 110;

/** A command that does something. */
export interface DescribedCommand {
  /** As it is typed: `taritools admin orders get`. */
  name: string;
  /** Its arguments: `<order_id>`. */
  arguments: string;
  purpose: string;
  /** The help as a terminal shows it, with the example at its end. */
  help: string;
  /** The first word behind `taritools`, where that has commands below it. */
  group: { name: string; purpose: string } | undefined;
}

/** Every command that does something, in the order of the help. */
export async function describedCommands(): Promise<DescribedCommand[]> {
  const program = await createProgram(DESCRIBING_PORTS);
  return program.commands.flatMap((top) => {
    const hasOthers = top.commands.length > 0;
    const group = hasOthers ? { name: nameOf(top), purpose: top.description() } : undefined;
    return [top, ...allCommands(top)]
      .filter((command) => command.commands.length === 0)
      .map((command) => ({
        name: nameOf(command),
        arguments: command.registeredArguments
          .map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`))
          .join(' '),
        purpose: command.description(),
        help: helpOf(command),
        group,
      }));
  });
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return help.trim();
}

const never = () => {
  throw new Error('Describing a command does nothing');
};

/** Commands are only described, never carried out. */
export const DESCRIBING_PORTS: CommandPorts = {
  environment: {},
  folder: '',
  serviceSettings: '',
  settings: never,
  bookChecks: never,
  toolFolder: '',
  clock: systemClock,
  randomBytes: never,
  fetch: never,
  sleep: never,
  interruption: never,
  terminal: { isTerminal: false, columns: COLUMNS, colour: false, canAsk: false, isInputTerminal: false },
  print: never,
  note: never,
  progress: never,
  readInput: never,
  openReader: never,
  client: never,
  ask: { hidden: never, text: never, yes: never, choice: never },
};
