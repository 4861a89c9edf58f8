import { type Command, Option } from 'commander';
import { addressArgument } from '#platform/cli/address-arguments.ts';
import type { ApiClient, Query } from '#platform/cli/api-client.ts';
import { amountArgument } from '#platform/cli/arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption, serverCommand } from '#platform/cli/server-command.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { TariAddress } from '#tari/address.ts';
import { creditDanger } from './dangers.ts';
import {
  addressHistoryView,
  balanceView,
  customerHistoryView,
  ordersView,
  paymentsView,
  settlementView,
} from './views.ts';

interface ListFlags {
  limit: number;
}

type Answer<Name extends keyof ApiClient> = ApiClient[Name] extends (...given: never[]) => Promise<infer Result>
  ? Result
  : never;

const ADDRESS: readonly [string, string, (text: string) => TariAddress] = ['<address>', 'in any form', addressArgument];
const CUSTOMER: readonly [string, string] = ['<customer_id>', 'the customer'];

/** `admin accounts`: anybody's money. */
export function accountsCommand(ports: CommandPorts): Command {
  return group('accounts', 'Balances, payments and histories of addresses and customers', [
    ...addressCommands(ports),
    ...customerCommands(ports),
    textsCommand(ports, 'customers', 'The ids of all customers', (client) => client.customerIds),
    textsCommand(ports, 'addresses', 'All addresses that were ever seen', (client) => client.addresses),
  ]);
}

function addressCommands(ports: CommandPorts): Command[] {
  return [
    serverCommand<[TariAddress], object, Answer<'balance'>>(ports, {
      name: 'balance',
      description: 'The balance of an address',
      example: 'admin accounts balance 14s9vDTwr…',
      arguments: [ADDRESS],
      run: (client, { arguments: [address] }) => client.balance(address),
      show: balanceView,
    }),
    addressOrders(ports, 'orders', 'The orders that an address claimed or paid', (client) => client.orders),
    addressOrders(
      ports,
      'open-orders',
      'The orders of an address that can still be paid',
      (client) => client.openOrders,
    ),
    serverCommand<[TariAddress], ListFlags, Answer<'payments'>['answer']>(ports, {
      name: 'payments',
      description: 'The payments of an address',
      example: 'admin accounts payments 14s9vDTwr…',
      arguments: [ADDRESS],
      options: [limitOption()],
      run: async (client, { arguments: [address], options }) => {
        const read = (query: Query) => client.payments(address, query);
        const { first, rows } = await allParts(ports, options.limit, read, ({ payments }) => payments);
        return { ...first, payments: rows };
      },
      show: ({ payments }, output) => paymentsView(payments, output),
    }),
    serverCommand<[TariAddress], object, Answer<'history'>>(ports, {
      name: 'history',
      description: 'Balance, orders, payments and settlements of an address',
      example: 'admin accounts history 14s9vDTwr…',
      arguments: [ADDRESS],
      run: (client, { arguments: [address] }) => client.history(address),
      show: addressHistoryView,
    }),
    serverCommand<[TariAddress], object, Answer<'settleAddress'>>(ports, {
      name: 'settle',
      description: 'Pay what can be paid of the open orders of an address’s customers',
      example: 'admin accounts settle 14s9vDTwr…',
      arguments: [ADDRESS],
      run: (client, { arguments: [address] }) => client.settleAddress(address),
      show: settlementView,
    }),
  ];
}

function customerCommands(ports: CommandPorts): Command[] {
  return [
    serverCommand<[string], object, Answer<'customerHistory'>>(ports, {
      name: 'customer',
      description: 'Balance, addresses, orders and settlements of a customer',
      example: 'admin accounts customer 7001',
      arguments: [CUSTOMER],
      run: (client, { arguments: [id] }) => client.customerHistory(id),
      show: customerHistoryView,
    }),
    serverCommand<[string], object, Answer<'settleCustomer'>>(ports, {
      name: 'settle-customer',
      description: 'Pay what can be paid of a customer’s open orders',
      example: 'admin accounts settle-customer 7001',
      arguments: [CUSTOMER],
      run: (client, { arguments: [id] }) => client.settleCustomer(id),
      show: settlementView,
    }),
    serverCommand<[string, bigint], { reason?: string }, Answer<'credit'>>(ports, {
      name: 'credit',
      description: 'Give a customer credit, or with an amount below 0 take it back, and pay what can be paid then',
      example: 'admin accounts credit 7001 "12.5 XTM" --reason "prize"\n  $ taritools admin accounts credit 7001 -- -3',
      arguments: [CUSTOMER, ['<amount>', 'in Tari, or with µT behind it', amountArgument]],
      options: [new Option('--reason <text>', 'why, for the audit log')],
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
  of: (client: ApiClient) => ApiClient['orders'],
): Command {
  return serverCommand<[TariAddress], ListFlags, Answer<'orders'>['answer']>(ports, {
    name,
    description,
    example: `admin accounts ${name} 14s9vDTwr…`,
    arguments: [ADDRESS],
    options: [limitOption()],
    run: async (client, { arguments: [address], options }) => {
      const read = (query: Query) => of(client)(address, query);
      const { first, rows } = await allParts(ports, options.limit, read, ({ orders }) => orders);
      return { ...first, orders: rows };
    },
    show: ({ orders }, output) => ordersView(orders, output),
  });
}

function textsCommand(
  ports: CommandPorts,
  name: string,
  description: string,
  of: (client: ApiClient) => ApiClient['addresses'],
): Command {
  return serverCommand<[], ListFlags, string[]>(ports, {
    name,
    description,
    example: `admin accounts ${name} --json`,
    options: [limitOption()],
    run: async (client, { options }) => {
      // These two lists call their limit `count`.
      const read = ({ limit, ...query }: Query) => of(client)({ ...query, count: limit });
      return (await allParts(ports, options.limit, read, (texts) => texts)).rows;
    },
    show: (texts) => texts.map(plainText),
  });
}
