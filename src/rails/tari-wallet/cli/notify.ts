import { Command, Option } from 'commander';
import { wholeNumberArgument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { withQueue } from './queue-folder.ts';
import { type WalletFlags, waitOption, walletProfileOption } from './report-options.ts';
import type { NewReport } from './report-queue.ts';
import { confirmationReport, paymentReport, profileName, report } from './reporting.ts';
import { keepUnread } from './unread-notifications.ts';
import { readWalletEvent, type WalletEvent, WalletEventError } from './wallet-event.ts';

const DEFAULT_CONFIRMATIONS = 3;
const MAX_CONFIRMATIONS = 1000;
const DEFAULT_WAIT_SECONDS = 60;

/** `wallet notify`: what the console wallet passes to its script. */
export function notifyCommand(ports: CommandPorts): Command {
  return new Command('notify')
    .description('Take what the console wallet passes to its notification script, and report what is to be reported')
    .argument('<arguments...>', 'the script’s own, behind --: "$@"')
    .addOption(walletProfileOption())
    .addOption(
      new Option('--confirmations <depth>', 'how deep a payment must be in the chain to count as confirmed')
        .argParser((text) => wholeNumberArgument(text, 1, MAX_CONFIRMATIONS))
        .default(DEFAULT_CONFIRMATIONS),
    )
    .addOption(waitOption(DEFAULT_WAIT_SECONDS))
    .addHelpText('after', '\nExample:\n  $ taritools wallet notify -- "$@"')
    .action((given: string[], flags: NotifyFlags) => notify(ports, given, flags));
}

type NotifyFlags = WalletFlags & { confirmations: number };

async function notify(ports: CommandPorts, given: readonly string[], flags: NotifyFlags): Promise<void> {
  const { confirmations } = flags;
  if (given.every((text) => text === '')) {
    throw new CommandError('The wallet passed no arguments: is "$@" missing behind the --?', EXIT_CODES.wrongUse);
  }
  const event = eventOrError(given, confirmations);
  if (event instanceof WalletEventError) {
    const profile = await profileName(ports, flags.profile);
    const { message: reason } = event;
    return withQueue(ports, (queue) => keepUnread(ports, queue, { profile, arguments: given, confirmations, reason }));
  }
  if (event.kind === 'ignored') return ports.print(plainText(event.reason));
  if (event.warning !== undefined) ports.note(plainText(event.warning));
  await report(ports, flags, reportsOf(event), 'hand over');
}

function eventOrError(given: readonly string[], confirmations: number): WalletEvent | WalletEventError {
  try {
    return readWalletEvent(given, confirmations);
  } catch (error) {
    if (error instanceof WalletEventError) return error;
    throw error;
  }
}

/** The first event of a payment may have been missed, so each one reports it; it is sent once. */
export function reportsOf(event: WalletEvent): NewReport[] {
  if (event.kind === 'ignored') return [];
  const { payment, isConfirmed } = event;
  return [paymentReport(payment), ...(isConfirmed ? [confirmationReport(payment.txid)] : [])];
}
