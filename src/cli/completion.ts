import { Argument, Command, type Option } from 'commander';
import { ROLES } from '#auth/roles.ts';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { commandNames, createProgram } from './commands.ts';

/** What the shell is told can come next. Nothing is asked of the server: only what this machine knows is offered. */

interface Candidate {
  value: string;
  about?: string;
}

type Values = (ports: CommandPorts) => Promise<readonly Candidate[]> | readonly Candidate[];

const namesOf = (values: readonly string[]): Candidate[] => values.map((value) => ({ value }));

const PROFILES: Values = async (ports) => {
  const { readProfiles } = await import('#auth/cli/profile-file.ts');
  return (await readProfiles(ports)).map(({ name, server }) => ({ value: name, about: server }));
};

/** Values of options and arguments that say no choices of their own. */
const KNOWN_VALUES: Readonly<Record<string, Values>> = {
  '--profile': PROFILES,
  '--roles': () => namesOf(ROLES),
  '--status': () => namesOf(ORDER_STATUSES),
  'profile show name': PROFILES,
  'profile remove name': PROFILES,
  'api method': () => namesOf(['GET', 'POST', 'PATCH', 'DELETE']),
};

/** @param words what stands behind `taritools`, the last of them being typed. */
export async function completions(ports: CommandPorts, words: readonly string[]): Promise<Candidate[]> {
  const typed = withoutEqualSigns(words);
  const last = (typed.pop() ?? '').replace(/^["']/, '').replace(/\\(.)/g, '$1');
  const beginning = (candidates: readonly Candidate[]) => candidates.filter(({ value }) => value.startsWith(last));
  const [first] = typed;
  if (first === undefined) return beginning(namesOf(commandNames()));
  const place = placeOf(await createProgram(ports, typed), typed);
  if (place === undefined) return [];
  const { command, awaited, arguments_ } = place;
  if (awaited !== undefined) return beginning(await valuesOf(ports, awaited, awaited.long ?? ''));
  if (last.startsWith('-')) return beginning([...command.options.map(optionCandidate), { value: '--help' }]);
  const commands = command.commands.map((one) => ({ value: one.name(), about: one.description() }));
  const argument =
    command.registeredArguments[arguments_] ?? command.registeredArguments.findLast((one) => one.variadic);
  const values = argument === undefined ? [] : await valuesOf(ports, argument, `${pathOf(command)} ${argument.name()}`);
  return beginning([...commands, ...values]);
}

/** Bash takes `--status=New` apart into three words. */
function withoutEqualSigns(words: readonly string[]): string[] {
  const isAssignment = (index: number) => words[index] === '=' && words[index - 1]?.startsWith('--') === true;
  const kept = words.filter((_, index) => !isAssignment(index) || index === words.length - 1);
  return kept.at(-1) === '=' && words.length > 1 && isAssignment(words.length - 1) ? [...kept.slice(0, -1), ''] : kept;
}

interface Place {
  command: Command;
  /** The option whose value comes next. */
  awaited: Option | undefined;
  /** How many arguments stand there already. */
  arguments_: number;
}

/** Where the words lead; undefined if they are no commands of the tool. */
function placeOf(program: Command, words: readonly string[]): Place | undefined {
  const place: Place = { command: program, awaited: undefined, arguments_: 0 };
  for (const word of words) {
    if (word.startsWith('-') && word !== '-') {
      const option = place.command.options.find(({ long, short }) => long === word || short === word);
      place.awaited = option?.required || option?.optional ? option : undefined;
      continue;
    }
    if (place.awaited !== undefined) {
      if (!place.awaited.variadic) place.awaited = undefined;
      continue;
    }
    const next = place.command.commands.find((command) => command.name() === word);
    if (next !== undefined) place.command = next;
    else if (place.command.commands.length > 0) return undefined;
    else place.arguments_ += 1;
  }
  return place;
}

async function valuesOf(ports: CommandPorts, of: Option | Argument, name: string): Promise<readonly Candidate[]> {
  return of.argChoices === undefined ? ((await KNOWN_VALUES[name]?.(ports)) ?? []) : namesOf(of.argChoices);
}

function optionCandidate({ long, short, description }: Option): Candidate {
  return { value: long ?? short ?? '', about: description };
}

function pathOf(command: Command): string {
  const parent = command.parent === null || command.parent.parent === null ? '' : `${pathOf(command.parent)} `;
  return `${parent}${command.name()}`;
}

/** One line a candidate, what it is about behind a tab. A file of profiles that can't be read offers none. */
export async function completionLines(ports: CommandPorts, words: readonly string[]): Promise<string[]> {
  const found = await completions(ports, words).catch((error: unknown) => {
    if (error instanceof CommandError) return [];
    throw error;
  });
  const plain = (text: string) => text.replace(/\p{Cc}+/gu, ' ');
  return found.map(({ value, about = '' }) => `${plain(value)}\t${plain(about)}`);
}

// ---- The scripts --------------------------------------------------------------------------------------------------

/** What shells ask the tool for candidates by. */
export const COMPLETE = '__complete';

const SCRIPTS = {
  bash: `_taritools() {
  local candidate typed="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r candidate; do
    candidate="\${candidate%%$'\\t'*}"
    case $typed in
      [\\"\\']*) COMPREPLY+=("$candidate") ;;
      *) COMPREPLY+=("$(printf %q "$candidate")") ;;
    esac
  done < <(taritools ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _taritools taritools`,
  zsh: `#compdef taritools
_taritools() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(taritools ${COMPLETE} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe taritools candidates; else _files; fi
}
compdef _taritools taritools`,
  fish: `complete -c taritools -f -a '(taritools ${COMPLETE} (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
} as const;

type Shell = keyof typeof SCRIPTS;

/** `completion`: what a shell reads to complete commands. */
export function completionCommand(ports: CommandPorts): Command {
  return new Command('completion')
    .description('Print what lets a shell complete commands, options, and values that are known on this machine')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  $ source <(taritools completion bash)                                  # in ~/.bashrc',
        '  $ source <(taritools completion zsh)                                   # in ~/.zshrc, behind compinit',
        '  $ taritools completion fish > ~/.config/fish/completions/taritools.fish',
      ].join('\n'),
    )
    .action((shell: Shell) => ports.print(SCRIPTS[shell]));
}
