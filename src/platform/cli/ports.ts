import type { BookCheck } from '#platform/books.ts';
import type { Clock } from '#platform/clock.ts';
import type { SettingsReader } from '#platform/config/read-settings.ts';
import type { OpenedReader } from '#platform/database/open.ts';
import type { RandomBytes } from '#tari/schnorr.ts';
import type { ApiClient } from './api-client.ts';
import type { Terminal } from './terminal/terminal.ts';

export type { Terminal } from './terminal/terminal.ts';

/** What commands need of the machine. */
export interface CommandPorts {
  environment: Readonly<Record<string, string | undefined>>;
  /** The folder of package.json and `.env`. */
  folder: string;
  /** Where the service of this machine keeps its settings; they count where the folder has no `.env`. */
  serviceSettings: string;
  /** All settings of the server. */
  settings: () => Promise<SettingsReader>;
  /** What reconciliation checks of all contexts, beside the engine's books. */
  bookChecks: () => Promise<readonly BookCheck[]>;
  /** What the tool keeps for this person: profiles and what a hot wallet still has to report. */
  toolFolder: string;
  clock: Clock;
  randomBytes: RandomBytes;
  fetch: typeof globalThis.fetch;
  /** Ends early, without an error, when a listener is interrupted. */
  sleep: (milliseconds: number) => Promise<void>;
  /**
   * Ctrl-C, for commands that go on until then. Asking for it is listening: from then on the first Ctrl-C is theirs. So it
   * is a function, and copying the ports does not make a listener.
   */
  interruption: () => AbortSignal;
  terminal: Terminal;
  /** Writes one line to standard output. */
  print: (line: string) => void;
  /** Writes one line beside the output: standard error. */
  note: (line: string) => void;
  /** Shows how far something has come, in place of what was shown before; an empty text ends it. */
  progress: (line: string) => void;
  /** All of standard input. */
  readInput: () => Promise<string>;
  /** Asks people. Each throws CommandError without a terminal, or when they leave. */
  ask: Questions;
  /**
   * Opens the database of a server only to read it, beside the server.
   * @throws {StoreUnavailableError | StoreBrokenError}
   */
  openReader: (databaseUrl: string) => Promise<OpenedReader>;
  /**
   * Asks the server of a profile, and logs in as the profile when it is first asked something.
   * @param profile undefined takes the usual one. @throws {CommandError} if there is none.
   */
  client: (profile: string | undefined) => Promise<ApiClient>;
  /** Logged in as profiles, for as long as the tool runs. Undefined where it ends after one command. */
  clients?: Map<string, ApiClient>;
}

export interface Questions {
  hidden: (question: string) => Promise<string>;
  text: (
    question: string,
    options?: { usual?: string; check?: (text: string) => string | undefined },
  ) => Promise<string>;
  yes: (question: string) => Promise<boolean>;
  /** One of several; the first is offered first. */
  choice: <Value extends string>(
    question: string,
    options: readonly { value: Value; label: string; hint?: string }[],
  ) => Promise<Value>;
}
