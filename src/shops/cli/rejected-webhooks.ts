import { type Command, Option } from 'commander';
import { auditLogView, deadLettersView, eventLine, eventsView, rejectedView } from '#engine/cli/views.ts';
import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import type { AuditRecordAnswer, DeadLetterAnswer, EventAnswer, RejectedAnswer } from '#platform/cli/api-shapes.ts';
import { u64Argument, wholeNumberArgument } from '#platform/cli/arguments.ts';
import { EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { ServerUnreachable } from '#platform/cli/server-call.ts';
import { oldestFirstOption, orderOf, SINCE, serverCommand, typedTime } from '#platform/cli/server-command.ts';
import { plainJson, plainText } from '#platform/cli/terminal/output.ts';
import { csvOption, group, type OutputFlags, outputOptions } from '#platform/cli/terminal/output-flags.ts';

/** What went wrong, what happens, and what was done by hand. */

interface AfterFlags {
  after?: bigint;
  before?: bigint;
  limit: number;
  oldestFirst?: boolean;
}

const MOST_ENTRIES = 1000;
const USUAL_ENTRIES = 100;
const FOLLOW_PAUSE_MS = 1000;
/** While the server is away it is asked less often. */
const AWAY_PAUSE_MS = 5000;

const neededReason = () => new Option('--reason <text>', 'why, for the audit log').makeOptionMandatory();
const afterOption = () => new Option('--after <id>', 'only what has a higher id').argParser(u64Argument);
const pageOptions = () => [
  afterOption(),
  new Option('--before <id>', 'only what has a lower id').argParser(u64Argument),
  entriesOption(),
  oldestFirstOption(),
  csvOption(),
];
const entriesOption = () =>
  new Option('--limit <entries>', 'how many at most')
    .argParser((text) => wholeNumberArgument(text, 1, MOST_ENTRIES))
    .default(USUAL_ENTRIES);

export function rejectedCommand(ports: CommandPorts): Command {
  return group('rejected', 'Webhooks that could not be used', [
    serverCommand<[], AfterFlags, RejectedAnswer[]>(ports, {
      name: 'list',
      description: 'List the webhooks that were set aside, with the reason; --json shows what they said',
      example: 'admin rejected list',
      options: pageOptions(),
      run: (client, { options }) => client.rejected(pageOf(options)),
      show: rejectedView,
    }),
    serverCommand<[bigint], object, { success: boolean; message: string }>(ports, {
      name: 'retry',
      description: 'Take a webhook up again, after its reason was removed',
      example: 'admin rejected retry 12',
      arguments: [['<id>', 'as the list shows it', u64Argument]],
      run: (client, { arguments: [id] }) => client.retryRejected(id),
      exitCode: ({ success }) => (success ? EXIT_CODES.done : EXIT_CODES.refused),
      show: ({ success, message }) => [`${success ? 'Taken' : 'Still not taken'}: ${plainText(message)}`],
    }),
    serverCommand<[bigint], { reason: string }, { success: boolean; message: string }>(ports, {
      name: 'dismiss',
      description: 'Take a webhook off the list that needs nothing more',
      example: 'admin rejected dismiss 12 --reason "a test of the shop’s"',
      arguments: [['<id>', 'as the list shows it', u64Argument]],
      options: [neededReason()],
      run: (client, { arguments: [id], options }) => client.dismissRejected(id, options.reason),
      show: ({ message }) => [plainText(message)],
    }),
  ]);
}

export function deadLettersCommand(ports: CommandPorts): Command {
  return group('dead-letters', 'Events that the shop or a plugin could not be told of', [
    serverCommand<[], AfterFlags, DeadLetterAnswer[]>(ports, {
      name: 'list',
      description: 'List what the shop or a plugin could not be told, with the last error',
      example: 'admin dead-letters list',
      options: [afterOption(), entriesOption()],
      run: (client, { options }) => client.deadLetters({ after: options.after, limit: options.limit }),
      show: deadLettersView,
    }),
    serverCommand<[bigint], { subscriber?: string }, { retried: bigint }>(ports, {
      name: 'retry',
      description: 'Send a dead letter again',
      example: 'admin dead-letters retry 345',
      arguments: [['<event>', 'the event as the list shows it', u64Argument]],
      options: [new Option('--subscriber <name>', 'only to this one')],
      run: (client, { arguments: [eventId], options }) => client.retryDeadLetter(eventId, options.subscriber),
      show: ({ retried }) => [`Sent again to ${retried} ${retried === 1n ? 'subscriber' : 'subscribers'}.`],
    }),
    serverCommand<[bigint], { reason: string; subscriber?: string }, { dismissed: bigint }>(ports, {
      name: 'dismiss',
      description: 'Take a dead letter off the list that nobody needs to be told of any more',
      example: 'admin dead-letters dismiss 345 --reason "the order is deleted there"',
      arguments: [['<event>', 'the event as the list shows it', u64Argument]],
      options: [neededReason(), new Option('--subscriber <name>', 'only for this one')],
      run: (client, { arguments: [eventId], options }) =>
        client.dismissDeadLetter(eventId, options.reason, options.subscriber),
      show: ({ dismissed }) => [`${dismissed} ${dismissed === 1n ? 'is' : 'are'} off the list.`],
    }),
  ]);
}

interface AuditFlags extends AfterFlags, OutputFlags {
  actor?: string;
  action?: string;
  subject?: string;
  since?: string;
  until?: string;
}

export function auditLogCommand(ports: CommandPorts): Command {
  return serverCommand<[], AuditFlags, AuditRecordAnswer[]>(ports, {
    name: 'audit-log',
    description: 'Who changed what by hand; --json shows before and after',
    example: 'admin audit-log --since 2026-11-01 --actor 14s9vDTwr…',
    options: [
      new Option('--actor <address or name>', 'who'),
      new Option('--action <name>', 'what was done, such as "change roles"'),
      new Option('--subject <id>', 'to what'),
      new Option('--since <time>', `from ${SINCE}`),
      new Option('--until <time>', 'up to that time'),
      ...pageOptions(),
    ],
    run: (client, { options: { actor, action, subject, since, until, ...flags } }) =>
      client.auditLog({
        actor,
        action,
        subject,
        since: typedTime(since, flags),
        until: typedTime(until, flags),
        ...pageOf(flags),
      }),
    show: auditLogView,
  });
}

interface EventFlags extends AfterFlags, OutputFlags {
  follow?: boolean;
}

/** `admin events`: what happened, and with --follow what happens, until Ctrl-C. */
export function eventsCommand(ports: CommandPorts): Command {
  return serverCommand<[], EventFlags, EventAnswer[] | undefined>(ports, {
    name: 'events',
    description: 'What happened to orders and payments',
    example: 'admin events --follow',
    options: [
      new Option('-f, --follow', 'go on with what happens, until Ctrl-C; without --after from now on'),
      ...pageOptions(),
    ],
    run: async (client, { options }) => {
      if (!options.follow) return client.events(pageOf(options));
      await follow(ports, client, options);
      return undefined;
    },
    show: (events, output) => eventsView(events ?? [], output),
  });
}

async function follow(ports: CommandPorts, client: ApiClient, flags: EventFlags): Promise<void> {
  const output = outputOptions(ports, flags);
  let after = flags.after ?? (await lastEventId(client));
  const interruption = ports.interruption();
  while (!interruption.aborted) {
    const events = await eventsOrNone(ports, client, { after, limit: MOST_ENTRIES });
    for (const event of events ?? []) ports.print(flags.json ? plainJson(event) : eventLine(event, output));
    after = events?.at(-1)?.id ?? after;
    if (events?.length === MOST_ENTRIES) continue;
    await ports.sleep(events === undefined ? AWAY_PAUSE_MS : FOLLOW_PAUSE_MS);
  }
}

/** Undefined while the server is away: whoever follows for hours does not want to start again. */
async function eventsOrNone(ports: CommandPorts, client: ApiClient, query: Query): Promise<EventAnswer[] | undefined> {
  try {
    return await client.events(query);
  } catch (error) {
    if (!(error instanceof ServerUnreachable)) throw error;
    ports.note(error.message);
    return undefined;
  }
}

async function lastEventId(client: ApiClient): Promise<bigint> {
  const [last] = await client.events({ limit: 1, order: 'desc' });
  return last?.id ?? 0n;
}

/** To go on behind an id is to read forwards. */
function pageOf({ after, before, limit, oldestFirst }: AfterFlags): Query {
  return { after, before, limit, ...orderOf({ oldestFirst: oldestFirst || after !== undefined }) };
}
