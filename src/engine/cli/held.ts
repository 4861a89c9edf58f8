import { type Command, Option } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import type { HeldMoneyAnswer, SettlementAnswer } from '#platform/cli/api-shapes.ts';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption, serverCommand } from '#platform/cli/server-command.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import { heldView, settlementView } from './views.ts';

interface AssignFlags {
  order?: string;
  customer?: string;
  reason: string;
}

/** `admin held`: money that has paid no order yet. */
export function heldCommand(ports: CommandPorts): Command {
  return group('held', 'Money that has paid no order yet', [
    serverCommand<[], { limit: number }, HeldMoneyAnswer[]>(ports, {
      name: 'list',
      description: 'List the money that has paid no order yet, why, and what can be done',
      example: 'admin held list',
      options: [limitOption()],
      run: async (client, { options }) => {
        const read = (query: Query) => client.held(query);
        return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
      },
      show: heldView,
    }),
    serverCommand<[string], AssignFlags, SettlementAnswer>(ports, {
      name: 'assign',
      description: 'Give what is left of a payment to an order or to a customer, and pay what that pays',
      example: 'admin held assign 12375671662993302800 --order 1001 --reason "sent a screenshot"',
      arguments: [['<txid>', 'the transaction as the list shows it']],
      options: [
        new Option('--order <id>', 'the open order that gets it'),
        new Option('--customer <id>', 'the customer who gets it'),
        new Option('--reason <text>', 'why, for the audit log').makeOptionMandatory(),
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
