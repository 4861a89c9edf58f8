import { type Command, Option } from 'commander';
import { amountArgument } from '#platform/cli/arguments.ts';
import { amountOf } from '#platform/cli/menus/amount-of.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { optionalReasonOption, reasonOption } from '#platform/cli/reason-option.ts';
import {
  allParts,
  type ListFlags,
  limitOption,
  listOptions,
  oldestFirstOption,
  orderOf,
  SINCE,
  typedTime,
} from '#platform/cli/server-command.ts';
import { titled } from '#platform/cli/terminal/output.ts';
import { csvOption, group, type OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import type { OrderAnswer } from './answers.ts';
import { KNOWN_CUSTOMERS, ORDER } from './arguments.ts';
import { orderDanger } from './dangers.ts';
import { type OrderStory, orderStory, orderStoryView } from './order-details.ts';
import type { EngineClient } from './requests.ts';
import { engineCommand } from './server-command.ts';
import { debtorsView, orderMovedView, ordersView, orderView, paymentsView } from './views.ts';

interface SearchFlags extends ListFlags, OutputFlags {
  memo?: string;
  orderId?: string;
  altId?: string;
  customerId?: string;
  currency?: string;
  since?: string;
  until?: string;
  status?: string;
}

interface ReasonFlags {
  reason: string;
}

/** `admin orders`: all orders, and what operators change of them by hand. */
export function ordersCommand(ports: CommandPorts): Command {
  return group('orders', 'All orders, and changes of them by hand', [
    ...readingCommands(ports),
    ...changingCommands(ports),
  ]);
}

function readingCommands(ports: CommandPorts): Command[] {
  return [
    engineCommand<[string], object, OrderStory | null>(ports, {
      name: 'get',
      description:
        'Show one order: who claimed it and how, when it is due, what came for it, what paid it, and what happened; as CSV, what happened',
      example: 'admin orders get 1001',
      menus: [{ menu: 'admin', section: 'orders', label: 'Order by Id', hint: 'show one' }],
      arguments: [ORDER],
      options: [csvOption()],
      run: (client, { arguments: [orderId] }) => orderStory(ports, client, orderId),
      show: orderStoryView,
    }),
    searchCommand(ports),
    engineCommand<[], { limit: number }, Awaited<ReturnType<typeof debtorsOf>>>(ports, {
      name: 'unpaid',
      description: 'The customers who have orders to pay, with the sums',
      example: 'admin orders unpaid',
      menus: [{ menu: 'admin', section: 'orders', label: 'Get all unpaid orders', hint: 'customers with their sums' }],
      options: [limitOption(), csvOption()],
      run: (client, { options }) => debtorsOf(ports, client, options.limit),
      show: debtorsView,
    }),
    engineCommand<[string], Pick<ListFlags, 'oldestFirst'>, Awaited<ReturnType<typeof paymentsOf>>>(ports, {
      name: 'payments',
      description: 'The payments that named an order, or paid it',
      example: 'admin orders payments 1001',
      menus: [
        { menu: 'admin', section: 'orders', label: 'Fetch Payments for Order', hint: 'what named it or paid it' },
      ],
      arguments: [ORDER],
      options: [oldestFirstOption(), csvOption()],
      run: (client, { arguments: [orderId], options }) => paymentsOf(ports, client, orderId, options),
      show: paymentsView,
    }),
  ];
}

const MOST_PAYMENTS_OF_AN_ORDER = 10_000;

async function paymentsOf(
  ports: CommandPorts,
  client: EngineClient,
  orderId: string,
  flags: Pick<ListFlags, 'oldestFirst'>,
) {
  const read = (query: object) => client.paymentsForOrder(orderId, { ...query, ...orderOf(flags) });
  return (await allParts(ports, MOST_PAYMENTS_OF_AN_ORDER, read, (rows) => rows)).rows;
}

async function debtorsOf(ports: CommandPorts, client: EngineClient, limit: number) {
  return (await allParts(ports, limit, client.debtors, (rows) => rows)).rows;
}

/** A part of a search: left empty, all are found. */
function forAll(option: Option, ask: string): Option {
  return askedAs(option, { ask, whenEmpty: 'empty for all' });
}

function searchCommand(ports: CommandPorts): Command {
  return engineCommand<[], SearchFlags, OrderAnswer[]>(ports, {
    name: 'search',
    description: 'Find orders by whatever is known of them',
    example: 'admin orders search --status New,Unclaimed --since 2026-11-01',
    menus: [
      {
        menu: 'admin',
        section: 'orders',
        label: 'Search Orders',
        hint: 'by status, customer, memo',
        asks: ['--status', '--customer-id', '--memo'],
      },
    ],
    options: [
      forAll(new Option('--memo <text>', 'a part of the memo'), 'A part of the memo'),
      new Option('--order-id <id>', 'the order’s id'),
      new Option('--alt-id <id>', 'its other name, such as #1001'),
      forAll(new Option('--customer-id <id>', 'the customer'), 'Customer id'),
      new Option('--currency <code>', 'the currency in the shop'),
      new Option('--since <time>', `made at ${SINCE}`),
      new Option('--until <time>', 'made at that time or earlier'),
      forAll(
        new Option('--status <statuses>', 'with commas between them: Unclaimed, New, Paid, Expired, Cancelled'),
        'Status: Unclaimed, New, Paid, Expired, Cancelled',
      ),
      ...listOptions(),
    ],
    run: async (client, { options }) => {
      const { limit, memo, orderId, altId, customerId, currency, since, until, status } = options;
      const filter = {
        memo,
        order_id: orderId,
        alt_id: altId,
        customer_id: customerId,
        currency,
        since: typedTime(since, options),
        until: typedTime(until, options),
        status,
        ...orderOf(options),
      };
      const read = (query: object) => client.searchOrders({ ...filter, ...query });
      return (await allParts(ports, limit, read, (orders) => orders)).rows;
    },
    show: ordersView,
  });
}

function changingCommands(ports: CommandPorts): Command[] {
  return [
    engineCommand<[string, string], Partial<ReasonFlags>, OrderAnswer>(ports, {
      name: 'memo',
      description: 'Replace the memo of an order',
      example: 'admin orders memo 1001 "call before delivery"',
      menus: [{ menu: 'admin', section: 'order changes', label: 'Edit memo', hint: 'of an order', asks: ['--reason'] }],
      arguments: [ORDER, ['<text>', 'the new memo', undefined, { ask: 'The new memo' }]],
      options: [optionalReasonOption()],
      run: (client, { arguments: [orderId, memo], options }) => client.editMemo(orderId, memo, options.reason),
      show: orderView,
    }),
    engineCommand<[string, bigint], Partial<ReasonFlags>, OrderAnswer>(ports, {
      name: 'price',
      description: 'Change what an order costs in Tari',
      example: 'admin orders price 1001 "95 XTM" --reason "discount"',
      menus: [
        {
          menu: 'admin',
          section: 'order changes',
          label: 'Edit price',
          hint: 'what an order costs in Tari',
          asks: ['--reason'],
          warning: ({ order_id: order, amount }) => `Order ${order} will cost ${amountOf(amount)}.`,
        },
      ],
      arguments: [
        ORDER,
        ['<amount>', 'the new price, in Tari or with µT behind it', amountArgument, { ask: 'The new price in Tari' }],
      ],
      options: [optionalReasonOption()],
      run: (client, { arguments: [orderId, price], options }) => client.editPrice(orderId, price, options.reason),
      show: orderView,
    }),
    engineCommand<[string, string], ReasonFlags, Awaited<ReturnType<EngineClient['reassign']>>>(ports, {
      name: 'reassign',
      description: 'Give an order to another customer',
      example: 'admin orders reassign 1001 7002 --reason "ordered for a friend"',
      menus: [
        {
          menu: 'admin',
          section: 'order changes',
          label: 'Reassign Order',
          hint: 'to another customer',
          warning: ({ order_id: order, customer_id: customer }) =>
            `Order ${order} will belong to customer ${customer}, and be paid from their balance where that covers it.`,
        },
      ],
      arguments: [
        ORDER,
        ['<customer_id>', 'the new customer', undefined, { ...KNOWN_CUSTOMERS, ask: 'The new customer' }],
      ],
      options: [reasonOption()],
      run: (client, { arguments: [orderId, customerId], options }) =>
        client.reassign(orderId, customerId, options.reason),
      show: orderMovedView,
    }),
    engineCommand<[string], ReasonFlags, OrderAnswer>(ports, {
      name: 'cancel',
      description: 'Cancel an order, in the shop too',
      example: 'admin orders cancel 1001 --reason "sold out"',
      menus: [{ menu: 'admin', section: 'order changes', label: 'Cancel Order', hint: 'here and in the shop' }],
      arguments: [ORDER],
      options: [reasonOption()],
      danger: (client, { arguments: [orderId] }) =>
        orderDanger(client, orderId, 'will be cancelled, here and in the shop. The shop can’t undo it.'),
      run: (client, { arguments: [orderId], options }) => client.cancel(orderId, options.reason),
      show: orderView,
    }),
    engineCommand<[string], ReasonFlags, OrderAnswer>(ports, {
      name: 'fulfill',
      description: 'Mark an order as paid, by a credit of its price to the customer',
      example: 'admin orders fulfill 1001 --reason "paid in cash"',
      menus: [
        { menu: 'admin', section: 'order changes', label: 'Mark order as Paid', hint: 'by a credit of its price' },
      ],
      arguments: [ORDER],
      options: [reasonOption()],
      danger: (client, { arguments: [orderId] }) =>
        orderDanger(client, orderId, 'will be paid by a credit to its customer, and the shop will be told.'),
      run: (client, { arguments: [orderId], options }) => client.fulfill(orderId, options.reason),
      show: orderView,
    }),
    engineCommand<[string], object, Awaited<ReturnType<EngineClient['reset']>>>(ports, {
      name: 'reset',
      description: 'Open an expired or cancelled order again; not while the shop is Shopify, which can’t',
      example: 'admin orders reset 1001',
      menus: [
        {
          menu: 'admin',
          section: 'order changes',
          label: 'Reset Order',
          hint: 'open an expired or cancelled order again',
          warning: ({ order_id: order }) => `Order ${order} will be open again, so that it can be claimed and paid.`,
        },
      ],
      arguments: [ORDER],
      run: (client, { arguments: [orderId] }) => client.reset(orderId),
      show: ({ old_order: before, new_order: after }, output) => [
        ...titled('Before', orderView(before, output), output),
        ...titled('After', orderView(after, output), output),
      ],
    }),
  ];
}
