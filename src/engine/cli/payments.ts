import { type Command, Option } from 'commander';
import type { ApiClient } from '#platform/cli/api-client.ts';
import type { PaymentAnswer } from '#platform/cli/api-shapes.ts';
import { txidArgument } from '#platform/cli/arguments.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import {
  allParts,
  type ListFlags,
  listOptions,
  orderOf,
  SINCE,
  serverCommand,
  typedTime,
} from '#platform/cli/server-command.ts';
import { group, type OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import { paymentsView } from './views.ts';

interface SearchFlags extends ListFlags, OutputFlags {
  reference?: string;
  txid?: string;
  orderId?: string;
  since?: string;
  until?: string;
}

type PeriodFlags = Omit<SearchFlags, 'reference' | 'txid' | 'orderId'>;

/** `admin payments`: what came, whoever sent it. */
export function paymentsCommand(ports: CommandPorts): Command {
  return group('payments', 'Payments of all senders', [
    serverCommand<[], PeriodFlags, PaymentAnswer[]>(ports, {
      name: 'list',
      description: 'List all payments',
      example: 'admin payments list --since 2026-11-01 --csv > payments.csv',
      options: [...periodOptions(), ...listOptions()],
      run: (client, { options }) => found(ports, client, options),
      show: paymentsView,
    }),
    serverCommand<[], SearchFlags, PaymentAnswer[]>(ports, {
      name: 'search',
      description: 'Find payments, by the payment reference that a customer’s wallet shows, or by what they name',
      example: 'admin payments search --reference b7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c',
      options: [
        new Option('--reference <hex>', 'the payment reference, 64 characters of hex'),
        new Option('--txid <id>', 'the transaction').argParser(txidArgument),
        new Option('--order-id <id>', 'the order, as the payment names it'),
        ...periodOptions(),
        ...listOptions(),
      ],
      run: (client, { options }) => found(ports, client, options),
      show: paymentsView,
    }),
  ]);
}

const periodOptions = () => [
  new Option('--since <time>', `came at ${SINCE}`),
  new Option('--until <time>', 'came at that time or earlier'),
];

async function found(ports: CommandPorts, client: ApiClient, flags: SearchFlags): Promise<PaymentAnswer[]> {
  const filter = {
    payment_reference: flags.reference,
    txid: flags.txid,
    order_id: flags.orderId,
    since: typedTime(flags.since, flags),
    until: typedTime(flags.until, flags),
    ...orderOf(flags),
  };
  const read = (query: object) => client.searchPayments({ ...filter, ...query });
  return (await allParts(ports, flags.limit, read, (payments) => payments)).rows;
}
