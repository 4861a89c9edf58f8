import { type Command, Option } from 'commander';
import { txidArgument } from '#platform/cli/arguments.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { allParts, type ListFlags, listOptions, orderOf, SINCE, typedTime } from '#platform/cli/server-command.ts';
import { group, type OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import type { PaymentAnswer } from './answers.ts';
import type { EngineClient } from './requests.ts';
import { engineCommand } from './server-command.ts';
import { paymentsView } from './views.ts';

interface SearchFlags extends ListFlags, OutputFlags {
  reference?: string;
  txid?: string;
  orderId?: string;
  since?: string;
  until?: string;
}

type PeriodFlags = Omit<SearchFlags, 'reference' | 'txid' | 'orderId'>;

/** `admin payments`: all payments, of any sender. */
export function paymentsCommand(ports: CommandPorts): Command {
  return group('payments', 'Payments of all senders', [
    engineCommand<[], PeriodFlags, PaymentAnswer[]>(ports, {
      name: 'list',
      description: 'List all payments',
      example: 'admin payments list --since 2026-11-01 --csv > payments.csv',
      menus: [{ menu: 'admin', section: 'all payments', label: 'All payments', hint: 'newest first' }],
      options: [...periodOptions(), ...listOptions()],
      run: (client, { options }) => found(ports, client, options),
      show: paymentsView,
    }),
    engineCommand<[], SearchFlags, PaymentAnswer[]>(ports, {
      name: 'search',
      description: 'Find payments, by the payment reference that a customer’s wallet shows, or by what they name',
      example: 'admin payments search --reference b7a0c3f2915e4d6880f1c29d3e4a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c',
      menus: [
        {
          menu: 'admin',
          section: 'payments',
          label: 'Find Payment by Reference',
          hint: 'by the payment reference that a wallet shows',
          needs: ['--reference'],
        },
        {
          menu: 'admin',
          section: 'payments',
          label: 'Search Payments',
          hint: 'by time, order, transaction',
          asks: ['--since', '--until', '--order-id', '--txid'],
        },
      ],
      options: [
        askedAs(new Option('--reference <hex>', 'the payment reference, 64 characters of hex'), {
          ask: 'Payment reference',
        }),
        forAll(new Option('--txid <id>', 'the transaction').argParser(txidArgument), 'Transaction'),
        forAll(new Option('--order-id <id>', 'the order, as the payment names it'), 'Order id as the payment names it'),
        ...periodOptions(),
        ...listOptions(),
      ],
      run: (client, { options }) => found(ports, client, options),
      show: paymentsView,
    }),
  ]);
}

/** A part of a search: left empty, all are found. */
function forAll(option: Option, ask: string): Option {
  return askedAs(option, { ask, whenEmpty: 'empty for all' });
}

const periodOptions = () => [
  forAll(new Option('--since <time>', `came at ${SINCE}`), 'Since, such as 2026-11-21 or 2026-11-21 8:30'),
  forAll(new Option('--until <time>', 'came at that time or earlier'), 'Until'),
];

async function found(ports: CommandPorts, client: EngineClient, flags: SearchFlags): Promise<PaymentAnswer[]> {
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
