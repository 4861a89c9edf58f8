import { type Command, Option } from 'commander';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { MAX_ENTRIES } from '#platform/cli/id-page.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import type { DeadLetterAnswer } from './answers.ts';
import type { OutboxClient } from './requests.ts';
import { outboxCommand } from './server-command.ts';

/** Of one run: a server that never stops listing must not keep an operator for ever. The oldest come first. */
const MAX_READ = 1_000_000;

interface BulkFlags {
  all?: true;
  subscriber?: string;
  type?: string;
  reason: string;
}

/** `admin dead-letters bulk-dismiss`: for a plugin that is gone, or a shop that was away for long. */
export function bulkDismissalCommand(ports: CommandPorts): Command {
  let counted: Counted | undefined;
  return outboxCommand<[], BulkFlags, { dismissed: bigint }>(ports, {
    name: 'bulk-dismiss',
    description:
      'Take all dead letters off the list, or those of a subscriber or a type, after saying how many they are',
    example: 'admin dead-letters bulk-dismiss --subscriber mailer --reason "the plugin is gone"',
    menus: [
      {
        menu: 'admin',
        section: 'dead letters',
        label: 'Dismiss many dead letters',
        hint: 'of a subscriber or a type',
        asks: ['--subscriber', '--type', '--reason'],
      },
    ],
    options: [
      new Option('--all', 'all that there are'),
      askedAs(new Option('--subscriber <name>', 'those for this one, as the list shows it'), {
        ask: 'For whom',
        whenEmpty: 'empty for everybody; then a type is needed',
      }),
      askedAs(new Option('--type <event>', 'those of this type, such as OrderPaid'), {
        ask: 'Type of event, such as OrderPaid',
        whenEmpty: 'empty for every type',
      }),
      reasonOption(),
    ],
    async danger(client, { options }) {
      counted = await count(client, options);
      const { total, groups } = counted;
      if (total === 0) return [];
      const letters = total === 1 ? 'One dead letter' : `${total} dead letters`;
      return [
        `${letters} will be off the list, and never be told:`,
        ...[...groups].map(([name, count]) => `  ${count} × ${name}`),
      ];
    },
    run: (client, { options }) => dismiss(ports, client, options, counted),
    show: ({ dismissed }) => [`${dismissed} ${dismissed === 1n ? 'is' : 'are'} off the list.`],
  });
}

/** What the question was about. Only this is dismissed: what fails later has not been seen. */
interface Counted {
  total: number;
  /** How many there are of each kind. */
  groups: ReadonlyMap<string, number>;
  lastEvent: bigint;
  /** When the latest of them failed. An earlier event may still fail after a later one. */
  lastFailure: string;
}

/** @throws {CommandError} unless it is said which are meant. */
async function count(client: OutboxClient, { all, subscriber, type }: BulkFlags): Promise<Counted> {
  if ((all === true) === (subscriber !== undefined || type !== undefined)) {
    throw new CommandError('Say which: --subscriber, --type or both, or else --all.', EXIT_CODES.wrongUse);
  }
  const isMeant = (letter: DeadLetterAnswer) =>
    (subscriber === undefined || letter.subscriber === subscriber) && (type === undefined || letter.type === type);
  const groups = new Map<string, number>();
  let [read, total, lastEvent, lastFailure] = [0, 0, 0n, ''];
  while (read < MAX_READ) {
    const page = await client.deadLetters({ after: lastEvent, limit: MAX_ENTRIES });
    for (const letter of page.filter(isMeant)) {
      const name = `${letter.type} for ${letter.subscriber}`;
      groups.set(name, (groups.get(name) ?? 0) + 1);
      total += 1;
      if (letter.updated_at > lastFailure) lastFailure = letter.updated_at;
    }
    const end = page.at(-1)?.event_id;
    if (end === undefined || end <= lastEvent) break;
    lastEvent = end;
    read += page.length;
  }
  return { total, groups, lastEvent, lastFailure };
}

/** Call after call, each with a key of its own, so that none is done twice, until as many are gone as were counted. */
async function dismiss(ports: CommandPorts, client: OutboxClient, flags: BulkFlags, counted: Counted | undefined) {
  const { all, subscriber, type, reason } = flags;
  const which = { ...(all && { all }), ...(subscriber && { subscriber }), ...(type && { type }) };
  const { total = 0, lastEvent = 0n, lastFailure = '' } = counted ?? {};
  let dismissed = 0n;
  while (dismissed < total) {
    const seen = { up_to_event: lastEvent, up_to_time: lastFailure };
    const answer = await client.dismissDeadLetters({ ...which, ...seen, reason });
    dismissed += answer.dismissed;
    // What can't be dismissed now is not asked for again and again.
    if (!answer.has_more || answer.dismissed <= 0n) break;
    ports.progress(`${dismissed} dismissed`);
  }
  ports.progress('');
  return { dismissed };
}
