import { type Command, Option } from 'commander';
import type { OrderAnswer, OrderLinkAnswer } from '#platform/cli/api-shapes.ts';
import { amountArgument } from '#platform/cli/arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import {
  allParts,
  type ListFlags,
  limitOption,
  listOptions,
  oldestFirstOption,
  orderOf,
  SINCE,
  serverCommand,
  typedTime,
} from '#platform/cli/server-command.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { csvOption, group, type OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import { progressOf } from '#platform/cli/terminal/progress.ts';
import { orderDanger } from './dangers.ts';
import { type OrderStory, orderStory, orderStoryView } from './order-details.ts';
import { creditorsView, orderMovedView, ordersView, orderView, paymentsView, titled } from './views.ts';

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

const ORDER: readonly [string, string] = ['<order_id>', 'the order'];
const reasonOption = () => new Option('--reason <text>', 'why, for the audit log');
const neededReason = () => reasonOption().makeOptionMandatory();

/** `admin orders`: anybody's orders, and what operators change of them by hand. */
export function ordersCommand(ports: CommandPorts): Command {
  return group('orders', 'Anybody’s orders, and changes of them by hand', [
    ...readingCommands(ports),
    ...changingCommands(ports),
  ]);
}

function readingCommands(ports: CommandPorts): Command[] {
  return [
    serverCommand<[string], object, OrderStory | null>(ports, {
      name: 'get',
      description:
        'Show one order: who claimed it and how, when it is due, what came for it, what paid it, and what happened',
      example: 'admin orders get 1001',
      arguments: [ORDER],
      run: (client, { arguments: [orderId] }) => orderStory(ports, client, orderId),
      show: orderStoryView,
    }),
    searchCommand(ports),
    serverCommand<[string], Pick<ListFlags, 'oldestFirst'>, Awaited<ReturnType<typeof paymentsOf>>>(ports, {
      name: 'payments',
      description: 'The payments that named an order, or paid it',
      example: 'admin orders payments 1001',
      arguments: [ORDER],
      options: [oldestFirstOption(), csvOption()],
      run: (client, { arguments: [orderId], options }) => paymentsOf(ports, client, orderId, options),
      show: paymentsView,
    }),
    serverCommand<[string], object, OrderLinkAnswer>(ports, {
      name: 'link',
      description: 'The link to the page where the customer pays an order and sees what becomes of it',
      example: 'admin orders link 1001',
      arguments: [ORDER],
      run: (client, { arguments: [orderId] }) => client.orderLink(orderId),
      show: ({ url }) => [plainText(url)],
    }),
    serverCommand<[], { limit: number }, Awaited<ReturnType<typeof creditorsOf>>>(ports, {
      name: 'unpaid',
      description: 'The customers who have orders to pay, with the sums',
      example: 'admin orders unpaid',
      options: [limitOption(), csvOption()],
      run: (client, { options }) => creditorsOf(ports, client, options.limit),
      show: creditorsView,
    }),
  ];
}

type Client = Parameters<Parameters<typeof serverCommand>[1]['run']>[0];

const MOST_PAYMENTS_OF_AN_ORDER = 10_000;

async function paymentsOf(ports: CommandPorts, client: Client, orderId: string, flags: Pick<ListFlags, 'oldestFirst'>) {
  const read = (query: object) => client.paymentsForOrder(orderId, { ...query, ...orderOf(flags) });
  return (await allParts(ports, MOST_PAYMENTS_OF_AN_ORDER, read, (rows) => rows)).rows;
}

async function creditorsOf(ports: CommandPorts, client: Client, limit: number) {
  return (await allParts(ports, limit, client.creditors, (rows) => rows)).rows;
}

