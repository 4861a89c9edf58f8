import type { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { type OutputOptions, table } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import {
  missingTopics,
  readSubscriptions,
  subscribe,
  type WebhookSubscription,
  webhookUri,
} from '#shops/shopify/subscriptions.ts';
import { shopCommand } from './shop-command.ts';

/** `shopify webhooks`: what the shop tells, and whom. */
export function webhooksCommand(ports: CommandPorts): Command {
  const show = (subscriptions: readonly WebhookSubscription[], output: OutputOptions) =>
    table<WebhookSubscription>(
      [
        { title: 'Topic', of: ({ topic }) => topic },
        { title: 'Sent to', of: ({ uri }) => uri, canShrink: true },
        { title: 'Id', of: ({ id }) => id.replace(/^.*\//, '') },
      ],
      subscriptions,
      output,
    );
  return group('webhooks', 'What the shop tells, and whom', [
    shopCommand<[], object, WebhookSubscription[]>(ports, {
      name: 'list',
      description: 'List the subscriptions of our app',
      example: 'webhooks list',
      run: ({ client }) => readSubscriptions(client),
      show,
    }),
    shopCommand<[string], object, WebhookSubscription[]>(ports, {
      name: 'install',
      description: 'Have the shop tell the server everything that it needs. What is there already is left as it is',
      example: 'webhooks install https://pay.example.com',
      arguments: [['<url>', 'where the shop reaches the server', readServer]],
      run: async ({ client }, { arguments: [url] }) => {
        const uri = webhookUri(url);
        for (const topic of missingTopics(await readSubscriptions(client), uri)) await subscribe(client, topic, uri);
        return readSubscriptions(client);
      },
      show,
    }),
  ]);
}
