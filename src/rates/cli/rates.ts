import type { Command } from 'commander';
import { amountArgument } from '#platform/cli/arguments.ts';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { amountOf } from '#platform/cli/menus/amount-of.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption, serverCommandOf } from '#platform/cli/server-command.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import type { ExchangeRateAnswer, SetRateAnswer } from './answers.ts';
import { rateDanger } from './danger.ts';
import { rateHistoryView, ratesView } from './views.ts';

interface ListFlags {
  limit: number;
}

const rateCommand = serverCommandOf(async () => (await import('./requests.ts')).ratesClient);

const CURRENCY: ArgumentDescription = ['<currency>', 'its code, such as USD', undefined, { default: 'USD' }];
const AMOUNT: ArgumentDescription = [
  '<amount>',
  'what one unit costs, in Tari or with µT behind it',
  amountArgument,
  { ask: 'What one unit costs, in Tari' },
];

/** `admin rates`: what currencies cost in Tari. */
export function ratesCommand(ports: CommandPorts): Command {
  return group('rates', 'What currencies cost in Tari', [
    rateCommand<[string], object, ExchangeRateAnswer>(ports, {
      name: 'get',
      description: 'The rate of a currency',
      example: 'admin rates get USD',
      menus: [{ menu: 'admin', section: 'rates', label: 'Fetch Tari price', hint: 'the rate of a currency' }],
      arguments: [CURRENCY],
      run: (client, { arguments: [currency] }) => client.exchangeRate(currency),
      show: (rate, output) => ratesView([rate], output),
    }),
    rateCommand<[string, bigint], object, ExchangeRateAnswer>(ports, {
      name: 'set',
      description: 'Set the rate of a currency, for orders that come from now on',
      example: 'admin rates set USD "30 XTM"',
      menus: [
        {
          menu: 'admin',
          section: 'rates',
          label: 'Set Tari price',
          hint: 'the rate of a currency',
          warning: ({ currency, amount }) =>
            `1 ${currency} will cost ${amountOf(amount)} in orders from now on. The prices in the shop follow.`,
        },
      ],
      arguments: [CURRENCY, AMOUNT],
      danger: (client, { arguments: [currency, rate] }) => rateDanger(client, currency, rate),
      run: async (client, { arguments: [currency, rate] }) => {
        await client.setExchangeRate(currency, rate);
        return client.exchangeRate(currency);
      },
      show: (rate, output) => ratesView([rate], output),
    }),
    rateCommand<[], object, ExchangeRateAnswer[]>(ports, {
      name: 'list',
      description: 'The rates that hold, of all currencies',
      example: 'admin rates list',
      menus: [{ menu: 'admin', section: 'rates', label: 'All rates', hint: 'that hold now' }],
      options: [csvOption()],
      run: (client) => client.exchangeRates(),
      show: ratesView,
    }),
    rateCommand<[string], ListFlags, SetRateAnswer[]>(ports, {
      name: 'history',
      description: 'The rates that a currency has had, newest first, and who set them',
      example: 'admin rates history USD',
      menus: [{ menu: 'admin', section: 'rates', label: 'Rate history', hint: 'and who set them' }],
      arguments: [CURRENCY],
      options: [limitOption(), csvOption()],
      run: async (client, { arguments: [currency], options }) => {
        const read = (query: object) => client.rateHistory(currency, { ...query });
        return (await allParts(ports, options.limit, read, (rates) => rates)).rows;
      },
      show: rateHistoryView,
    }),
  ]);
}
