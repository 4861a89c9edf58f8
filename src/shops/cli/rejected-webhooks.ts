import type { Command } from 'commander';
import { u64Argument } from '#platform/cli/arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { EXIT_CODES } from '#platform/cli/exit.ts';
import { type IdPageFlags, idPageOf, idPageOptions } from '#platform/cli/id-page.ts';
import { MAX_OFFERS } from '#platform/cli/menus/menu.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { RejectedAnswer } from './answers.ts';
import { shopsCommand } from './server-command.ts';
import { rejectedView } from './views.ts';

const REJECTED: ArgumentDescription = [
  '<id>',
  'as the list shows it',
  u64Argument,
  {
    ask: 'Webhook',
    async offers({ client }) {
      const { shopsClient } = await import('./requests.ts');
      const rejected = await shopsClient(await client()).rejected({ limit: MAX_OFFERS });
      return rejected.map(({ id, reason }) => ({ value: String(id), hint: reason }));
    },
  },
];

/** `admin rejected`: what of the shop could not be used. */
export function rejectedCommand(ports: CommandPorts): Command {
  return group('rejected', 'Webhooks that could not be used', [
    shopsCommand<[], IdPageFlags, RejectedAnswer[]>(ports, {
      name: 'list',
      description: 'List the webhooks that were set aside, with the reason; --json shows what they said',
      example: 'admin rejected list',
      menus: [
        { menu: 'admin', section: 'rejected webhooks', label: 'Rejected webhooks', hint: 'that could not be used' },
      ],
      options: idPageOptions(),
      run: (client, { options }) => client.rejected(idPageOf(options)),
      show: rejectedView,
    }),
    shopsCommand<[bigint], object, { success: boolean; message: string }>(ports, {
      name: 'retry',
      description: 'Take a webhook up again, after its reason was removed',
      example: 'admin rejected retry 12',
      menus: [
        {
          menu: 'admin',
          section: 'rejected webhooks',
          label: 'Retry a rejected webhook',
          hint: 'after its reason was removed',
        },
      ],
      arguments: [REJECTED],
      run: (client, { arguments: [id] }) => client.retryRejected(id),
      exitCode: ({ success }) => (success ? EXIT_CODES.done : EXIT_CODES.refused),
      show: ({ success, message }) => [`${success ? 'Taken' : 'Still not taken'}: ${plainText(message)}`],
    }),
    shopsCommand<[bigint], { reason: string }, { success: boolean; message: string }>(ports, {
      name: 'dismiss',
      description: 'Take a webhook off the list that needs nothing more',
      example: 'admin rejected dismiss 12 --reason "a test of the shop’s"',
      menus: [
        {
          menu: 'admin',
          section: 'rejected webhooks',
          label: 'Dismiss a rejected webhook',
          hint: 'that needs nothing more',
          warning: ({ id }) => `Webhook ${id} will be off the list and never be used.`,
        },
      ],
      arguments: [REJECTED],
      options: [reasonOption()],
      run: (client, { arguments: [id], options }) => client.dismissRejected(id, options.reason),
      show: ({ message }) => [plainText(message)],
    }),
  ]);
}
