import { type Command, Option } from 'commander';
import { priceUpdatesView, priceUpdateView, progressBar, rateHistoryView } from '#engine/cli/views.ts';
import type { ApiClient } from '#platform/cli/api-client.ts';
import type { PriceUpdateAnswer, SetRateAnswer } from '#platform/cli/api-shapes.ts';
import { u64Argument } from '#platform/cli/arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption, serverCommand } from '#platform/cli/server-command.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import { fitted } from '#platform/cli/terminal/text-width.ts';

interface ListFlags {
  limit: number;
}

interface FollowFlags {
  follow?: boolean;
}

const LOOK_EVERY_MS = 500;
const CURRENCY: readonly [string, string] = ['<currency>', 'its code, such as USD'];
const NUMBER: readonly [string, string, (text: string) => bigint] = ['<number>', 'as the list shows it', u64Argument];
const followOption = () => new Option('-f, --follow', 'show how far it has come, until it ends');

/** `admin price-updates`: what the shop's prices in Tari follow. */
export function priceUpdatesCommand(ports: CommandPorts): Command {
  return group('price-updates', 'The work on the prices in Tari that the shop shows', [
    serverCommand<[], ListFlags, PriceUpdateAnswer[]>(ports, {
      name: 'list',
      description: 'List what was and is to be done to the shop’s prices, newest first',
      example: 'admin price-updates list',
      options: [limitOption(), csvOption()],
      run: async (client, { options }) =>
        (await allParts(ports, options.limit, client.priceUpdates, (updates) => updates)).rows,
      show: priceUpdatesView,
    }),
    serverCommand<[bigint], FollowFlags, PriceUpdateAnswer>(ports, {
      name: 'show',
      description: 'Show how far a price update has come',
      example: 'admin price-updates show 12 --follow',
      arguments: [NUMBER],
      options: [followOption()],
      run: async (client, { arguments: [id], options }) =>
        followed(ports, client, await client.priceUpdate(id), options),
      show: priceUpdateView,
    }),
    serverCommand<[string], FollowFlags, PriceUpdateAnswer>(ports, {
      name: 'start',
      description: 'Have the shop show all its prices at the rate that holds for a currency',
      example: 'admin price-updates start USD --follow',
      arguments: [CURRENCY],
      options: [followOption()],
      run: async (client, { arguments: [currency], options }) =>
        followed(ports, client, await client.startPriceUpdate(currency), options),
      show: priceUpdateView,
    }),
    serverCommand<[bigint], FollowFlags, PriceUpdateAnswer>(ports, {
      name: 'retry',
      description: 'Have a price update that failed or waits go on at once',
      example: 'admin price-updates retry 12 --follow',
      arguments: [NUMBER],
      options: [followOption()],
      run: async (client, { arguments: [id], options }) =>
        followed(ports, client, await client.retryPriceUpdate(id), options),
      show: priceUpdateView,
    }),
  ]);
}

/** `admin rates history`: the rates that were set. */
export function rateHistoryCommand(ports: CommandPorts): Command {
  return serverCommand<[string], ListFlags, SetRateAnswer[]>(ports, {
    name: 'history',
    description: 'The rates that a currency has had, newest first, and who set them',
    example: 'admin rates history USD',
    arguments: [CURRENCY],
    options: [limitOption(), csvOption()],
    run: async (client, { arguments: [currency], options }) => {
      const read = (query: object) => client.rateHistory(currency, { ...query });
      return (await allParts(ports, options.limit, read, (rates) => rates)).rows;
    },
    show: rateHistoryView,
  });
}

/** Shows a bar beside the output until nothing more is done; answers how it ended. */
async function followed(
  ports: CommandPorts,
  client: ApiClient,
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
