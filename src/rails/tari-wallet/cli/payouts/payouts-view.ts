import type { CommandPorts } from '#platform/cli/ports.ts';
import { table } from '#platform/cli/terminal/output.ts';
import { type OutputFlags, printAnswer } from '#platform/cli/terminal/output-flags.ts';
import type { RecordedPayout } from './payout-record.ts';
import { paymentText } from './wallet-transactions.ts';

/** What this machine knows of payouts, for people, for spreadsheets and for scripts. */
export function printPayouts(
  ports: CommandPorts,
  flags: OutputFlags,
  payouts: readonly RecordedPayout[],
): Promise<void> {
  return printAnswer(ports, flags, payouts.map(jsonOf), (rows, output) =>
    table<(typeof rows)[number]>(
      [
        { title: 'Id', of: ({ id }) => id },
        { title: 'Kind', of: ({ kind }) => kind },
        { title: 'State', of: ({ state }) => state, isStatus: true },
        { title: 'Amount', amount: ({ amount }) => amount },
        { title: 'To', of: ({ address }) => address, canShrink: true },
        { title: 'Text', of: ({ payment_id }) => payment_id, canShrink: true },
        { title: 'Transaction', of: ({ txid }) => txid },
        { title: 'Since', time: ({ updated_at }) => updated_at },
        { title: 'What is to be known', of: ({ note }) => note, canShrink: true },
      ],
      rows,
      output,
    ),
  );
}

function jsonOf(payout: RecordedPayout) {
  const { id, kind, state, amount, address, txid, reference, note, reported, payingSince, updatedAt } = payout;
  return {
    ...{ id, kind, state, amount, address, txid, note, reported },
    payment_id: paymentText(payout),
    payment_reference: reference,
    paying_since: payingSince,
    updated_at: updatedAt,
  };
}
