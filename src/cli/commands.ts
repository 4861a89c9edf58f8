import { Command, Help, type Option } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { Commands, MakeCommand } from '#platform/module.ts';
import { modules } from '../modules.ts';

/** The tool's own commands: what no context of the server has, or what puts several together. */
const OWN: Commands = {
  setup: async () => (await import('./setup/setup.ts')).setupCommand,
  api: async () => (await import('./api.ts')).apiCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
  address: async () => (await import('./address.ts')).addressCommand,
  token: async () => (await import('./signing.ts')).tokenCommand,
  memo: async () => (await import('./signing.ts')).memoCommand,
  payment: async () => (await import('./signing.ts')).paymentCommand,
  confirm: async () => (await import('./signing.ts')).confirmCommand,
};

/** Groups in which several contexts have commands, with what they are about. */
const GROUPS: Readonly<Record<string, string>> = {
  admin: 'What operators see and do',
  wallet: 'The shop’s wallet: what it is watched with, and the reports of one that tells of its payments',
};

/** What the help shows first, in this order. Other commands follow, in the order of the contexts. */
const SHOWN_FIRST: readonly string[] = [
  'profile',
  'login',
  'claim',
  'payment-addresses',
  'my',
  'admin',
  'admin orders',
  'admin payments',
  'admin accounts',
  'admin held',
  'admin wallets',
  'admin chain',
  'admin roles',
  'admin rates',
  'admin price-updates',
  'admin rejected',
  'wallet',
  'pull',
  'shopify',
  'setup',
  'keys',
  'api',
  'completion',
];

/** A command by the words that are typed for it. */
interface Place {
  words: readonly string[];
  load: () => Promise<MakeCommand>;
}

const PLACES: readonly Place[] = [...modules.map(({ commands = {} }) => commands), OWN]
  .flatMap((commands) => Object.entries(commands))
  .map(([name, load]) => ({ words: name.split(' '), load }))
  .sort((one, other) => compareRanks(ranksOf(one), ranksOf(other)));

/** How each of its words stands in the help, beginning with the first. */
function ranksOf({ words }: Place): number[] {
  return words.map((_, index) => {
    const rank = SHOWN_FIRST.indexOf(words.slice(0, index + 1).join(' '));
    return rank === -1 ? SHOWN_FIRST.length : rank;
  });
}

/** A group stands before what other contexts add to it. */
function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (const [index, rank] of one.entries()) {
    const difference = rank - (other[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/**
 * The program with all commands, or with those that the words may lead to, if there are any.
 * @param words what is typed behind `taritools`. docs/reference/taritools.md is made of the help of all.
 */
export async function createProgram(ports: CommandPorts, words: readonly string[] = []): Promise<Command> {
  const program = new Command('taritools')
    .description('Everything an operator and a customer of a Tari payment server do.')
    .configureHelp({ showGlobalOptions: true });
  // Beside a command it would stand in the help of each.
  if (words[0]?.startsWith('-')) {
    const { programVersion } = await import('#platform/version.ts');
    program.version(programVersion(), '-V, --version', 'print the version');
  }
  const made = await Promise.all(
    placesFor(words).map(async ({ words, load }) => ({ words, command: (await load())(ports) })),
  );
  for (const { words, command } of made) groupOf(program, words.slice(0, -1)).addCommand(command);
  for (const command of allCommands(program)) command.configureHelp({ optionDescription });
  return program;
}

/** What a mistyped word leads to is everything below the words before it, so that the error can name what is like it. */
function placesFor(words: readonly string[]): readonly Place[] {
  if (words[0] === '-V' || words[0] === '--version') return [];
  const known = words.slice(0, firstOption(words));
  for (let count = known.length; count > 0; count -= 1) {
    const found = PLACES.filter((place) => leadTo(known.slice(0, count), place));
    if (found.length > 0) return found;
  }
  return PLACES;
}

function firstOption(words: readonly string[]): number | undefined {
  const index = words.findIndex((word) => word.startsWith('-'));
  return index === -1 ? undefined : index;
}

/** Whether the words name the command, a group that it is in, or something below it. */
function leadTo(typed: readonly string[], { words }: Place): boolean {
  return words.every((word, index) => typed[index] === undefined || typed[index] === word);
}

/** The group of that name, which is made if no context has made it. */
function groupOf(program: Command, words: readonly string[]): Command {
  return words.reduce<Command>((parent, name) => {
    const found = parent.commands.find((command) => command.name() === name);
    if (found !== undefined) return found;
    const group = new Command(name).description(GROUPS[name] ?? '');
    parent.addCommand(group);
    return group;
  }, program);
}

/** The library's own text does not say which options can't be left out. */
function optionDescription(option: Option): string {
  const usual = new Help().optionDescription(option);
  return option.mandatory ? `${usual} (needed)` : usual;
}

/** What can stand behind `taritools`. */
export function commandNames(): string[] {
  return [...new Set(PLACES.map(({ words }) => words[0] ?? ''))];
}

/** A command and all below it, in the order of the help. */
export function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
