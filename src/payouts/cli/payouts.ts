import { type Command, Option } from 'commander';
import type { Query } from '#platform/cli/api-client.ts';
import { amountArgument, txidArgument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import { askedAs } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { reasonOption } from '#platform/cli/reason-option.ts';
import { allParts, type ListFlags, listOptions, orderOf, serverCommandOf } from '#platform/cli/server-command.ts';
import { formatAmount } from '#platform/cli/terminal/output.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import type { ConditionsAnswer, PayoutAnswer, SwitchedAnswer } from './answers.ts';
import { PAYOUT, SWEEP, UNKNOWN_PAYOUT } from './offers.ts';
import { conditionsView, payoutsView, payoutView, switchedView } from './views.ts';

const payoutCommand = serverCommandOf(async () => (await import('./requests.ts')).payoutsClient);

const SECTION = { menu: 'admin', section: 'payouts' };

/** `admin payouts`: what wallets pay, sweeps, and the stop switch. */
export function payoutsCommand(ports: CommandPorts): Command {
  return group('payouts', 'Payouts of refunds and sweeps, and the switch that stops them', [
    listCommand(ports),
    showCommand(ports),
    resolveCommand(ports),
    statusCommand(ports),
    switchCommand(ports, true),
    switchCommand(ports, false),
    sweepCommand(ports),
    approveSweepCommand(ports),
    cancelSweepCommand(ports),
  ]);
}

interface SearchFlags extends ListFlags {
  state?: string;
  kind?: string;
}

function listCommand(ports: CommandPorts): Command {
  return payoutCommand<[], SearchFlags, PayoutAnswer[]>(ports, {
    name: 'list',
    description: 'List payouts, newest first',
    example: 'admin payouts list --state unknown',
    menus: [{ ...SECTION, label: 'Payouts', hint: 'newest first' }],
    options: [
      new Option('--state <state>', 'those in this state'),
      new Option('--kind <kind>', 'those of this kind').choices(['refund', 'sweep']),
      ...listOptions(),
    ],
    run: async (client, { options }) => {
      const { state, kind } = options;
      const read = (query: Query) => client.payouts({ ...query, state, kind, ...orderOf(options) });
      return (await allParts(ports, options.limit, read, (rows) => rows)).rows;
    },
    show: payoutsView,
  });
}

function showCommand(ports: CommandPorts): Command {
  return payoutCommand<[string], object, PayoutAnswer>(ports, {
    name: 'show',
    description: 'A payout in full',
    example: 'admin payouts show payout-1-6b5e79c715a74a08',
    menus: [{ ...SECTION, label: 'One payout', hint: 'its wallet, transaction and problem' }],
    arguments: [PAYOUT],
    run: (client, { arguments: [id] }) => client.payout(id),
    show: payoutView,
  });
}

function resolveCommand(ports: CommandPorts): Command {
  return payoutCommand<[string], { txid?: string; notSent?: boolean; reason: string }, PayoutAnswer>(ports, {
    name: 'resolve',
    description: 'Say whether a payout whose fate is unknown was sent: by --txid, or --not-sent',
    example: 'admin payouts resolve payout-1-6b5e79c715a74a08 --txid 12375671662993302800 --reason "it is in the list"',
    menus: [
      { ...SECTION, label: 'A payout was sent', hint: 'whose fate is unknown', needs: ['--txid'] },
      { ...SECTION, label: 'A payout was not sent', hint: 'its money comes back', gives: ['--not-sent'] },
    ],
    arguments: [UNKNOWN_PAYOUT],
    options: [
      askedAs(new Option('--txid <id>', 'the transaction that sent it').argParser(txidArgument), {
        ask: 'Transaction',
      }),
      new Option('--not-sent', 'it was not sent, and never will be'),
      reasonOption(),
    ],
    danger: async (client, { arguments: [id], options: { notSent } }) => {
      const { amount, address } = await client.payout(id);
      return notSent
        ? [
            `${formatAmount(amount)} for ${address} will come back into the books, and can be paid again.`,
            'If they were sent after all, they are paid twice.',
          ]
        : [`${formatAmount(amount)} for ${address} will count as sent.`];
    },
    run: (client, { arguments: [id], options: { txid, notSent, reason } }) => {
      if ((txid === undefined) === (notSent !== true)) {
        throw new CommandError('Say what became of it: --txid or --not-sent.', EXIT_CODES.wrongUse);
      }
      return client.resolvePayout(id, txid === undefined ? { sent: false, reason } : { sent: true, txid, reason });
    },
    show: payoutView,
  });
}

function statusCommand(ports: CommandPorts): Command {
  return payoutCommand<[], object, ConditionsAnswer>(ports, {
    name: 'status',
    description: 'Whether payouts are stopped, the limits, and how much was approved today',
    example: 'admin payouts status',
    menus: [{ ...SECTION, label: 'State of payouts', hint: 'stopped or not, and the limits' }],
    run: (client) => client.payoutConditions(),
    show: conditionsView,
  });
}

function switchCommand(ports: CommandPorts, isStopped: boolean): Command {
  return payoutCommand<[], { reason: string }, SwitchedAnswer>(ports, {
    name: isStopped ? 'stop' : 'go-on',
    description: isStopped ? 'Stop all payouts: no wallet gets one any more' : 'Let payouts go on',
    example: isStopped
      ? 'admin payouts stop --reason "a laptop was lost"'
      : 'admin payouts go-on --reason "it was found"',
    menus: [
      isStopped
        ? { ...SECTION, label: 'Stop all payouts', hint: 'no wallet gets one any more' }
        : {
            ...SECTION,
            label: 'Let payouts go on',
            hint: 'after they were stopped',
            warning: () => 'Wallets will get and pay what is approved.',
          },
    ],
    options: [reasonOption()],
    run: (client, { options }) => client.setPayoutsStopped(isStopped, options.reason),
    show: switchedView,
  });
}

function sweepCommand(ports: CommandPorts): Command {
  return payoutCommand<[], { amount?: bigint; reason: string }, PayoutAnswer>(ports, {
    name: 'sweep',
    description: 'Request a sweep of the shop’s own money to TPG_COLD_ADDRESS; all of it, unless told',
    example: 'admin payouts sweep --amount 5000 --reason "November"',
    menus: [
      {
        ...SECTION,
        label: 'Sweep earnings',
        hint: 'to the cold address, when another person agrees',
        asks: ['--amount'],
      },
    ],
    options: [
      askedAs(new Option('--amount <amount>', 'how much').argParser(amountArgument), {
        ask: 'Amount',
        whenEmpty: 'all of it',
      }),
      reasonOption(),
    ],
    danger: async (client, { options: { amount } }) => {
      const { cold_address: to } = await client.payoutConditions();
      const what = amount === undefined ? 'All of the shop’s own money' : formatAmount(amount);
      return [`${what} will go to ${to ?? 'no address: TPG_COLD_ADDRESS is not set'}, once another person agrees.`];
    },
    run: (client, { options: { amount, reason } }) =>
      client.requestSweep({ ...(amount !== undefined && { amount }), reason }),
    show: payoutView,
  });
}

function approveSweepCommand(ports: CommandPorts): Command {
  /** What was shown is what is approved. */
  let shownHash: string | undefined;
  return payoutCommand<[string], object, PayoutAnswer>(ports, {
    name: 'approve-sweep',
    description: 'Approve a sweep that another person has requested',
    example: 'admin payouts approve-sweep payout-1-6b5e79c715a74a08',
    menus: [{ ...SECTION, label: 'Approve a sweep', hint: 'that another person has requested' }],
    arguments: [SWEEP],
    danger: async (client, { arguments: [id] }) => {
      const { amount, address, requested_by: by, reason, approval_hash: hash } = await client.payout(id);
      shownHash = hash;
      return [`${formatAmount(amount)} will be paid to ${address}.`, `${by} asks for it: ${reason}`];
    },
    run: async (client, { arguments: [id] }) =>
      client.approveSweep(id, shownHash ?? (await client.payout(id)).approval_hash),
    show: payoutView,
  });
}

function cancelSweepCommand(ports: CommandPorts): Command {
  return payoutCommand<[string], { reason: string }, PayoutAnswer>(ports, {
    name: 'cancel-sweep',
    description: 'Cancel a sweep that no wallet has',
    example: 'admin payouts cancel-sweep payout-1-6b5e79c715a74a08 --reason "too early"',
    menus: [
      {
        ...SECTION,
        label: 'Cancel a sweep',
        hint: 'that no wallet has',
        warning: ({ id }) => `${id} will not be paid.`,
      },
    ],
    arguments: [SWEEP],
    options: [reasonOption()],
    run: (client, { arguments: [id], options }) => client.cancelSweep(id, options.reason),
    show: payoutView,
  });
}
