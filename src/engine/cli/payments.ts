import { type Command, Option } from 'commander';
import type { PaymentAnswer } from '#platform/cli/api-shapes.ts';
import { txidArgument } from '#platform/cli/arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, limitOption, serverCommand } from '#platform/cli/server-command.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import { paymentsView } from './views.ts';

interface SearchFlags {
  limit: number;
  reference?: string;
  txid?: string;
  orderId?: string;
  since?: string;
  until?: string;
}

/** `admin payments`: what came, whoever sent it. */
export function paymentsCommand(ports: CommandPorts): Command {
  return group('payments', 'Payments of all senders', [
    serverCommand<[], SearchFlags, PaymentAnswer[]>(ports, {
      name: 'search',
      description: 'Find payments, by the payment reference that a customer’s wallet shows, or list them, oldest first',
      example: 'admin payments search --reference b7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c',
      options: [
        new Option('--reference <hex>', 'the payment reference, 64 characters of hex'),
        new Option('--txid <id>', 'the transaction').argParser(txidArgument),
        new Option('--order-id <id>', 'the order, as the payment names it'),
        new Option('--since <time>', 'came at that time or later, such as 2026-11-01'),
        new Option('--until <time>', 'came at that time or earlier'),
        limitOption(),
      ],
      run: async (client, { options }) => {
        const { limit, reference, txid, orderId, since, until } = options;
        const filter = { payment_reference: reference, txid, order_id: orderId, since, until };
        const read = (query: object) => client.searchPayments({ ...filter, ...query });
        return (await allParts(ports, limit, read, (payments) => payments)).rows;
      },
      show: paymentsView,
    }),
  ]);
}
