import type { Command } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import { amountArgument } from '#platform/cli/arguments.ts';
import type { MenuFields } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { optionalReasonOption } from '#platform/cli/reason-option.ts';
import { allParts, type ListFlags, limitOption, listOptions, orderOf } from '#platform/cli/server-command.ts';
import { plainText, table } from '#platform/cli/terminal/output.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import type { TariAddress } from '#tari/address.ts';
import type { BalanceAnswer } from './answers.ts';
import { ADDRESS, CUSTOMER } from './arguments.ts';
import { creditDanger } from './dangers.ts';
import type { EngineClient } from './requests.ts';
import { engineCommand } from './server-command.ts';
import {
  addressHistoryView,
  balancesView,
  balanceView,
  customerHistoryView,
  ordersView,
  paymentsView,
  settlementView,
} from './views.ts';

type Answer<Name extends keyof EngineClient> = EngineClient[Name] extends (...given: never[]) => Promise<infer Result>
  ? Result
  : never;

/** `admin accounts`: the money of all accounts and customers. */
export function accountsCommand(ports: CommandPorts): Command {
  return group('accounts', 'Balances, payments and histories of addresses and customers', [
    ...addressCommands(ports),
    ...customerCommands(ports),
    engineCommand<[], ListFlags, BalanceAnswer[]>(ports, {
      name: 'balances',
      description: 'The balances of all addresses, by address',
      example: 'admin accounts balances --csv',
      menus: [{ menu: 'admin', section: 'accounts', label: 'All balances', hint: 'of all addresses' }],
      options: [limitOption(), csvOption()],
      run: async (client, { options }) => (await allParts(ports, options.limit, client.balances, (rows) => rows)).rows,
      show: balancesView,
    }),
    textsCommand(ports, 'customers', 'The ids of all customers', CUSTOMERS, (client) => client.customerIds),
    textsCommand(ports, 'addresses', 'All addresses that were ever seen', ADDRESSES, (client) => client.addresses),
  ]);
}

function addressCommands(ports: CommandPorts): Command[] {
  return [
    engineCommand<[TariAddress], object, Answer<'balance'>>(ports, {
      name: 'balance',
      description: 'The balance of an address',
      example: 'admin accounts balance 14s9vDTwr…',
      menus: [{ menu: 'admin', section: 'accounts', label: 'Balance for Address', hint: 'confirmed, paid, left' }],
      arguments: [ADDRESS],
      run: (client, { arguments: [address] }) => client.balance(address),
      show: balanceView,
    }),
    addressOrders(
      ports,
      'orders',
      'The orders that an address claimed or paid',
      { menu: 'admin', section: 'accounts', label: 'Orders for Address', hint: 'claimed or paid' },
      (client) => client.orders,
    ),
    addressOrders(
      ports,
      'open-orders',
      'The orders of an address that can still be paid',
      { menu: 'admin', section: 'accounts', label: 'Open orders of an address', hint: 'those that can still be paid' },
      (client) => client.openOrders,
    ),
    engineCommand<[TariAddress], ListFlags, Answer<'payments'>['answer']>(ports, {
      name: 'payments',
      description: 'The payments of an address',
      example: 'admin accounts payments 14s9vDTwr…',
      menus: [{ menu: 'admin', section: 'accounts', label: 'Payments for Address', hint: 'all of them' }],
      arguments: [ADDRESS],
      options: listOptions(),
      run: async (client, { arguments: [address], options }) => {
        const read = (query: Query) => client.payments(address, { ...query, ...orderOf(options) });
        const { first, rows } = await allParts(ports, options.limit, read, ({ payments }) => payments);
        return { ...first, payments: rows };
      },
      show: ({ payments }, output) => paymentsView(payments, output),
    }),
    engineCommand<[TariAddress], object, Answer<'history'>>(ports, {
      name: 'history',
      description: 'Balance, orders, payments and settlements of an address',
      example: 'admin accounts history 14s9vDTwr…',
      menus: [
        {
          menu: 'admin',
          section: 'accounts',
          label: 'History for Address',
          hint: 'balance, orders, payments, settlements',
        },
      ],
      arguments: [ADDRESS],
      options: [csvOption()],
      run: (client, { arguments: [address] }) => client.history(address),
      show: addressHistoryView,
    }),
  ];
}

