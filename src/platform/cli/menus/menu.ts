import type { ApiClient } from '#platform/cli/api-client.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';

/**
 * What a menu is made of. An entry is a command of the tool with questions for what would be typed behind it, all made from
 * the command and its fields, so the menus do nothing that the commands don't.
 */

export interface Menu {
  /** As the breadcrumb shows it. */
  title: string;
  entries: readonly Entry[];
}

export type Entry = CommandEntry | MenuEntry | StepEntry;

interface EntryText {
  /** Never the same twice in a menu. */
  label: string;
  hint: string;
}

/** Runs a command of the tool. */
export interface CommandEntry extends EntryText {
  /** As it is typed, without `taritools`. */
  command: readonly string[];
  questions?: readonly Question[];
  /**
   * What will happen, for changes that must not happen by mistake and whose command does not ask by itself (--yes). They
   * are made after a yes only.
   */
  warning?: (answers: Answers) => string;
  /** Whether the command itself warns and asks (--yes). */
  asks?: true;
}

/** Opens another menu. */
export interface MenuEntry extends EntryText {
  opens: Menu;
}

/** Does something with the menus themselves. */
export interface StepEntry extends EntryText {
  step: Step;
}

export type Step = 'back' | 'exit' | 'login' | 'logout' | 'zone';

/** The answers by the names of their questions; empty where nothing was said. */
export type Answers = Readonly<Record<string, string>>;

export interface Question {
  name: string;
  ask: string;
  /** The option that the answer is given with, such as `--reason`; without it the answer is an argument. */
  option?: string;
  /** Nothing may be said; then the option is left out. */
  isOptional?: true;
  /** Taken when nothing is said. */
  default?: string;
  /** Throws where the answer is none. */
  check?: (text: string) => unknown;
  /** What keeps the answer from being used, as a sentence; asked of the server before anything else is asked. */
  problem?: (asked: Asked, answer: string) => Promise<string | undefined>;
  /** What can be chosen without typing it. Something else can still be typed. */
  offers?: (asked: Asked) => Promise<readonly Offer[]>;
  /** Several of these are chosen. */
  severalOf?: readonly string[];
  /** A yes gives the option, a no leaves it out. */
  isFlag?: true;
}

/** People read no more; what is not among them can be typed. */
export const MAX_OFFERS = 1000;

export interface Offer {
  value: string;
  hint?: string;
}

/** Where offers come from. */
export interface Asked {
  ports: CommandPorts;
  client: () => Promise<ApiClient>;
}

export const BACK: StepEntry = { label: 'Back', hint: 'one menu up', step: 'back' };
export const EXIT: StepEntry = { label: 'Exit', hint: 'leave the tool', step: 'exit' };
export const LOGIN: StepEntry = { label: 'Login', hint: 'choose a profile and log in', step: 'login' };
export const LOGOUT: StepEntry = { label: 'Logout', hint: 'forget the access token and the profile', step: 'logout' };
