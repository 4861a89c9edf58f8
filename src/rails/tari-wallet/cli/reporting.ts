import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { PROFILE_VARIABLE } from '#platform/cli/profile-option.ts';
import { stringifyJson } from '#platform/json.ts';
import { queueFolder, withQueue } from './queue-folder.ts';
import { DEFAULT_WALLET_PROFILE, type WalletFlags } from './report-options.ts';
import {
  type NewReport,
  type QueuedReport,
  type ReportKind,
  type ReportQueue,
  takeSendingLock,
} from './report-queue.ts';
import type { SendingOutcome } from './report-sender.ts';
import type { ReportedPayment } from './wallet-event.ts';

/** Reports of payments: kept first, then sent. */

export function paymentReport(payment: ReportedPayment): NewReport {
  return { kind: 'payment', txid: payment.txid, content: stringifyJson(payment) };
}

export function confirmationReport(txid: string): NewReport {
  return { kind: 'confirmation', txid, content: stringifyJson({ txid }) };
}

/**
 * Keeps the reports before anything else is done, then sends all that waits. `hand over` is content when another process
 * sends; `answer` waits for what became of its own.
 */
export async function report(
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
export async function send(
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
export async function profileName(ports: CommandPorts, given: string | undefined): Promise<string> {
  const told = given ?? (ports.environment[PROFILE_VARIABLE] || undefined);
  if (told !== undefined) return told;
  try {
    const { chosenProfile } = await import('#auth/cli/profiles.ts');
    return (await chosenProfile(ports, undefined, DEFAULT_WALLET_PROFILE)).name;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return DEFAULT_WALLET_PROFILE;
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
