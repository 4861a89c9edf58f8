import { type Command, Option } from 'commander';
import { readWrittenTime } from '#platform/written-time.ts';
import type { ApiClient, Page, Query } from './api-client.ts';
import { wholeNumberArgument } from './arguments.ts';
import { type CommandDescription, describedCommand, givenTo } from './described-command.ts';
import { CommandError, EXIT_CODES } from './exit.ts';
import type { CommandPorts } from './ports.ts';
import { profileOption } from './profile-option.ts';
import { type OutputOptions, plainText } from './terminal/output.ts';
import { csvOption, type OutputFlags, printAnswer } from './terminal/output-flags.ts';

/** @template Client the client with the requests of a context. */
export interface ServerCommand<Client, Arguments extends readonly unknown[], Options, Answer>
  extends CommandDescription {
  /** What follows `$ taritools ` in the help. */
  example: string;
  run(client: Client, given: { arguments: Arguments; options: Options; ports: CommandPorts }): Promise<Answer>;
  show(answer: Answer, output: OutputOptions): readonly string[];
  /** Where the answer itself may be bad news; 0 unless told. */
  exitCode?(answer: Answer): number;
  /** What it is about to do, with how things are now; it is done after a yes, or with `--yes`. Nothing said, nothing asked. */
  danger?(client: Client, given: { arguments: Arguments; options: Options }): Promise<readonly string[]>;
}

/**
 * What makes a context's commands that ask the server as the person of a profile, and print what it answers.
 * @param load gives the context's requests, which are loaded where something is asked: the shapes of answers take time.
 */
export function serverCommandOf<Client>(load: () => Promise<(client: ApiClient) => Client>) {
  return <Arguments extends readonly unknown[], Options, Answer>(
    ports: CommandPorts,
    described: ServerCommand<Client, Arguments, Options, Answer>,
  ): Command => {
    const { danger } = described;
    const options = danger === undefined ? [profileOption()] : [yesOption(), profileOption()];
    const command = describedCommand(described, options, described.example);
    return command.action(async (...given: unknown[]) => {
      const { values, options } = givenTo<Arguments, Options & OutputFlags & { profile?: string; yes?: boolean }>(
        given,
      );
      const [withRequests, core] = await Promise.all([load(), ports.client(options.profile)]);
      const client = withRequests(core);
      if (danger !== undefined) {
        const { confirmed } = await import('./danger.ts');
        await confirmed(ports, await danger(client, { arguments: values, options }), options.yes);
      }
      const answer = await described.run(client, { arguments: values, options, ports });
      // A command that printed as it went on has nothing left to say.
      if (answer !== undefined) await printAnswer(ports, options, answer, described.show);
      const exitCode = described.exitCode?.(answer) ?? EXIT_CODES.done;
      if (exitCode !== EXIT_CODES.done) throw new CommandError('It is not done: the answer above says why.', exitCode);
    });
  };
}

/** For commands that ask before they do something. */
export function yesOption(): Option {
  return new Option('-y, --yes', 'do it without asking');
}

// ---- Lists that are read in parts ---------------------------------------------------------------------------------

const MOST_ROWS_OF_A_PART = 1000;
const USUAL_LIMIT = 1000;
const LARGEST_LIMIT = 1_000_000;

export function limitOption(): Option {
  return new Option('--limit <rows>', 'how many rows at most')
    .argParser((text) => wholeNumberArgument(text, 1, LARGEST_LIMIT))
    .default(USUAL_LIMIT);
}

/** The options of a list that is sorted by time. */
export function listOptions(): Option[] {
  return [limitOption(), oldestFirstOption(), csvOption()];
}

export function oldestFirstOption(): Option {
  return new Option('--oldest-first', 'begin with the oldest; unless told, the newest comes first');
}

export interface ListFlags {
  limit: number;
  oldestFirst?: boolean;
}

/** What the server is asked for the order of a list. */
export function orderOf({ oldestFirst }: Pick<ListFlags, 'oldestFirst'>): { order: 'asc' | 'desc' } {
  return { order: oldestFirst ? 'asc' : 'desc' };
}

/**
 * A time as it was typed, as the server is to read it: in the zone in which times are shown, unless it names another.
 * @throws {CommandError} if it is no time.
 */
export function typedTime(text: string | undefined, { utc }: Pick<OutputFlags, 'utc'>): string | undefined {
  if (text === undefined) return undefined;
  const time = readWrittenTime(text, utc ? 'utc' : 'local');
  if (time !== undefined) return time.toISOString();
  throw new CommandError(
    `${JSON.stringify(plainText(text))} is no time. Write it like 2026-11-21, 2026-11-21T8:30 or 2026-11-21T08:30:00Z.`,
    EXIT_CODES.wrongUse,
  );
}

export const SINCE =
  'that time or later, such as 2026-11-01 or "2026-11-01 8:30", in the zone shown unless it names one';

/** Some lists look through many rows for a part and find none. Far more than any list has of such parts. */
const MAX_EMPTY_PARTS = 1000;

/**
 * Reads parts until there are no more, or enough. Says beside the output where there would be more.
 * @throws {CommandError} if parts without a row never end.
 */
export async function allParts<Answer, Row>(
  ports: Pick<CommandPorts, 'note'>,
  limit: number,
  readPart: (query: Query) => Promise<Page<Answer>>,
  rowsOf: (answer: Answer) => Row[],
): Promise<{ first: Answer; rows: Row[] }> {
  const page = (rows: number) => Math.min(MOST_ROWS_OF_A_PART, limit - rows);
  let part = await readPart({ limit: page(0) });
  const first = part.answer;
  const rows = [...rowsOf(first)];
  let empty = 0;
  while (part.next !== undefined && rows.length < limit) {
    part = await readPart({ limit: page(rows.length), cursor: part.next });
    const more = rowsOf(part.answer);
    empty += more.length === 0 ? 1 : 0;
    if (empty > MAX_EMPTY_PARTS) throw new CommandError('The server’s list does not end. Is it another version?');
    for (const row of more) rows.push(row);
  }
  if (part.next !== undefined) ports.note(`There are more than these ${rows.length}; --limit shows more.`);
  return { first, rows };
}
