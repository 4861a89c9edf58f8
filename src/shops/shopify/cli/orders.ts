import Big from 'big.js';
import type { Command } from 'commander';
import type { ArgumentDescription } from '#platform/cli/described-command.ts';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText, record, table } from '#platform/cli/terminal/output.ts';
import { csvOption, group } from '#platform/cli/terminal/output-flags.ts';
import { progressOf } from '#platform/cli/terminal/progress.ts';
import { silentLog } from '#platform/logging/logger.ts';
import type { OpenOrder, ShopOutcome } from '#shops/shop-connector.ts';
import { markPaid } from '#shops/shopify/mark-paid.ts';
import { type OrderState, readOrderById } from '#shops/shopify/order-state.ts';
import { shopCommand } from './shop-command.ts';
import { shopIdArgument } from './shop-id.ts';

const ID: ArgumentDescription = [
  '<id>',
  'the order’s id in the shop, in digits',
  shopIdArgument,
  { ask: 'Order id in the shop, in digits' },
];

/** `shopify orders`: orders as the shop has them. */
export function ordersCommand(ports: CommandPorts): Command {
  return group('orders', 'Orders as the shop has them', [
    shopCommand<[string], object, OrderState>(ports, {
      name: 'get',
      description: 'Show an order',
      example: 'orders get 5551234567890',
      menus: [{ menu: 'shopify', section: 'orders', label: 'Order in the shop', hint: 'show one' }],
      arguments: [ID],
      run: ({ client }, { arguments: [id] }) => readOrderById(client, gidOf(id)),
      show: (order, output) =>
        record(
          [
            ['Order', order.name],
            ['Id', order.id],
            ['Status', order.displayFinancialStatus],
            ['Outstanding', outstandingOf(order)],
            ['Can be marked as paid', order.canMarkAsPaid ? 'yes' : 'no'],
            ['Cancelled', order.cancelledAt],
          ],
          output.terminal,
        ),
    }),
    shopCommand<[], { json?: boolean }, OpenOrder[]>(ports, {
      name: 'open',
      description: 'List the orders that are open and not paid there',
      example: 'orders open',
      menus: [{ menu: 'shopify', section: 'open orders', label: 'Open Orders', hint: 'open and not paid there' }],
      options: [csvOption()],
      run: async ({ connector }, { options }) => {
        const open: OpenOrder[] = [];
        const progress = progressOf(ports, options);
        for await (const order of connector.openOrders?.() ?? []) {
          open.push(order);
          progress.show(`${open.length} open orders read`);
        }
        progress.end();
        return open;
      },
      show: (orders, output) =>
        table<OpenOrder>(
          [
            { title: 'Order', of: (open) => (open.kind === 'order' ? open.order.orderId : open.name) },
            { title: 'Name', of: (open) => (open.kind === 'order' ? open.order.altId : open.name) },
            {
              title: 'Customer',
              of: (open) => (open.kind === 'order' ? open.order.customerId : null),
              canShrink: true,
            },
            {
              title: 'Price',
              of: (open) => (open.kind === 'order' ? `${open.order.price} ${open.order.currency}` : null),
              align: 'right',
            },
            { title: 'Remark', of: (open) => (open.kind === 'order' ? open.remark : open.reason), canShrink: true },
          ],
          orders,
          output,
        ),
    }),
    shopCommand<[string], object, ShopOutcome>(ports, {
      name: 'cancel',
      description: 'Cancel an order, which the shop can’t undo. The server hears of it by webhook',
      example: 'orders cancel 5551234567890',
      menus: [
        { menu: 'shopify', section: 'orders', label: 'Cancel in the shop', hint: 'the server hears of it by webhook' },
      ],
      arguments: [ID],
      run: ({ connector }, { arguments: [id] }) =>
        connector.cancel({ orderId: id, altId: null }, 'Cancelled by hand with taritools.'),
      danger: async ({ client }, { arguments: [id] }) => cancelDanger(await readOrderById(client, gidOf(id))),
      show: outcomeView,
    }),
    shopCommand<[string, string, string], object, ShopOutcome>(ports, {
      name: 'pay',
      description: 'Mark an order as paid, where the amount is what is outstanding there. It moves no money',
      example: 'orders pay 5551234567890 12.50 USD',
      menus: [
        {
          menu: 'shopify',
          section: 'orders',
          label: 'Mark as paid in the shop',
          hint: 'it moves no money',
          warning: ({ id, amount, currency }) => `Order ${id} will be paid in the shop: ${amount} ${currency}.`,
        },
      ],
      arguments: [
        ID,
        ['<amount>', 'what is outstanding', readDecimal, { ask: 'What is outstanding there, such as 12.50' }],
        ['<currency>', 'such as USD', undefined, { default: 'USD' }],
      ],
      run: async ({ client, settings }, { arguments: [id, amount, currency] }) => {
        refuseOtherAmount(await readOrderById(client, gidOf(id)), amount, currency);
        const order = { orderId: id, altId: null, price: { amount, currency } };
        // The amount is all that is outstanding, whichever price of the order is to be paid in Tari.
        const fields = { ...settings, priceField: 'total' } as const;
        return markPaid({ client, clock: ports.clock, log: silentLog, fields }, order, ports.clock.now(), undefined);
      },
      show: outcomeView,
    }),
  ]);
}

/** Nothing is asked about an order that is cancelled already: it stays as it is. */
function cancelDanger(order: OrderState): string[] {
  if (order.cancelledAt !== null) return [];
  const status = order.displayFinancialStatus ?? 'of no known status';
  return [
    `Order ${order.name} (${order.id.replace(/^.*\//, '')}) will be cancelled in the shop, which can’t undo it.`,
    `It is ${status} there, and ${outstandingOf(order)} is outstanding. Its items go back to stock, and nothing is refunded.`,
  ];
}

function gidOf(id: string): string {
  return `gid://shopify/Order/${id}`;
}

function outcomeView({ effect, detail }: ShopOutcome): string[] {
  return [`${effect === 'left_alone' ? 'Left alone' : 'Done'}: ${plainText(detail)}`];
}

function outstandingOf({ totalOutstandingSet: { presentmentMoney } }: OrderState): string {
  return `${presentmentMoney.amount} ${presentmentMoney.currencyCode}`;
}

function readDecimal(text: string): string {
  if (/^\d{1,20}(?:\.\d{1,10})?$/.test(text)) return text;
  throw new CommandError('The amount must be a decimal such as 12.50.', 2);
}

/** Shops record no part of a payment, save on their dearest plan. To record all of it when a part was meant is worse. */
function refuseOtherAmount(order: OrderState, amount: string, currency: string): void {
  const { amount: outstanding, currencyCode } = order.totalOutstandingSet.presentmentMoney;
  const isPaid = new Big(outstanding).eq(0);
  if (isPaid || (new Big(outstanding).eq(amount) && currencyCode === currency.toUpperCase())) return;
  throw new CommandError(`${outstandingOf(order)} is outstanding, and the shop records no part of it as paid.`);
}
