import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { type OutputOptions, plainText, table } from '#platform/cli/terminal/output.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import { isOutdated } from '#shops/shopify/subscriptions/subscription-renewal.ts';
import {
  isSameAddress,
  missingTopics,
  readSubscriptions,
  subscribe,
  unsubscribe,
  type WebhookSubscription,
  webhookUri,
} from '#shops/shopify/subscriptions/subscriptions.ts';
import type { ShopConnection } from './connection.ts';
import { PUBLIC_ADDRESS } from './public-address.ts';
import { shopCommand } from './shop-command.ts';

interface RemoveFlags {
  url?: string;
}

/** `shopify webhooks`: what the shop tells, and whom. */
export function webhooksCommand(ports: CommandPorts): Command {
  const show = (subscriptions: readonly WebhookSubscription[], output: OutputOptions) =>
    table<WebhookSubscription>(
      [
        { title: 'Topic', of: ({ topic }) => topic },
        { title: 'Sent to', of: ({ uri }) => uri, canShrink: true },
        { title: 'Id', of: ({ id }) => shortId(id) },
      ],
      subscriptions,
      output,
    );
  /** What the question was about: what the shop subscribes to meanwhile stays. */
  let doomed: readonly WebhookSubscription[] = [];
  return group('webhooks', 'What the shop tells, and whom', [
    shopCommand<[], object, WebhookSubscription[]>(ports, {
      name: 'list',
      description: 'List the subscriptions of our app',
      example: 'webhooks list',
      menus: [{ menu: 'shopify', section: 'webhooks', label: 'List webhooks', hint: 'what the shop tells, and whom' }],
      options: [csvOption()],
      run: ({ client }) => readSubscriptions(client),
      show,
    }),
    shopCommand<[string], object, WebhookSubscription[]>(ports, {
      name: 'install',
      description: 'Have the shop tell the server everything that it needs. What is there already is left as it is',
      example: 'webhooks install https://pay.example.com',
      menus: [
        {
          menu: 'shopify',
          section: 'webhooks',
          label: 'Install webhooks',
          hint: 'have the shop tell the server everything',
        },
      ],
      arguments: [['<url>', 'where the shop reaches the server', readServer, PUBLIC_ADDRESS]],
      run: async ({ client }, { arguments: [url] }) => {
        const uri = webhookUri(url);
        for (const topic of missingTopics(await readSubscriptions(client), uri)) await subscribe(client, topic, uri);
        return readSubscriptions(client);
      },
      show,
    }),
    shopCommand<[string[]], RemoveFlags, WebhookSubscription[]>(ports, {
      name: 'remove',
      description: 'End subscriptions of our app: those with these ids, or all that go to one server',
      example: 'webhooks remove --url https://old.example.com',
      arguments: [['[ids...]', 'as the list shows them', readIds]],
      options: [new Option('--url <url>', 'all that are sent to the server at this address').argParser(readServer)],
      async danger(shop, given) {
        doomed = await chosen(shop, given);
        return removalDanger(shop, doomed);
      },
      async run({ client }) {
        for (const subscription of doomed) await unsubscribe(client, subscription);
        return readSubscriptions(client);
      },
      show,
    }),
  ]);
}

/** Commander hands each further id over with what the ones before made. */
function readIds(text: string, before?: string[]): string[] {
  const id = /^(?:gid:\/\/shopify\/WebhookSubscription\/)?(\d{1,20})$/.exec(text)?.[1];
  if (id === undefined) throw new InvalidArgumentError('It must be the id of a subscription, in digits.');
  return [...(before ?? []), id];
}

function shortId(id: string): string {
  return id.replace(/^.*\//, '');
}

/** @throws {CommandError} where none is named, or one is named that is not there. */
async function chosen(
  { client }: ShopConnection,
  { arguments: [ids = []], options: { url } }: { arguments: [string[]?]; options: RemoveFlags },
): Promise<WebhookSubscription[]> {
  if ((ids.length === 0) === (url === undefined)) {
    throw new CommandError('Say which: either ids as the list shows them, or --url.', EXIT_CODES.wrongUse);
  }
  const present = await readSubscriptions(client);
  if (url !== undefined) {
    const found = present.filter((one) => isSameAddress(one.uri, webhookUri(url)) || isOutdated(one, url));
    if (found.length === 0) throw new CommandError(`No subscription goes to ${plainText(url)}.`);
    return found;
  }
  const unknown = ids.filter((id) => !present.some((one) => shortId(one.id) === id));
  if (unknown.length > 0) throw new CommandError(`There is no subscription ${unknown.join(', ')}. Nothing was done.`);
  return present.filter((one) => ids.includes(shortId(one.id)));
}

function removalDanger({ all: { publicUrl }, settings }: ShopConnection, doomed: readonly WebhookSubscription[]) {
  const ours = publicUrl === null ? [] : doomed.filter(({ uri }) => isSameAddress(uri, webhookUri(publicUrl)));
  const willReturn = ours.length > 0 && settings.keepWebhooks;
  return [
    ...doomed.map(({ topic, uri }) => `The shop will send ${topic} to ${uri} no more.`),
    ...(willReturn
      ? ['This is the address in TPG_PUBLIC_URL: the server subscribes to it again within a day, or at its next start.']
      : []),
  ];
}
