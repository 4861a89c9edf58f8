import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { optionalReasonOption, reasonOption } from '#platform/cli/reason-option.ts';
import { allParts, limitOption } from '#platform/cli/server-command.ts';
import { csvOption } from '#platform/cli/terminal/output-flags.ts';
import type { EndpointAnswer, EndpointInFullAnswer, EndpointWithSecretAnswer } from './answers.ts';
import { type ChoiceFlags, ENDPOINT_ARGUMENT, SECTION, webhookCommand } from './arguments.ts';
import { addDanger, changeDanger, removeDanger, rotateDanger } from './dangers.ts';
import { endpointInFullView, endpointsView, endpointView, endpointWithSecretView } from './views.ts';

/** The register of endpoints. */
export function endpointCommands(ports: CommandPorts): Command[] {
  return [
    webhookCommand<[], { limit: number }, EndpointAnswer[]>(ports, {
      name: 'list',
      description: 'List the webhook endpoints, those that are removed too',
      example: 'admin webhooks list',
      menus: [{ ...SECTION, label: 'List webhooks', hint: 'the programs that are told of events' }],
      options: [limitOption(), csvOption()],
      run: async (client, { options }) =>
        (
          await allParts(
            ports,
            options.limit,
            (query) => client.endpoints(query),
            (rows) => rows,
          )
        ).rows,
      show: endpointsView,
    }),
    webhookCommand<[bigint], object, EndpointInFullAnswer>(ports, {
      name: 'show',
      description: 'Show a webhook endpoint, with what has not been delivered to it',
      example: 'admin webhooks show 1',
      menus: [{ ...SECTION, label: 'Show a webhook', hint: 'with what waits for it' }],
      arguments: [ENDPOINT_ARGUMENT],
      run: (client, { arguments: [id] }) => client.endpoint(id),
      show: endpointInFullView,
    }),
    webhookCommand<[string], ChoiceFlags, EndpointWithSecretAnswer>(ports, {
      name: 'add',
      description: 'Tell a program of events from now on, and show its secret once',
      example: 'admin webhooks add https://books.example.com/tari --events OrderPaid,OrderAnnulled',
      menus: [
        {
          ...SECTION,
          label: 'Add a webhook',
          hint: 'a program that is told of events',
          asks: ['--description'],
        },
      ],
      arguments: [['<url>', 'where events are posted to', undefined, { ask: 'URL' }]],
      options: [eventsOption().makeOptionMandatory(), descriptionOption(), optionalReasonOption()],
      danger: async (_, { arguments: [url], options }) => addDanger(url, options),
      run: (client, { arguments: [url], options }) => client.addEndpoint({ url, ...bodyOf(options) }),
      show: endpointWithSecretView,
    }),
    webhookCommand<[bigint], ChoiceFlags, EndpointAnswer>(ports, {
      name: 'change',
      description: 'Change the URL, the description or the events of a webhook endpoint',
      example: 'admin webhooks change 1 --events all',
      menus: [
        { ...SECTION, label: 'Change URL of a webhook', hint: 'where it is posted to', needs: ['--url'] },
        { ...SECTION, label: 'Change events of a webhook', hint: 'what it is told', needs: ['--events'] },
      ],
      arguments: [ENDPOINT_ARGUMENT],
      options: [
        askedAs(new Option('--url <url>', 'where events are posted to'), { ask: 'URL' }),
        eventsOption(),
        descriptionOption(),
        optionalReasonOption(),
      ],
      danger: (client, { arguments: [id], options }) => changeDanger(client, id, options),
      run: (client, { arguments: [id], options }) => {
        const body = bodyOf(options);
        if (Object.keys(body).every((name) => name === 'reason')) {
          throw new CommandError('Say what changes: --url, --events or --description.', EXIT_CODES.wrongUse);
        }
        return client.changeEndpoint(id, 'change', body);
      },
      show: endpointView,
    }),
    webhookCommand<[bigint], { reason?: string }, EndpointWithSecretAnswer>(ports, {
      name: 'rotate-secret',
      description: 'Make a new secret for a webhook endpoint, and show it once; the previous one stays valid for a day',
      example: 'admin webhooks rotate-secret 1',
      menus: [{ ...SECTION, label: 'Rotate secret of a webhook', hint: 'the old one is valid for a day' }],
      arguments: [ENDPOINT_ARGUMENT],
      options: [optionalReasonOption()],
      danger: (client, { arguments: [id] }) => rotateDanger(client, id),
      run: (client, { arguments: [id], options }) => client.rotateSecret(id, bodyOf(options)),
      show: endpointWithSecretView,
    }),
    webhookCommand<[bigint], { reason: string }, EndpointAnswer>(ports, {
      name: 'remove',
      description: 'Remove a webhook endpoint for good, with all that waits for it; it stays to be read',
      example: 'admin webhooks remove 1 --reason "the program is gone"',
      menus: [{ ...SECTION, label: 'Remove a webhook', hint: 'for good' }],
      arguments: [ENDPOINT_ARGUMENT],
      options: [reasonOption()],
      danger: (client, { arguments: [id] }) => removeDanger(client, id),
      run: (client, { arguments: [id], options }) => client.changeEndpoint(id, 'remove', bodyOf(options)),
      show: endpointView,
    }),
  ];
}

function eventsOption(): Option {
  const option = new Option('--events <types>', 'types of events with commas between them, or all').argParser(typesOf);
  return askedAs(option, { ask: 'Types of events with commas between them, or all' });
}

function descriptionOption(): Option {
  return askedAs(new Option('--description <text>', 'what it is'), { ask: 'Description', whenEmpty: 'none' });
}

function typesOf(text: string): 'all' | string[] {
  const types = text.split(',').map((type) => type.trim());
  if (types.length === 1 && types[0] === 'all') return 'all';
  if (types.some((type) => !/^\w+$/.test(type)))
    throw new InvalidArgumentError('It must be such as OrderPaid, or all.');
  return types;
}

/** What was given, as the server takes it. */
function bodyOf({ url, description, events, reason }: ChoiceFlags): object {
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(events !== undefined && { event_types: events === 'all' ? null : events }),
    ...(reason !== undefined && { reason }),
  };
}
