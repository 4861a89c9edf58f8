import { Command, Option } from 'commander';
import { txidArgument, u64Argument, wholeNumberArgument } from '#platform/cli/arguments.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { PROFILE_VARIABLE } from '#platform/cli/profile-option.ts';
import { plainJson, plainText, table } from '#platform/cli/terminal/output.ts';
import { addOutputFlags, group, type OutputFlags, outputOptions } from '#platform/cli/terminal/output-flags.ts';
import { stringifyJson } from '#platform/json.ts';
import { checkCommand } from '#rails/tari-chain/cli/check-command.ts';
import { doctorCommand } from '#rails/tari-chain/cli/doctor-command.ts';
import { keysCommand } from '#rails/tari-chain/cli/keys-command.ts';
import { queueFolder, withQueue } from '#rails/tari-wallet/cli/queue-folder.ts';
import {
  type NewReport,
  type QueuedReport,
  type ReportKind,
  type ReportQueue,
  takeSendingLock,
  type UnreadNotification,
} from '#rails/tari-wallet/cli/report-queue.ts';
import type { SendingOutcome } from '#rails/tari-wallet/cli/report-sender.ts';
import { keepUnread, readAgain } from '#rails/tari-wallet/cli/unread-notifications.ts';
import {
  paymentOf,
  type ReportedPayment,
  readWalletEvent,
  type WalletEvent,
  WalletEventError,
} from '#rails/tari-wallet/cli/wallet-event.ts';

/** `wallet`: what runs beside a hot wallet and tells the server of its payments. */

/** As the documents of the Rust tool name it. */
export const USUAL_WALLET_PROFILE = 'TPS Hot Wallet';

const USUAL_CONFIRMATIONS = 3;
const MOST_CONFIRMATIONS = 1000;
const USUAL_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 86_400;
const MOST_LISTED = 1000;

interface WalletFlags {
  profile?: string;
  wait: number;
}

export function walletCommand(ports: CommandPorts): Command {
  return group(
    'wallet',
    'The shop’s wallet: what it is watched with, and the reports of one that tells of its payments',
    [
      receivedCommand(ports),
      confirmedCommand(ports),
      notifyCommand(ports),
      replayCommand(ports),
      queueCommand(ports),
      keysCommand(ports),
      checkCommand(ports),
      doctorCommand(ports),
    ],
  );
}

const profileOption = () =>
  new Option('-p, --profile <name>', `the wallet’s profile; usually ${PROFILE_VARIABLE}, or "${USUAL_WALLET_PROFILE}"`);
const waitOption = (usual: number) =>
  new Option('--wait <seconds>', 'how long to go on while the server takes nothing')
    .argParser((text) => wholeNumberArgument(text, 0, LONGEST_WAIT_SECONDS))
    .default(usual);

interface ReceivedFlags extends WalletFlags {
  amount: string;
  txid: string;
  memo?: string;
  sender: string;
  payment_id?: string;
}