function searchCommand(ports: CommandPorts): Command {
  return serverCommand<[], SearchFlags, OrderAnswer[]>(ports, {
    name: 'search',
    description: 'Find orders by whatever is known of them',
    example: 'admin orders search --status New,Unclaimed --since 2026-11-01',
    options: [
      new Option('--memo <text>', 'a part of the memo'),
      new Option('--order-id <id>', 'the order’s id'),
      new Option('--alt-id <id>', 'its other name, such as #1001'),
      new Option('--customer-id <id>', 'the customer'),
      new Option('--currency <code>', 'the currency in the shop'),
      new Option('--since <time>', `made at ${SINCE}`),
      new Option('--until <time>', 'made at that time or earlier'),
      new Option('--status <statuses>', 'with commas between them: Unclaimed, New, Paid, Expired, Cancelled'),
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

const LOOK_EVERY_MS = 1_000;

/** Asks while it waits how far the server has come. What can't be known for once is no reason to end. */
async function rescanWithProgress(ports: CommandPorts, client: Client, flags: OutputFlags) {
  const progress = progressOf(ports, flags);
  let isDone = false;
  const rescan = client.rescan().finally(() => {
    isDone = true;
  });
  const watch = async () => {
    while (!isDone && !flags.json) {
      await Promise.race([ports.sleep(LOOK_EVERY_MS), rescan.catch(() => undefined)]);
      const state = isDone ? undefined : await client.rescanProgress().catch(() => undefined);
      if (state && state.running > 0)
        progress.show(`${state.read} open orders looked at, ${state.failed} not taken in`);
    }
  };
  const [results] = await Promise.all([rescan, watch()]).finally(progress.end);
  return results;
}

function changingCommands(ports: CommandPorts): Command[] {
  return [
    serverCommand<[string], ReasonFlags, OrderAnswer>(ports, {
      name: 'fulfill',
      description: 'Mark an order as paid, by a credit of its price to the customer',
      example: 'admin orders fulfill 1001 --reason "paid in cash"',
      arguments: [ORDER],
      options: [neededReason()],
      danger: (client, { arguments: [orderId] }) =>
        orderDanger(client, orderId, 'will be paid by a credit to its customer, and the shop will be told.'),
      run: (client, { arguments: [orderId], options }) => client.fulfill(orderId, options.reason),
      show: orderView,
    }),
    serverCommand<[string], ReasonFlags, OrderAnswer>(ports, {
      name: 'cancel',
      description: 'Cancel an order, in the shop too',
      example: 'admin orders cancel 1001 --reason "sold out"',
      arguments: [ORDER],
      options: [neededReason()],
      danger: (client, { arguments: [orderId] }) =>
        orderDanger(client, orderId, 'will be cancelled, here and in the shop. The shop can’t undo it.'),
      run: (client, { arguments: [orderId], options }) => client.cancel(orderId, options.reason),
      show: orderView,
    }),
    serverCommand<[string, string], Partial<ReasonFlags>, OrderAnswer>(ports, {
      name: 'memo',
      description: 'Replace the memo of an order',
      example: 'admin orders memo 1001 "call before delivery"',
      arguments: [ORDER, ['<text>', 'the new memo']],
      options: [reasonOption()],
      run: (client, { arguments: [orderId, memo], options }) => client.editMemo(orderId, memo, options.reason),
      show: orderView,
    }),
    serverCommand<[string, bigint], Partial<ReasonFlags>, OrderAnswer>(ports, {
      name: 'price',
      description: 'Change what an order costs in Tari',
      example: 'admin orders price 1001 "95 XTM" --reason "discount"',
      arguments: [ORDER, ['<amount>', 'the new price, in Tari or with µT behind it', amountArgument]],
      options: [reasonOption()],
      run: (client, { arguments: [orderId, price], options }) => client.editPrice(orderId, price, options.reason),
      show: orderView,
    }),
    serverCommand<[string, string], ReasonFlags, Awaited<ReturnType<Client['reassign']>>>(ports, {
      name: 'reassign',
      description: 'Give an order to another customer',
      example: 'admin orders reassign 1001 7002 --reason "ordered for a friend"',
      arguments: [ORDER, ['<customer_id>', 'the new customer']],
      options: [neededReason()],
      run: (client, { arguments: [orderId, customerId], options }) =>
        client.reassign(orderId, customerId, options.reason),
      show: orderMovedView,
    }),
    serverCommand<[string], object, Awaited<ReturnType<Client['reset']>>>(ports, {
      name: 'reset',
      description: 'Open an expired or cancelled order again; not while the shop is Shopify, which can’t',
      example: 'admin orders reset 1001',
      arguments: [ORDER],
      run: (client, { arguments: [orderId] }) => client.reset(orderId),
      show: ({ old_order: before, new_order: after }, output) => [
        ...titled('Before', orderView(before, output), output),
        ...titled('After', orderView(after, output), output),
      ],
    }),
    serverCommand<[], OutputFlags, Awaited<ReturnType<Client['rescan']>>>(ports, {
      name: 'rescan',
      description: 'Take in the shop’s open orders that the server was never told of',
      example: 'admin orders rescan',
      run: (client, { options }) => rescanWithProgress(ports, client, options),
      show: (results) =>
        results.length === 0
          ? ['The shop has no open orders.']
          : results.map(({ success, message }) => `${success ? 'ok  ' : 'not '} ${plainText(message)}`),
    }),
  ];
}
