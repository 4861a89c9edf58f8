import type { Command } from 'commander';
import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption, serverCommand } from '#platform/cli/server-command.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import { addressHistoryView, balanceView, ordersView, paymentsView, settlementView } from './views.ts';

interface ListFlags {
  limit: number;
}

/** `my`: what everybody sees and does with their own address. */
export function myCommand(ports: CommandPorts): Command {
  return group('my', 'Your own orders, payments and balance', [
    serverCommand(ports, {
      name: 'balance',
      description: 'What was confirmed, paid, and is left',
      example: 'my balance -p alice',
      run: (client) => client.myBalance(),
      show: balanceView,
    }),
    myOrders(ports, 'orders', 'The orders that you claimed or paid', (client) => client.myOrders),
    myOrders(ports, 'open-orders', 'Those of your orders that can still be paid', (client) => client.myOpenOrders),
    serverCommand<[], ListFlags, Awaited<ReturnType<typeof myPayments>>>(ports, {
      name: 'payments',
      description: 'Your payments',
      example: 'my payments -p alice --json',
      options: [limitOption()],
      run: (client, { options }) => myPayments(ports, client, options),
      show: ({ payments }, output) => paymentsView(payments, output),
    }),
    serverCommand(ports, {
      name: 'history',
      description: 'Your balance, orders, payments and settlements',
      example: 'my history -p alice --utc',
      run: (client) => client.myHistory(),
      show: addressHistoryView,
    }),
    serverCommand(ports, {
      name: 'settle',
      description: 'Pay what your balance covers of your open orders',
      example: 'my settle -p alice',
      run: (client) => client.settleMine(),
      show: settlementView,
    }),
  ]);
}

async function myPayments(ports: CommandPorts, client: ApiClient, { limit }: ListFlags) {
  const { first, rows } = await allParts(ports, limit, client.myPayments, ({ payments }) => payments);
  return { ...first, payments: rows };
}

function myOrders(
  ports: CommandPorts,
  name: string,
  description: string,
  of: (client: ApiClient) => (query: Query) => ReturnType<ApiClient['myOrders']>,
): Command {
  const run = async (client: ApiClient, { limit }: ListFlags) => {
    const { first, rows } = await allParts(ports, limit, of(client), ({ orders }) => orders);
    return { ...first, orders: rows };
  };
  return serverCommand<[], ListFlags, Awaited<ReturnType<typeof run>>>(ports, {
    name,
    description,
    example: `my ${name} -p alice`,
    options: [limitOption()],
    run: (client, { options }) => run(client, options),
    show: ({ orders }, output) => ordersView(orders, output),
  });
}
