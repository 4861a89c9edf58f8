import { type Command, Option } from 'commander';
import type { ApiClient, Page, Query } from './api-client.ts';
import { wholeNumberArgument } from './arguments.ts';
import { type CommandDescription, describedCommand, givenTo } from './described-command.ts';
import type { CommandPorts } from './ports.ts';
import { profileOption } from './profile-option.ts';
import type { OutputOptions } from './terminal/output.ts';
import { type OutputFlags, printAnswer } from './terminal/output-flags.ts';

export interface ServerCommand<Arguments extends readonly unknown[], Options, Answer> extends CommandDescription {
  /** What follows `$ taritools ` in the help. */
  example: string;
  run(client: ApiClient, given: { arguments: Arguments; options: Options; ports: CommandPorts }): Promise<Answer>;
  show(answer: Answer, output: OutputOptions): readonly string[];
  /** What it is about to do, with how things are now; it is done after a yes, or with `--yes`. Nothing said, nothing asked. */
  danger?(client: ApiClient, given: { arguments: Arguments; options: Options }): Promise<readonly string[]>;
}

/** A command that asks the server as the person of a profile, and prints what it answers. */
export function serverCommand<Arguments extends readonly unknown[], Options, Answer>(
  ports: CommandPorts,
  described: ServerCommand<Arguments, Options, Answer>,
): Command {
  const { danger } = described;
  const options = danger === undefined ? [profileOption()] : [yesOption(), profileOption()];
  const command = describedCommand(described, options, described.example);
  return command.action(async (...given: unknown[]) => {
    const { values, options } = givenTo<Arguments, Options & OutputFlags & { profile?: string; yes?: boolean }>(given);
    const { clientOfProfile } = await import('#auth/cli/session.ts');
    const client = await clientOfProfile(ports, options.profile);
    if (danger !== undefined) {
      const { confirmed } = await import('./danger.ts');
      await confirmed(ports, await danger(client, { arguments: values, options }), options.yes);
    }
    const answer = await described.run(client, { arguments: values, options, ports });
    // A command that printed as it went on has nothing left to say.
    if (answer !== undefined) printAnswer(ports, options, answer, described.show);
  });
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

/** Reads parts until there are no more, or enough. Says beside the output where there would be more. */
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
  while (part.next !== undefined && rows.length < limit) {
    part = await readPart({ limit: page(rows.length), cursor: part.next });
    rows.push(...rowsOf(part.answer));
  }
  if (part.next !== undefined) ports.note(`There are more than these ${rows.length}; --limit shows more.`);
  return { first, rows };
}
