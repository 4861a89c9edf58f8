import { type Command, Option } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import { u64Argument } from '#platform/cli/arguments.ts';
import { EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { optionalReasonOption, reasonOption } from '#platform/cli/reason-option.ts';
import { allParts, type ListFlags, listOptions, orderOf } from '#platform/cli/server-command.ts';
import type { AttemptAnswer, EndpointAnswer, ResentAnswer } from './answers.ts';
import { ENDPOINT_ARGUMENT, SECTION, webhookCommand } from './arguments.ts';
import { attemptsView, attemptView, endpointView, resentView } from './views.ts';

/** What is delivered to endpoints, and when. */
export function deliveryCommands(ports: CommandPorts): Command[] {
  return [
    webhookCommand<[bigint], ListFlags, AttemptAnswer[]>(ports, {
      name: 'attempts',
      description: 'List the last attempts to deliver to a webhook endpoint, with what it answered',
      example: 'admin webhooks attempts 1 --limit 20',
      menus: [{ ...SECTION, label: 'Attempts of a webhook', hint: 'newest first' }],
      arguments: [ENDPOINT_ARGUMENT],
      options: listOptions(),
      run: async (client, { arguments: [id], options }) => {
        const read = (query: Query) => client.attempts(id, { ...query, ...orderOf(options) });
        return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
      },
      show: attemptsView,
    }),
    webhookCommand<[bigint], object, AttemptAnswer>(ports, {
      name: 'test',
      description: 'Send a test to a webhook endpoint and to no other, and show what it answered',
      example: 'admin webhooks test 1',
      menus: [{ ...SECTION, label: 'Test a webhook', hint: 'and see what it answers' }],
      arguments: [ENDPOINT_ARGUMENT],
      run: (client, { arguments: [id] }) => client.test(id),
      show: attemptView,
      exitCode: ({ error }) => (error === null ? EXIT_CODES.done : EXIT_CODES.refused),
    }),
    webhookCommand<[bigint, bigint], object, ResentAnswer>(ports, {
      name: 'resend',
      description: 'Deliver an event to a webhook endpoint again, whatever became of it before',
      example: 'admin webhooks resend 1 812',
      menus: [
        {
          ...SECTION,
          label: 'Resend an event by webhook',
          hint: 'whatever became of it',
          warning: ({ number, event }) => `Event ${event} will be sent to webhook endpoint ${number} again.`,
        },
      ],
      arguments: [ENDPOINT_ARGUMENT, ['<event>', 'its id', u64Argument, { ask: 'Id of the event' }]],
      run: (client, { arguments: [id, eventId] }) => client.resend(id, eventId),
      show: resentView,
    }),
    webhookCommand<[bigint], { reason: string }, EndpointAnswer>(ports, {
      name: 'pause',
      description: 'Pause a webhook endpoint; what happens meanwhile waits for it',
      example: 'admin webhooks pause 1 --reason "their server moves"',
      menus: [
        {
          ...SECTION,
          label: 'Pause a webhook',
          hint: 'what happens meanwhile waits',
          warning: ({ number }) => `Webhook endpoint ${number} will be told of nothing until it is resumed.`,
        },
      ],
      arguments: [ENDPOINT_ARGUMENT],
      options: [reasonOption()],
      run: (client, { arguments: [id], options }) => client.changeEndpoint(id, 'pause', { reason: options.reason }),
      show: endpointView,
    }),
    webhookCommand<[bigint], { skipMissed?: boolean; reason?: string }, EndpointAnswer>(ports, {
      name: 'resume',
      description: 'Resume a webhook endpoint, with what it missed or without it',
      example: 'admin webhooks resume 1',
      menus: [
        {
          ...SECTION,
          label: 'Resume a webhook',
          hint: 'with what it missed',
          warning: ({ number }) => `Webhook endpoint ${number} will be told of all that it missed.`,
        },
        {
          ...SECTION,
          label: 'Resume webhook, skip missed',
          hint: 'only what comes',
          gives: ['--skip-missed'],
          warning: ({ number }) => `Webhook endpoint ${number} will never be told of what it missed.`,
        },
      ],
      arguments: [ENDPOINT_ARGUMENT],
      options: [new Option('--skip-missed', 'without what it missed'), optionalReasonOption()],
      run: (client, { arguments: [id], options: { skipMissed = false, reason } }) =>
        client.changeEndpoint(id, 'resume', { skip_missed: skipMissed, ...(reason !== undefined && { reason }) }),
      show: endpointView,
    }),
  ];
}
