import { type Command, Option } from 'commander';
import { u64Argument } from '#platform/cli/arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { MAX_OFFERS } from '#platform/cli/menus/menu.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption } from '#platform/cli/server-command.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import { fitted } from '#platform/cli/terminal/text-width.ts';
import type { PriceUpdateAnswer } from './answers.ts';
import type { ShopsClient } from './requests.ts';
import { shopsCommand } from './server-command.ts';
import { priceUpdatesView, priceUpdateView, progressBar } from './views.ts';

interface ListFlags {
  limit: number;
}

interface FollowFlags {
  follow?: boolean;
}

const LOOK_EVERY_MS = 500;
const CURRENCY: ArgumentDescription = ['<currency>', 'its code, such as USD', undefined, { default: 'USD' }];
const NUMBER: ArgumentDescription = [
  '<number>',
  'as the list shows it',
  u64Argument,
  {
    ask: 'Price update',
    async offers({ client }) {
      const { shopsClient } = await import('./requests.ts');
      const { answer } = await shopsClient(await client()).priceUpdates({ limit: MAX_OFFERS });
      return answer.map(({ id, state }) => ({ value: String(id), hint: state }));
    },
  },
];
const followOption = () => new Option('-f, --follow', 'show how far it has come, until it ends');

/** `admin price-updates`: what the shop's prices in Tari follow. */
export function priceUpdatesCommand(ports: CommandPorts): Command {
  return group('price-updates', 'The work on the prices in Tari that the shop shows', [
    shopsCommand<[], ListFlags, PriceUpdateAnswer[]>(ports, {
      name: 'list',
      description: 'List what was and is to be done to the shop’s prices, newest first',
      example: 'admin price-updates list',
      menus: [
        { menu: 'admin', section: 'price updates', label: 'Price updates', hint: 'the work on the shop’s prices' },
      ],
      options: [limitOption(), csvOption()],
      run: async (client, { options }) =>
        (await allParts(ports, options.limit, client.priceUpdates, (updates) => updates)).rows,
      show: priceUpdatesView,
    }),
    shopsCommand<[bigint], FollowFlags, PriceUpdateAnswer>(ports, {
      name: 'show',
      description: 'Show how far a price update has come',
      example: 'admin price-updates show 12 --follow',
      menus: [
        {
          menu: 'admin',
          section: 'price updates',
          label: 'Progress of a price update',
          hint: 'as a bar, until it ends',
          gives: ['--follow'],
        },
      ],
      arguments: [NUMBER],
      options: [followOption()],
      run: async (client, { arguments: [id], options }) =>
        followed(ports, client, await client.priceUpdate(id), options),
      show: priceUpdateView,
    }),
    shopsCommand<[string], FollowFlags, PriceUpdateAnswer>(ports, {
      name: 'start',
      description: 'Have the shop show all its prices at the rate that holds for a currency',
      example: 'admin price-updates start USD --follow',
      menus: [
        {
          menu: 'admin',
          section: 'price updates',
          label: 'Start a price update',
          hint: 'have all prices looked at again',
          gives: ['--follow'],
          warning: ({ currency }) =>
            `The shop will show all its prices in Tari at the rate that holds for ${currency}.`,
        },
      ],
      arguments: [CURRENCY],
      options: [followOption()],
      run: async (client, { arguments: [currency], options }) =>
        followed(ports, client, await client.startPriceUpdate(currency), options),
      show: priceUpdateView,
    }),
    shopsCommand<[bigint], FollowFlags, PriceUpdateAnswer>(ports, {
      name: 'retry',
      description: 'Have a price update that failed or waits go on at once',
      example: 'admin price-updates retry 12 --follow',
      menus: [
        {
          menu: 'admin',
          section: 'price updates',
          label: 'Retry a price update',
          hint: 'that failed or waits',
          gives: ['--follow'],
        },
      ],
      arguments: [NUMBER],
      options: [followOption()],
      run: async (client, { arguments: [id], options }) =>
        followed(ports, client, await client.retryPriceUpdate(id), options),
      show: priceUpdateView,
    }),
  ]);
}

/** Shows a bar beside the output until nothing more is done; answers how it ended. */
async function followed(
  ports: CommandPorts,
  client: ShopsClient,
  started: PriceUpdateAnswer,
  { follow }: FollowFlags,
): Promise<PriceUpdateAnswer> {
  if (!follow) return started;
  const interruption = ports.interruption();
  let update = started;
  let shown = '';
  for (;;) {
    const bar = progressBar(update);
    if (bar !== shown) ports.progress(fitted(bar, ports.terminal.columns - 1));
    shown = bar;
    if (update.finished_at !== null || interruption.aborted) break;
    await ports.sleep(LOOK_EVERY_MS);
    update = await client.priceUpdate(update.id);
  }
  ports.progress('');
  return update;
}
