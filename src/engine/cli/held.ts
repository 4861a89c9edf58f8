import { type Command, Option } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import { txidArgument } from '#platform/cli/arguments.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import { allParts, type ListFlags, listOptions, orderOf } from '#platform/cli/server-command.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { HeldMoneyAnswer, SettlementAnswer } from './answers.ts';
import { HELD_PAYMENTS, KNOWN_CUSTOMERS, KNOWN_ORDER } from './arguments.ts';
import { engineCommand } from './server-command.ts';
import { heldView, settlementView } from './views.ts';

interface AssignFlags {
  order?: string;
  customer?: string;
  reason: string;
}

/** `admin held`: money that has paid no order yet. */
export function heldCommand(ports: CommandPorts): Command {
  return group('held', 'Money that has paid no order yet', [
    engineCommand<[], ListFlags, HeldMoneyAnswer[]>(ports, {
      name: 'list',
      description: 'List the money that has paid no order yet, why, and what can be done',
      example: 'admin held list',
      menus: [
        { menu: 'admin', section: 'held money', label: 'Held money', hint: 'that has paid no order yet, and why' },
      ],
      options: listOptions(),
      run: async (client, { options }) => {
        const read = (query: Query) => client.held({ ...query, ...orderOf(options) });
        return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
      },
      show: heldView,
    }),
    engineCommand<[string], AssignFlags, SettlementAnswer>(ports, {
      name: 'assign',
      description: 'Give what is left of a payment to an order or to a customer, and pay what that pays',
      example: 'admin held assign 12375671662993302800 --order 1001 --reason "sent a screenshot"',
      menus: [
        {
          menu: 'admin',
          section: 'held money',
          label: 'Assign held money to an order',
          hint: 'an open one, which it may pay',
          needs: ['--order'],
          warning: ({ txid, order }) =>
            `What is left of payment ${txid} will be there for order ${order}, and may pay it.`,
        },
        {
          menu: 'admin',
          section: 'held money',
          label: 'Assign held money to a customer',
          hint: 'as their credit',
          needs: ['--customer'],
          warning: ({ txid, customer }) =>
            `What is left of payment ${txid} will be credit of customer ${customer}, and pay their open orders.`,
        },
      ],
      arguments: [['<txid>', 'the transaction as the list shows it', txidArgument, HELD_PAYMENTS]],
      options: [
        askedAs(new Option('--order <id>', 'the open order that gets it'), KNOWN_ORDER),
        askedAs(new Option('--customer <id>', 'the customer who gets it'), KNOWN_CUSTOMERS),
        reasonOption(),
      ],
      run: (client, { arguments: [txid], options: { order, customer, reason } }) => {
        if ((order === undefined) === (customer === undefined)) {
          throw new CommandError('Name the one who gets it: --order or --customer, and not both.');
        }
        return client.assignHeld(txid, {
          reason,
          ...(order !== undefined && { order_id: order }),
          ...(customer !== undefined && { customer_id: customer }),
        });
      },
      show: settlementView,
    }),
  ]);
}
