import { type Command, Option } from 'commander';
import { u64Argument } from '#platform/cli/arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { type IdPageFlags, idPageOf, idPageOptions } from '#platform/cli/id-page.ts';
import { MAX_OFFERS } from '#platform/cli/menus/menu.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { DeadLetterAnswer } from './answers.ts';
import { bulkDismissalCommand } from './bulk-dismissal.ts';
import { outboxCommand } from './server-command.ts';
import { deadLettersView } from './views.ts';

const EVENT: ArgumentDescription = [
  '<event>',
  'the event as the list shows it',
  u64Argument,
  {
    async offers({ client }) {
      const { outboxClient } = await import('./requests.ts');
      const letters = await outboxClient(await client()).deadLetters({ limit: MAX_OFFERS });
      return letters.map(({ event_id: id, type, subject }) => ({ value: String(id), hint: `${type} ${subject}` }));
    },
  },
];

/** `admin dead-letters`: what could not be told, telling it again, and letting it be. */
export function deadLettersCommand(ports: CommandPorts): Command {
  return group('dead-letters', 'Events that the shop or a plugin could not be told of', [
    outboxCommand<[], IdPageFlags, DeadLetterAnswer[]>(ports, {
      name: 'list',
      description: 'List what the shop or a plugin could not be told, with the last error',
      example: 'admin dead-letters list',
      menus: [{ menu: 'admin', section: 'dead letters', label: 'Dead letters', hint: 'what could not be delivered' }],
      options: idPageOptions(),
      run: (client, { options }) => client.deadLetters(idPageOf(options)),
      show: deadLettersView,
    }),
    outboxCommand<[bigint], { subscriber?: string }, { retried: bigint }>(ports, {
      name: 'retry',
      description: 'Send a dead letter again',
      example: 'admin dead-letters retry 345',
      menus: [{ menu: 'admin', section: 'dead letters', label: 'Retry a dead letter', hint: 'tell it again' }],
      arguments: [EVENT],
      options: [new Option('--subscriber <name>', 'only to this one')],
      run: (client, { arguments: [eventId], options }) => client.retryDeadLetter(eventId, options.subscriber),
      show: ({ retried }) => [`Sent again to ${retried} ${retried === 1n ? 'subscriber' : 'subscribers'}.`],
    }),
    outboxCommand<[bigint], { reason: string; subscriber?: string }, { dismissed: bigint }>(ports, {
      name: 'dismiss',
      description: 'Take a dead letter off the list that no longer needs to be delivered',
      example: 'admin dead-letters dismiss 345 --reason "the order is deleted there"',
      menus: [
        {
          menu: 'admin',
          section: 'dead letters',
          label: 'Dismiss a dead letter',
          hint: 'that no longer needs to be delivered',
          warning: ({ event }) => `Event ${event} will not be delivered any more.`,
        },
      ],
      arguments: [EVENT],
      options: [reasonOption(), new Option('--subscriber <name>', 'only for this one')],
      run: (client, { arguments: [eventId], options }) =>
        client.dismissDeadLetter(eventId, options.reason, options.subscriber),
      show: ({ dismissed }) => [`${dismissed} ${dismissed === 1n ? 'is' : 'are'} off the list.`],
    }),
    bulkDismissalCommand(ports),
  ]);
}
