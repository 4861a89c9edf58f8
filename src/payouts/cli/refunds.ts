import { type Command, Option } from 'commander';
import { KNOWN_ORDER } from '#engine/cli/arguments.ts';
import { addressArgument } from '#platform/cli/address-arguments.ts';
import type { Query } from '#platform/cli/api-client.ts';
import { amountArgument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import { allParts, type ListFlags, listOptions, orderOf, serverCommandOf } from '#platform/cli/server-command.ts';
import { formatAmount } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import type { QuoteAnswer, RefundAnswer } from './answers.ts';
import { REFUND, WAITING_REFUND } from './offers.ts';
import { quoteView, refundsView, refundView } from './views.ts';

const refundCommand = serverCommandOf(async () => (await import('./requests.ts')).payoutsClient);

const SECTION = { menu: 'admin', section: 'refunds' };

/** `admin refunds`: money that goes back to customers. */
export function refundsCommand(ports: CommandPorts): Command {
  return group('refunds', 'Money that goes back to customers', [
    listCommand(ports),
    showCommand(ports),
    quoteCommand(ports),
    requestCommand(ports),
    addressCommand(ports),
    approveCommand(ports),
    cancelCommand(ports),
  ]);
}

interface SearchFlags extends ListFlags {
  order?: string;
  customer?: string;
  state?: string;
}

function listCommand(ports: CommandPorts): Command {
  return refundCommand<[], SearchFlags, RefundAnswer[]>(ports, {
    name: 'list',
    description: 'List refunds, newest first',
    example: 'admin refunds list --state waiting_for_approval',
    menus: [{ ...SECTION, label: 'Refunds', hint: 'newest first' }],
    options: [
      new Option('--order <id>', 'those of this order'),
      new Option('--customer <id>', 'those of this customer'),
      new Option('--state <state>', 'those in this state'),
      ...listOptions(),
    ],
    run: async (client, { options }) => {
      const { order, customer, state } = options;
      const filter = { order_id: order, customer_id: customer, state };
      const read = (query: Query) => client.refunds({ ...query, ...filter, ...orderOf(options) });
      return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
    },
    show: refundsView,
  });
}

function showCommand(ports: CommandPorts): Command {
  return refundCommand<[string], object, RefundAnswer>(ports, {
    name: 'show',
    description: 'A refund in full',
    example: 'admin refunds show refund-1-6b5e79c715a74a08',
    menus: [{ ...SECTION, label: 'One refund', hint: 'where it goes, who agreed' }],
    arguments: [REFUND],
    run: (client, { arguments: [id] }) => client.refund(id),
    show: refundView,
  });
}

function quoteCommand(ports: CommandPorts): Command {
  return refundCommand<[string], object, QuoteAnswer>(ports, {
    name: 'quote',
    description: 'What can be given back of an order, and how much you may refund alone',
    example: 'admin refunds quote 1001',
    menus: [{ ...SECTION, label: 'What can be refunded of an order', hint: 'and to which wallet' }],
    arguments: [['<order_id>', 'the order', undefined, KNOWN_ORDER]],
    run: (client, { arguments: [order] }) => client.refundQuote(order),
    show: quoteView,
  });
}

interface RequestFlags {
  amount?: bigint;
  value?: string;
  surplus?: boolean;
  late?: boolean;
  today?: boolean;
  address?: TariAddress;
  customerChooses?: boolean;
  visible?: boolean;
  shop: boolean;
  reason: string;
}

function requestCommand(ports: CommandPorts): Command {
  return refundCommand<[string], RequestFlags, RefundAnswer>(ports, {
    name: 'request',
    description: 'Request a refund of an order: all that is left of it, unless told',
    example: 'admin refunds request 1001 --value 5.00 --reason "one item was out of stock"',
    menus: [
      { ...SECTION, label: 'Refund an order', hint: 'all that is left of it' },
      { ...SECTION, label: 'Refund a part of an order', hint: 'in the shop’s currency', needs: ['--value'] },
    ],
    arguments: [['<order_id>', 'the order', undefined, KNOWN_ORDER]],
    options: [
      askedAs(new Option('--value <price>', 'a part of it, in the shop’s currency'), { ask: 'Value, such as 5.00' }),
      new Option('--amount <amount>', 'a part of it, in Tari').argParser(amountArgument),
      new Option('--surplus', 'credit of its customer, not its price'),
      new Option('--late', 'money that came too late for it'),
      new Option('--today', 'at today’s rate, not the order’s'),
      new Option('--address <address>', 'where it goes; unless told, to the wallet that paid').argParser(
        addressArgument,
      ),
      new Option('--customer-chooses', 'the customer enters an address on the order’s page'),
      new Option('--visible', 'show the reason to the customer'),
      new Option('--no-shop', 'do not record it in the shop'),
      reasonOption(),
    ],
    danger: async (client, { arguments: [order], options }) => {
      const planned = await client.previewRefund(askOf(order, options));
      const value = planned.shop_amount === null ? '' : ` (${planned.shop_amount} ${planned.currency ?? ''})`;
      return [
        `${formatAmount(planned.amount)}${value} of order ${planned.order_id} will leave the books and go to ` +
          `${planned.address ?? 'the address that its customer enters'}.`,
        planned.needs_approval === null
          ? 'It is approved at once.'
          : `A second person must approve it: ${planned.needs_approval}`,
      ];
    },
    run: (client, { arguments: [order], options }) => client.requestRefund(askOf(order, options)),
    show: refundView,
  });
}

/** @throws {CommandError} if the options contradict each other. */
function askOf(orderId: string, flags: RequestFlags): object {
  const { amount, value, surplus, late, today, address, customerChooses, visible, shop, reason } = flags;
  if (surplus && late) throw new CommandError('Name one of --surplus and --late.', EXIT_CODES.wrongUse);
  if (amount !== undefined && value !== undefined) {
    throw new CommandError('Name one of --amount and --value.', EXIT_CODES.wrongUse);
  }
  if (address !== undefined && customerChooses) {
    throw new CommandError('Name one of --address and --customer-chooses.', EXIT_CODES.wrongUse);
  }
  const isPart = amount !== undefined || value !== undefined;
  return {
    order_id: orderId,
    kind: surplus ? 'surplus' : late ? 'late' : isPart ? 'part' : 'all',
    ...(amount !== undefined && { amount }),
    ...(value !== undefined && { shop_amount: value }),
    ...(today && { rate: 'today' }),
    to: address !== undefined ? { address: addressToBase58(address) } : customerChooses ? 'customer' : 'payer',
    reason,
    ...(visible && { visible_to_customer: true }),
    ...(shop ? {} : { record_in_shop: false }),
  };
}

function addressCommand(ports: CommandPorts): Command {
  return refundCommand<[string, TariAddress], object, RefundAnswer>(ports, {
    name: 'set-address',
    description: 'Set where a refund goes, until it is approved; a second person must approve it then',
    example: 'admin refunds set-address refund-1-6b5e79c715a74a08 14s9vDTw…',
    arguments: [REFUND, ['<address>', 'in any form', addressArgument, { ask: 'Address' }]],
    danger: async (client, { arguments: [id, address] }) => {
      const refund = await client.refund(id);
      return [`${formatAmount(refund.amount)} of order ${refund.order_id} will go to ${addressToBase58(address)}.`];
    },
    run: (client, { arguments: [id, address] }) => client.setRefundAddress(id, { address: addressToBase58(address) }),
    show: refundView,
  });
}

function approveCommand(ports: CommandPorts): Command {
  /** What was shown is what is approved, whatever has changed since. */
  let shownHash: string | null | undefined;
  return refundCommand<[string], object, RefundAnswer>(ports, {
    name: 'approve',
    description: 'Approve a refund that another person has requested',
    example: 'admin refunds approve refund-1-6b5e79c715a74a08',
    menus: [{ ...SECTION, label: 'Approve a refund', hint: 'that another person has requested' }],
    arguments: [WAITING_REFUND],
    danger: async (client, { arguments: [id] }) => {
      const { amount, order_id: order, address, reason, requested_by: by, ...refund } = await client.refund(id);
      shownHash = refund.approval_hash;
      return [
        `${formatAmount(amount)} of order ${order} will be paid to ${address ?? 'no address yet'}.`,
        `${by} asks for it: ${reason}`,
        `It needs an approval: ${refund.needs_approval ?? 'it is not known why.'}`,
      ];
    },
    run: async (client, { arguments: [id] }) => {
      const hash = shownHash === undefined ? (await client.refund(id)).approval_hash : shownHash;
      if (hash === null) throw new CommandError('It has no address yet.');
      return client.approveRefund(id, hash);
    },
    show: refundView,
  });
}

function cancelCommand(ports: CommandPorts): Command {
  return refundCommand<[string], { reason: string }, RefundAnswer>(ports, {
    name: 'cancel',
    description: 'Cancel a refund that no wallet has: its money comes back',
    example: 'admin refunds cancel refund-1-6b5e79c715a74a08 --reason "the item was found"',
    menus: [{ ...SECTION, label: 'Cancel a refund', hint: 'its money comes back' }],
    arguments: [REFUND],
    options: [reasonOption()],
    danger: async (client, { arguments: [id] }) => {
      const { amount, order_id: order } = await client.refund(id);
      return [`${formatAmount(amount)} of order ${order} will not be paid, and come back into the books.`];
    },
    run: (client, { arguments: [id], options }) => client.cancelRefund(id, options.reason),
    show: refundView,
  });
}