function customerCommands(ports: CommandPorts): Command[] {
  return [
    engineCommand<[string], object, Answer<'customerHistory'>>(ports, {
      name: 'customer',
      description: 'Balance, addresses, orders and settlements of a customer',
      example: 'admin accounts customer 7001',
      menus: [
        {
          menu: 'admin',
          section: 'accounts',
          label: 'History for Customer Id',
          hint: 'balance, addresses, orders, settlements',
        },
      ],
      arguments: [CUSTOMER],
      options: [csvOption()],
      run: (client, { arguments: [id] }) => client.customerHistory(id),
      show: customerHistoryView,
    }),
    engineCommand<[string], object, Answer<'settleCustomer'>>(ports, {
      name: 'settle-customer',
      description: 'Pay what can be paid of a customer’s open orders',
      example: 'admin accounts settle-customer 7001',
      menus: [
        { menu: 'admin', section: 'accounts', label: 'Settle customer account', hint: 'pay what their balance covers' },
      ],
      arguments: [CUSTOMER],
      run: (client, { arguments: [id] }) => client.settleCustomer(id),
      show: settlementView,
    }),
    engineCommand<[TariAddress], object, Answer<'settleAddress'>>(ports, {
      name: 'settle',
      description: 'Pay what can be paid of the open orders of an address’s customers',
      example: 'admin accounts settle 14s9vDTwr…',
      menus: [
        {
          menu: 'admin',
          section: 'accounts',
          label: 'Settle address payments',
          hint: 'pay what can be paid for an address’s customers',
        },
      ],
      arguments: [ADDRESS],
      run: (client, { arguments: [address] }) => client.settleAddress(address),
      show: settlementView,
    }),
    engineCommand<[string, bigint], { reason?: string }, Answer<'credit'>>(ports, {
      name: 'credit',
      description: 'Give a customer credit, or with an amount below 0 take it back, and pay what can be paid then',
      example: 'admin accounts credit 7001 "12.5 XTM" --reason "prize"\n  $ taritools admin accounts credit 7001 -- -3',
      menus: [
        {
          menu: 'admin',
          section: 'accounts',
          label: 'Issue Credit',
          hint: 'to a customer, or with an amount below 0 take it back',
          asks: ['--reason'],
        },
      ],
      arguments: [CUSTOMER, ['<amount>', 'in Tari, or with µT behind it', amountArgument, { ask: 'Amount in Tari' }]],
      options: [optionalReasonOption()],
      danger: (client, { arguments: [id, amount] }) => creditDanger(client, id, amount),
      run: (client, { arguments: [id, amount], options }) => client.credit(id, amount, options.reason),
      show: settlementView,
    }),
  ];
}

function addressOrders(
  ports: CommandPorts,
  name: string,
  description: string,
  fields: MenuFields,
  of: (client: EngineClient) => EngineClient['orders'],
): Command {
  return engineCommand<[TariAddress], ListFlags, Answer<'orders'>['answer']>(ports, {
    name,
    description,
    example: `admin accounts ${name} 14s9vDTwr…`,
    menus: [fields],
    arguments: [ADDRESS],
    options: listOptions(),
    run: async (client, { arguments: [address], options }) => {
      const read = (query: Query) => of(client)(address, { ...query, ...orderOf(options) });
      const { first, rows } = await allParts(ports, options.limit, read, ({ orders }) => orders);
      return { ...first, orders: rows };
    },
    show: ({ orders }, output) => ordersView(orders, output),
  });
}

const CUSTOMERS = {
  title: 'Customer',
  fields: { menu: 'admin', section: 'directories', label: 'All customers', hint: 'their ids' },
};
const ADDRESSES = {
  title: 'Address',
  fields: { menu: 'admin', section: 'directories', label: 'All addresses', hint: 'that were ever seen' },
};

function textsCommand(
  ports: CommandPorts,
  name: string,
  description: string,
  { title, fields }: typeof CUSTOMERS,
  of: (client: EngineClient) => EngineClient['addresses'],
): Command {
  return engineCommand<[], ListFlags, string[]>(ports, {
    name,
    description,
    example: `admin accounts ${name} --csv`,
    menus: [fields],
    options: [limitOption(), csvOption()],
    run: async (client, { options }) => {
      // These two lists call their limit `count`.
      const read = ({ limit, ...query }: Query) => of(client)({ ...query, count: limit });
      return (await allParts(ports, options.limit, read, (texts) => texts)).rows;
    },
    // People read them without a title, as they always did.
    show: (texts, output) =>
      output.csv ? table<string>([{ title, of: (text) => text }], texts, output) : texts.map(plainText),
  });
}
