import { Command, Option } from 'commander';
import { txidArgument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { type WalletFlags, waitOption, walletProfileOption } from './report-options.ts';
import { confirmationReport, paymentReport, report } from './reporting.ts';
import { paymentOf, WalletEventError } from './wallet-event.ts';

/** `wallet received` and `wallet confirmed`: what a person or a script reports. */

interface ReceivedFlags extends WalletFlags {
  amount: string;
  txid: string;
  memo?: string;
  sender: string;
  payment_id?: string;
}

export function receivedCommand(ports: CommandPorts): Command {
  return new Command('received')
    .description('Report a payment that the wallet has received')
    .addOption(walletProfileOption())
    .addOption(
      new Option(
        '-a, --amount <amount>',
        'such as "2.5 T" or "500 µT"; a whole number alone is µT',
      ).makeOptionMandatory(),
    )
    .addOption(new Option('-t, --txid <id>', 'the transaction').argParser(txidArgument).makeOptionMandatory())
    .option('-m, --memo <text>', 'the memo of the payment')
    .addOption(new Option('-s, --sender <address>', 'the address of the sender').makeOptionMandatory())
    .option(
      '--payment_id <text>',
      'the payment id in any form the wallet prints; an order that it names is reported too',
    )
    .addOption(waitOption(0))
    .addHelpText('after', '\nExample:\n  $ taritools wallet received -a "2.5 T" -t 12375671662993 -s 14s9vDTwr…')
    .action(async (flags: ReceivedFlags) => {
      const { amount, txid, memo = '', sender, payment_id: paymentId = '' } = flags;
      const payment = asCommandErrors(() => paymentOf({ amount, txid, memo, paymentId, sender }));
      await report(ports, flags, [paymentReport(payment)], 'answer');
    });
}

export function confirmedCommand(ports: CommandPorts): Command {
  return new Command('confirmed')
    .description('Report that a payment is confirmed')
    .addOption(walletProfileOption())
    .addOption(new Option('-t, --txid <id>', 'the transaction').argParser(txidArgument).makeOptionMandatory())
    .addOption(waitOption(0))
    .addHelpText('after', '\nExample:\n  $ taritools wallet confirmed -t 12375671662993')
    .action((flags: WalletFlags & { txid: string }) =>
      report(ports, flags, [confirmationReport(flags.txid)], 'answer'),
    );
}

function asCommandErrors<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof WalletEventError) throw new CommandError(error.message, EXIT_CODES.wrongUse);
    throw error;
  }
}
