import type { Argument, Command, Option } from 'commander';
import type { Answers, Asked, Offer } from './menu.ts';

/** What the menus need of a command beside what it says of itself; it stands where the command is described. */

/** A command's entry in a menu. */
export interface MenuFields {
  /** The menu's name, such as `admin`. */
  menu: string;
  /** Entries of a section stand together, in the order of their commands. Its title is not shown. */
  section: string;
  /** Never the same twice in a menu. */
  label: string;
  hint: string;
  /** Options that the entry gives without asking, such as `--follow`. */
  gives?: readonly string[];
  /** Options, by their long names, that this entry can't do without, though the command can. */
  needs?: readonly string[];
  /** Other options that are asked for, in this order. */
  asks?: readonly string[];
  /**
   * What will happen, for changes that must not happen by mistake and whose command does not ask by itself (--yes). They
   * are made after a yes only. The answers go by the names of arguments and the attribute names of options.
   */
  warning?: (answers: Answers) => string;
}

/** How an argument or an option is asked for; by its name, if nothing else is said. */
export interface QuestionFields {
  ask?: string;
  /** What it means to say nothing, for an option that may be left out. */
  whenEmpty?: string;
  /** Taken when nothing is said. */
  default?: string;
  /** What keeps the answer from being used, as a sentence; asked of the server before anything else is asked. */
  problem?: (asked: Asked, answer: string) => Promise<string | undefined>;
  /** What can be chosen without typing it. Something else can still be typed. */
  offers?: (asked: Asked) => Promise<readonly Offer[]>;
  /** Several of these are chosen. */
  severalOf?: readonly string[];
}

const fieldsOfCommands = new WeakMap<Command, readonly MenuFields[]>();
const fieldsOfParts = new WeakMap<Argument | Option, QuestionFields>();

/** Gives a command its entries in menus. */
export function inMenus(command: Command, ...fields: readonly MenuFields[]): Command {
  fieldsOfCommands.set(command, fields);
  return command;
}

/** Says how an argument or an option is asked for. */
export function askedAs<Part extends Argument | Option>(part: Part, fields: QuestionFields): Part {
  fieldsOfParts.set(part, fields);
  return part;
}

export function menuFieldsOf(command: Command): readonly MenuFields[] {
  return fieldsOfCommands.get(command) ?? [];
}

export function questionFieldsOf(part: Argument | Option): QuestionFields {
  return fieldsOfParts.get(part) ?? {};
}
