import { type Command, CommanderError } from 'commander';
import { allCommands, createProgram } from '#cli/commands.ts';
import { Declined } from '#platform/cli/danger.ts';
import { CommandError } from '#platform/cli/exit.ts';
import type { Keyboard } from '#platform/cli/menus/keyboard.ts';
import type { Answers, Asked, CommandEntry, Offer, Question } from '#platform/cli/menus/menu.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { ServerRefusal } from '#platform/cli/server-call.ts';
import { plainText } from '#platform/cli/terminal/output.ts';

/** Asks what an entry needs, and runs its command as if all that had been typed. */

export interface EntryRun {
  ports: CommandPorts;
  keyboard: Keyboard;
  utc: boolean;
  /** The profile to act as; asked only for commands that need one. */
  profile: () => Promise<string | undefined>;
}

/** @returns false where nothing was done, since the one who was warned said no. */
export async function runEntry(run: EntryRun, entry: CommandEntry): Promise<boolean> {
  const program = await quietProgram(askingBy(run), entry.command);
  const command = commandAt(program, entry.command);
  const profile = takes(command, '--profile') ? await run.profile() : undefined;
  const asked: Asked = { ports: run.ports, client: () => run.ports.client(profile) };
  const answers = await ask(run.keyboard, asked, entry.questions ?? []);
  if (entry.warning !== undefined) {
    run.ports.print(plainText(entry.warning(answers)));
    if (!(await run.keyboard.yes('Do it?'))) return false;
  }
  const options = [
    ...(profile === undefined ? [] : [`--profile=${profile}`]),
    ...(run.utc && takes(command, '--utc') ? ['--utc'] : []),
    ...optionsOf(entry.questions ?? [], answers),
  ];
  const values = (entry.questions ?? []).filter(({ option }) => option === undefined).map(({ name }) => answers[name]);
  // Behind the two dashes an amount below 0 is an amount.
  const typed = [...entry.command, ...options, '--', ...values.map((value) => value ?? '')];
  try {
    await parsed(program, typed);
  } catch (error) {
    if (error instanceof Declined) return false;
    throw error;
  }
  return true;
}

/** What a command asks by itself before it does harm is asked as the menus ask. */
function askingBy({ ports, keyboard }: EntryRun): CommandPorts {
  return { ...ports, ask: { ...ports.ask, yes: keyboard.yes } };
}

// ---- The command --------------------------------------------------------------------------------------------------

/** Every run builds a new program: a command keeps the values that it was once given. */
async function quietProgram(ports: CommandPorts, words: readonly string[]): Promise<Command> {
  const program = await createProgram(ports, words);
  for (const command of [program, ...allCommands(program)]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  return program;
}

function commandAt(program: Command, path: readonly string[]): Command {
  const names = path.filter((part) => !part.startsWith('-'));
  const found = names.reduce<Command | undefined>(
    (command, name) => command?.commands.find((child) => child.name() === name),
    program,
  );
  if (found === undefined) throw new Error(`There is no command ${names.join(' ')}`);
  return found;
}

function takes(command: Command, option: string): boolean {
  return command.options.some(({ long }) => long === option);
}

async function parsed(program: Command, typed: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(typed, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new CommandError(error.message.replace(/^error: /, ''));
    throw error;
  }
}

// ---- The questions ------------------------------------------------------------------------------------------------

async function ask(keyboard: Keyboard, asked: Asked, questions: readonly Question[]): Promise<Answers> {
  const answers: Record<string, string> = {};
  for (const question of questions) {
    const answer = await answerTo(keyboard, asked, question);
    const problem = await question.problem?.(asked, answer);
    if (problem !== undefined) throw new CommandError(problem);
    answers[question.name] = answer;
  }
  return answers;
}

async function answerTo(keyboard: Keyboard, asked: Asked, question: Question): Promise<string> {
  const { ask: message, default: usual } = question;
  if (question.isFlag) return (await keyboard.yes(message)) ? 'yes' : '';
  if (question.severalOf !== undefined) {
    return (await keyboard.several(message, question.severalOf, usual === undefined ? [] : [usual])).join(',');
  }
  const check = (text: string) => problemOf(question, text);
  const offers = await offersFor(asked, question);
  if (offers.length > 0) return keyboard.chooseOrType(message, offers, check);
  return keyboard.type(message, { usual, check });
}

/** Users who may change something but not read the list type what they mean. */
async function offersFor(asked: Asked, { offers }: Question): Promise<Offer[]> {
  try {
    const found = (await offers?.(asked)) ?? [];
    return found.map(({ value, hint }) => ({ value: plainText(value), ...(hint && { hint: plainText(hint) }) }));
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 403) return [];
    throw error;
  }
}

function problemOf({ isOptional, check }: Question, text: string): string | undefined {
  if (text === '') return isOptional ? undefined : 'This is needed.';
  try {
    check?.(text);
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError || error instanceof CommandError) return error.message;
    throw error;
  }
}

function optionsOf(questions: readonly Question[], answers: Answers): string[] {
  return questions.flatMap(({ option, name, isFlag }) => {
    const answer = answers[name] ?? '';
    if (option === undefined || answer === '') return [];
    return isFlag ? [option] : [`${option}=${answer}`];
  });
}
