import type { Command } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import type { MenuFields } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, type ListFlags, listOptions, orderOf } from '#platform/cli/server-command.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import type { EngineClient } from './requests.ts';
import { engineCommand } from './server-command.ts';
import { addressHistoryView, balanceView, ordersView, paymentsView, settlementView } from './views.ts';

/** `my`: what everybody sees and does with their own address. */
export function myCommand(ports: CommandPorts): Command {
  return group('my', 'Your own orders, payments and balance', [
    engineCommand(ports, {
      name: 'balance',
      description: 'What was confirmed, paid, and is left',
      example: 'my balance -p alice',
      menus: [{ menu: 'user', section: 'my account', label: 'My Balance', hint: 'confirmed, paid, left' }],
      run: (client) => client.myBalance(),
      show: balanceView,
    }),
    myOrders(
      ports,
      'orders',
      'The orders that you claimed or paid',
      { menu: 'user', section: 'my account', label: 'My Orders', hint: 'that you claimed or paid' },
      (client) => client.myOrders,
    ),
    myOrders(
      ports,
      'open-orders',
      'Those of your orders that can still be paid',
      { menu: 'user', section: 'my account', label: 'My Open Orders', hint: 'that can still be paid' },
      (client) => client.myOpenOrders,
    ),
    engineCommand<[], ListFlags, Awaited<ReturnType<typeof myPayments>>>(ports, {
      name: 'payments',
      description: 'Your payments',
      example: 'my payments -p alice --json',
      menus: [{ menu: 'user', section: 'my account', label: 'My Payments', hint: 'that the shop’s wallet received' }],
      options: listOptions(),
      run: (client, { options }) => myPayments(ports, client, options),
      show: ({ payments }, output) => paymentsView(payments, output),
    }),
    engineCommand(ports, {
      name: 'history',
      description: 'Your balance, orders, payments and settlements',
      example: 'my history -p alice --utc',
      menus: [
        {
          menu: 'user',
          section: 'my account',
          label: 'Account History',
          hint: 'balance, orders, payments, settlements',
        },
      ],
      options: [csvOption()],
      run: (client) => client.myHistory(),
      show: addressHistoryView,
    }),
    engineCommand(ports, {
      name: 'settle',
      description: 'Pay what your balance covers of your open orders',
      example: 'my settle -p alice',
      menus: [
        { menu: 'user', section: 'my account', label: 'Settle my account', hint: 'pay what your balance covers' },
      ],
      run: (client) => client.settleMine(),
      show: settlementView,
    }),
  ]);
}

async function myPayments(ports: CommandPorts, client: EngineClient, flags: ListFlags) {
  const read = (query: Query) => client.myPayments({ ...query, ...orderOf(flags) });
  const { first, rows } = await allParts(ports, flags.limit, read, ({ payments }) => payments);
  return { ...first, payments: rows };
}

function myOrders(
  ports: CommandPorts,
  name: string,
  description: string,
  fields: MenuFields,
  of: (client: EngineClient) => (query: Query) => ReturnType<EngineClient['myOrders']>,
): Command {
  const run = async (client: EngineClient, flags: ListFlags) => {
    const read = (query: Query) => of(client)({ ...query, ...orderOf(flags) });
    const { first, rows } = await allParts(ports, flags.limit, read, ({ orders }) => orders);
    return { ...first, orders: rows };
  };
  return engineCommand<[], ListFlags, Awaited<ReturnType<typeof run>>>(ports, {
    name,
    description,
    example: `my ${name} -p alice`,
    menus: [fields],
    options: listOptions(),
    run: (client, { options }) => run(client, options),
    show: ({ orders }, output) => ordersView(orders, output),
  });
}
