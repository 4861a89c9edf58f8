import type { Command } from 'commander';
import { allCommands, createProgram } from '#cli/commands.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { systemClock } from '#platform/clock.ts';

/** The markers in docs/taritools.md; what stands between them is made from the commands' own help. */
const START = '<!-- commands:start -->';
const END = '<!-- commands:end -->';

const COLUMNS = 110;

/** The document with the help of every command as it is now. */
export async function withCommands(document: string): Promise<string> {
  const [before, behind, ...more] = document.split(START);
  const after = behind?.split(END)[1];
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`docs/taritools.md must hold ${START} and ${END} once`);
  }
  return `${before}${START}\n\n${await commandsText()}\n${END}${after}`;
}

/** Every command that does something, with its name as it is typed. */
export async function describedCommands(): Promise<{ name: string; help: string }[]> {
  const program = await createProgram(PORTS);
  return allCommands(program)
    .filter((command) => command.commands.length === 0)
    .map((command) => ({ name: nameOf(command), help: helpOf(command) }));
}

async function commandsText(): Promise<string> {
  const program = await createProgram(PORTS);
  const groups = program.commands.map((command) => {
    const all = [command, ...allCommands(command)].filter((one) => one.commands.length === 0);
    const sections = all.map((one) => `### ${nameOf(one)}\n\n\`\`\`text\n${helpOf(one)}\n\`\`\`\n`);
    const title = command.commands.length > 0 ? `## ${nameOf(command)}\n\n${command.description()}.\n\n` : '';
    return { title, text: sections.join('\n') };
  });
  const alone = groups.filter(({ title }) => title === '').map(({ text }) => text);
  const grouped = groups.filter(({ title }) => title !== '').map(({ title, text }) => `${title}${text}`);
  return [...grouped, `## Single commands\n\n${alone.join('\n')}`].join('\n');
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** The help as a terminal shows it, with the example behind it. */
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
const PORTS: CommandPorts = {
  environment: {},
  folder: '',
  serviceSettings: '',
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
  ask: { hidden: never, text: never, yes: never, choice: never },
};