function receivedCommand(ports: CommandPorts): Command {
  return new Command('received')
    .description('Report a payment that the wallet has received')
    .addOption(profileOption())
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

function confirmedCommand(ports: CommandPorts): Command {
  return new Command('confirmed')
    .description('Report that a payment is confirmed')
    .addOption(profileOption())
    .addOption(new Option('-t, --txid <id>', 'the transaction').argParser(txidArgument).makeOptionMandatory())
    .addOption(waitOption(0))
    .addHelpText('after', '\nExample:\n  $ taritools wallet confirmed -t 12375671662993')
    .action((flags: WalletFlags & { txid: string }) =>
      report(ports, flags, [confirmationReport(flags.txid)], 'answer'),
    );
}

function notifyCommand(ports: CommandPorts): Command {
  return new Command('notify')
    .description('Take what the console wallet passes to its notification script, and report what is to be reported')
    .argument('<arguments...>', 'the script’s own, behind --: "$@"')
    .addOption(profileOption())
    .addOption(
      new Option('--confirmations <depth>', 'how deep a payment must be in the chain to count as confirmed')
        .argParser((text) => wholeNumberArgument(text, 1, MOST_CONFIRMATIONS))
        .default(USUAL_CONFIRMATIONS),
    )
    .addOption(waitOption(USUAL_WAIT_SECONDS))
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
function reportsOf(event: WalletEvent): NewReport[] {
  if (event.kind === 'ignored') return [];
  const { payment, isConfirmed } = event;
  return [paymentReport(payment), ...(isConfirmed ? [confirmationReport(payment.txid)] : [])];
}

function replayCommand(ports: CommandPorts): Command {
  return new Command('replay')
    .description(
      'Send what waits, now, and read again what was not understood; a job that runs each minute makes sure that nothing waits for long',
    )
    .addOption(profileOption())
    .option('--refused', 'also what the server refused, after the reason was removed')
    .addOption(
      new Option(
        '--nonce-above <number>',
        'use higher nonces than this, where another tool used them before',
      ).argParser(u64Argument),
    )
    .addOption(waitOption(0))
    .addHelpText('after', '\nExample:\n  $ taritools wallet replay --refused')
    .action((flags: ReplayFlags) => replay(ports, flags));
}

interface ReplayFlags extends WalletFlags {
  refused?: boolean;
  nonceAbove?: bigint;
}

async function replay(ports: CommandPorts, flags: ReplayFlags): Promise<void> {
  const [{ chosenProfile }, { accountOf }] = await Promise.all([
    import('#auth/cli/profiles.ts'),
    import('#tari/address.ts'),
  ]);
  const { name, address } = await chosenProfile(ports, flags.profile, USUAL_WALLET_PROFILE);
  await withQueue(ports, async (queue) => {
    const unread = readAgain(ports, queue, name, reportsOf);
    if (flags.refused) queue.takeUpRefused(name, ports.clock.now());
    if (flags.nonceAbove !== undefined) queue.nextNonce(accountOf(address), flags.nonceAbove);
    const outcome = await send(ports, queue, name, flags.wait);
    const left = queue.list(false, MOST_LISTED).filter((queued) => queued.profile === name);
    const waiting = left.filter(({ state }) => state === 'waiting').length;
    const notUnderstood = unread === 0 ? '' : `, ${unread} not understood`;
    ports.print(`${waiting} waiting, ${left.length - waiting} refused${notUnderstood}.`);
    if (outcome === 'not taken') throw new CommandError('The server does not take them now; they are kept.');
  });
}

function queueCommand(ports: CommandPorts): Command {
  const command = new Command('queue')
    .description('List what waits to be sent, what the server refused and what was not understood, with the reason')
    .option('--all', 'also what was sent');
  return addOutputFlags(command)
    .addHelpText('after', '\nExample:\n  $ taritools wallet queue')
    .action(async (flags: OutputFlags & { all?: boolean }) => {
      const { reports, unread } = await withQueue(ports, (queue) => ({
        reports: queue.list(flags.all === true, MOST_LISTED),
        unread: queue.unread(undefined, 0n, MOST_LISTED),
      }));
      if (flags.json) return ports.print(plainJson([...reports.map(queuedJson), ...unread.map(unreadJson)]));
      const output = outputOptions(ports, flags);
      const lines = table<QueuedLine>(
        [
          { title: 'Id', of: ({ id }) => String(id), align: 'right' },
          { title: 'Report', of: ({ kind }) => kind },
          { title: 'Transaction', of: ({ txid }) => txid },
          { title: 'State', of: ({ state }) => state, isStatus: true },
          { title: 'Tries', of: ({ attempts }) => String(attempts), align: 'right' },
          { title: 'Since', time: ({ queuedAt }) => queuedAt },
          { title: 'Profile', of: ({ profile }) => profile, canShrink: true },
          { title: 'Last answer', of: ({ reason }) => reason, canShrink: true },
        ],
        [...reports, ...unread.map(unreadLine)],
        output,
      );
      for (const line of lines) ports.print(line);
    });
}

type QueuedLine = Pick<QueuedReport, 'id' | 'txid' | 'attempts' | 'queuedAt' | 'profile' | 'reason'> & {
  kind: string;
  state: string;
};

function queuedJson({ id, profile, kind, txid, state, reason, attempts, queuedAt, updatedAt }: QueuedReport) {
  return { id, profile, kind, txid, state, reason, attempts, queued_at: queuedAt, updated_at: updatedAt };
}

/** What the wallet passed stands in the place of the answer, since there was none. */
function unreadLine(notification: UnreadNotification): QueuedLine {
  const { id, profile, queuedAt, calls: attempts, reason } = notification;
  const [, , txid = ''] = notification.arguments;
  const passed = JSON.stringify(notification.arguments);
  return {
    id,
    kind: 'notification',
    txid,
    state: 'not understood',
    attempts,
    queuedAt,
    profile,
    reason: `${reason} ${passed}`,
  };
}

function unreadJson(notification: UnreadNotification) {
  const { id, profile, reason, calls, arguments: given, queuedAt, updatedAt } = notification;
  const [, , txid = ''] = given;
  const times = { queued_at: queuedAt, updated_at: updatedAt };
  return {
    id,
    profile,
    kind: 'notification',
    txid,
    state: 'not understood',
    reason,
    attempts: calls,
    ...times,
    arguments: given,
  };
}

// ---- Reporting ----------------------------------------------------------------------------------------------------

function paymentReport(payment: ReportedPayment): NewReport {
  return { kind: 'payment', txid: payment.txid, content: stringifyJson(payment) };
}

function confirmationReport(txid: string): NewReport {
  return { kind: 'confirmation', txid, content: stringifyJson({ txid }) };
}

/**
 * Keeps the reports before anything else is done, then sends all that waits. `hand over` is content when another process
 * sends; `answer` waits for what became of its own.
 */
async function report(
  ports: CommandPorts,
  flags: WalletFlags,
  reports: readonly NewReport[],
  until: 'hand over' | 'answer',
): Promise<void> {
  const name = await profileName(ports, flags.profile);
  await withQueue(ports, async (queue) => {
    const added = queue.add(name, reports, ports.clock.now(), { again: until === 'answer' });
    // A wallet calls ten times for a payment. What was said already costs no more than looking.
    const isQuiet = until === 'hand over' && added === 0;
    const outcome = isQuiet && queue.next(name, 0n) === undefined ? 'done' : await send(ports, queue, name, flags.wait);
    if (outcome === 'another process sends' && until === 'hand over') {
      if (!isQuiet) ports.print('Kept; another process is sending.');
      return;
    }
    if (added === 0 && !isQuiet) ports.print('This was reported before.');
    // Another process looks at the queue again before it ends, so what became of ours shows within moments.
    const end = performance.now() + (outcome === 'another process sends' ? ANSWER_WITHIN_MS : 0);
    for (const { kind, txid } of reports) await mustBeSent(ports, () => queue.find(name, kind, txid), kind, end);
  });
}

/** What sends is loaded only where this process is the one to do so. */
async function send(
  ports: CommandPorts,
  queue: ReportQueue,
  name: string,
  waitSeconds: number,
): Promise<SendingOutcome> {
  const letGo = takeSendingLock(queueFolder(ports), name);
  if (letGo === undefined) return 'another process sends';
  const { sendWaiting } = await import('#rails/tari-wallet/cli/report-sender.ts');
  return sendWaiting(ports, queue, { name, letGo, waitMs: waitSeconds * 1000 });
}

/** A profile that can't be read now must not keep a report from being kept. */
async function profileName(ports: CommandPorts, given: string | undefined): Promise<string> {
  const told = given ?? (ports.environment[PROFILE_VARIABLE] || undefined);
  if (told !== undefined) return told;
  try {
    const { chosenProfile } = await import('#auth/cli/profiles.ts');
    return (await chosenProfile(ports, undefined, USUAL_WALLET_PROFILE)).name;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return USUAL_WALLET_PROFILE;
  }
}

const ANSWER_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 100;

/** @throws {CommandError} where the server refused it, or it still waits. */
async function mustBeSent(
  ports: CommandPorts,
  find: () => QueuedReport | undefined,
  kind: ReportKind,
  end: number,
): Promise<void> {
  let found = find();
  while (found?.state === 'waiting' && found.attempts === 0n && performance.now() < end) {
    await ports.sleep(LOOK_EVERY_MS);
    found = find();
  }
  if (found === undefined || found.state === 'sent') return;
  const reason = found.reason ?? 'no answer came yet';
  if (found.state === 'refused') throw new CommandError(`The server refused the ${kind}: ${reason}`);
  throw new CommandError(`The ${kind} is kept and will be sent later: ${reason}`);
}

function asCommandErrors<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof WalletEventError) throw new CommandError(error.message, EXIT_CODES.wrongUse);
    throw error;
  }
}
