import { type Command, Option } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import { afterOption, type IdPageFlags, idPageOf, idPageOptions, MAX_ENTRIES } from '#platform/cli/id-page.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { ServerUnreachable } from '#platform/cli/server-call.ts';
import { plainJson } from '#platform/cli/terminal/output.ts';
import { type OutputFlags, outputOptions } from '#platform/cli/terminal/output-flags.ts';
import type { EventAnswer } from './answers.ts';
import type { OutboxClient } from './requests.ts';
import { outboxCommand } from './server-command.ts';
import { eventLine, eventsView } from './views.ts';

const FOLLOW_PAUSE_MS = 1000;
/** While the server is away it is asked less often. */
const AWAY_PAUSE_MS = 5000;

interface EventFlags extends IdPageFlags, OutputFlags {
  follow?: boolean;
}

/** `admin events`: what happened, and with --follow what happens, until Ctrl-C. */
export function eventsCommand(ports: CommandPorts): Command {
  return outboxCommand<[], EventFlags, EventAnswer[] | undefined>(ports, {
    name: 'events',
    description: 'What happened to orders and payments',
    example: 'admin events --follow',
    menus: [
      {
        menu: 'admin',
        section: 'events',
        label: 'Events',
        hint: 'the newest hundred, or those after an id',
        asks: ['--after'],
      },
      { menu: 'admin', section: 'events', label: 'Follow events', hint: 'until Ctrl-C', gives: ['--follow'] },
    ],
    options: [
      new Option('-f, --follow', 'go on with what happens, until Ctrl-C; without --after from now on'),
      ...idPageOptions(askedAs(afterOption(), { ask: 'After which event', whenEmpty: 'empty for the newest' })),
    ],
    run: async (client, { options }) => {
      if (!options.follow) return client.events(idPageOf(options));
      await follow(ports, client, options);
      return undefined;
    },
    show: (events, output) => eventsView(events ?? [], output),
  });
}

async function follow(ports: CommandPorts, client: OutboxClient, flags: EventFlags): Promise<void> {
  const output = outputOptions(ports, flags);
  let after = flags.after ?? (await lastEventId(client));
  const interruption = ports.interruption();
  while (!interruption.aborted) {
    const events = await eventsOrNone(ports, client, { after, limit: MAX_ENTRIES });
    for (const event of events ?? []) ports.print(flags.json ? plainJson(event) : eventLine(event, output));
    after = events?.at(-1)?.id ?? after;
    if (events?.length === MAX_ENTRIES) continue;
    await ports.sleep(events === undefined ? AWAY_PAUSE_MS : FOLLOW_PAUSE_MS);
  }
}

/** Undefined while the server is unreachable: following for hours must survive a restart of the server. */
async function eventsOrNone(
  ports: CommandPorts,
  client: OutboxClient,
  query: Query,
): Promise<EventAnswer[] | undefined> {
  try {
    return await client.events(query);
  } catch (error) {
    if (!(error instanceof ServerUnreachable)) throw error;
    ports.note(error.message);
    return undefined;
  }
}

async function lastEventId(client: OutboxClient): Promise<bigint> {
  const [last] = await client.events({ limit: 1, order: 'desc' });
  return last?.id ?? 0n;
}
