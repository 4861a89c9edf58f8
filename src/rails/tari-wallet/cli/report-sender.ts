import { setTimeout as pause } from 'node:timers/promises';
import type { Profile } from '#auth/cli/profile-file.ts';
import { chosenProfile, signerOfProfile } from '#auth/cli/profiles.ts';
import type { Signer } from '#platform/cli/api-client.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { ServerRefusal, ServerUnreachable } from '#platform/cli/server-call.ts';
import { plainText } from '#platform/cli/terminal/output.ts';
import { parseJson } from '#platform/json.ts';
import { confirmationPayload, paymentPayload } from '#tari/wallet-signature.ts';
import { queueFolder } from './queue-folder.ts';
import { type QueuedReport, type ReportQueue, takeSendingLock } from './report-queue.ts';
import { postSigned, type SignedPost } from './signed-post.ts';
import type { ReportedPayment } from './wallet-event.ts';

/**
 * Sends what waits in a hot wallet's queue: one process at a time, in order, each report with a nonce above the last.
 * What the server can't take now stays; what it refuses for good is set aside with its reason.
 */

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** A transaction that is reported again after this long is unheard of. */
const REMEMBER_SENT_DAYS = 90;
const DAY_MS = 24 * 3_600_000;

/** These are about the wallet or the moment, not about the one report: the next one would get them too. */
const NOT_FOR_GOOD: ReadonlySet<number> = new Set([401, 403, 405, 408, 425, 429]);

/** Another process that sends looks at the queue again before it ends. */
export type SendingOutcome = 'done' | 'not taken' | 'another process sends';

interface Sending {
  ports: CommandPorts;
  queue: ReportQueue;
  profile: Profile;
  signer: Signer;
}

/**
 * Sends all that waits for a profile.
 * @param letGo lets go of the lock that the caller has taken for the profile.
 * @param waitMs how long to go on where the server does not take any.
 * @returns `not taken` where the server still does not take any.
 */
export async function sendWaiting(
  ports: CommandPorts,
  queue: ReportQueue,
  { name, letGo, waitMs }: { name: string; letGo: () => void; waitMs: number },
): Promise<SendingOutcome> {
  const deadline = performance.now() + waitMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (let held: (() => void) | undefined = letGo; held !== undefined; ) {
    const outcome = await sendAll(ports, queue, name).finally(held);
    if (outcome.stopped) {
      if (performance.now() + pauseMs > deadline) return 'not taken';
      await pause(pauseMs);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    } else if (queue.next(name, outcome.lastId) === undefined) {
      queue.forgetSent(new Date(ports.clock.now().getTime() - REMEMBER_SENT_DAYS * DAY_MS));
      return 'done';
    }
    // A report that was queued while the lock was held is left to us.
    held = takeSendingLock(queueFolder(ports), name);
  }
  return 'another process sends';
}

async function sendAll(ports: CommandPorts, queue: ReportQueue, name: string) {
  const profile = await chosenProfile(ports, name);
  return sendInOrder({ ports, queue, profile, signer: signerOfProfile(ports, profile) });
}

async function sendInOrder(sending: Sending): Promise<{ stopped: boolean; lastId: bigint }> {
  const { queue, profile } = sending;
  let lastId = 0n;
  for (;;) {
    const report = queue.next(profile.name, lastId);
    if (report === undefined) return { stopped: false, lastId };
    if ((await sendOne(sending, report)) === 'stop') return { stopped: true, lastId };
    lastId = report.id;
  }
}

async function sendOne({ ports, queue, profile, signer }: Sending, report: QueuedReport): Promise<'go on' | 'stop'> {
  const name = `${report.kind === 'payment' ? 'Payment' : 'Confirmation of payment'} ${report.txid}`;
  const settle = (state: QueuedReport['state'], reason: string) =>
    queue.settle(report.id, state, plainText(reason), ports.clock.now());
  try {
    const message = await post({ ports, queue, profile, signer }, report);
    settle('sent', message);
    ports.print(`${plainText(name)}: ${message}`);
    return 'go on';
  } catch (error) {
    if (!(error instanceof ServerRefusal) && !(error instanceof ServerUnreachable)) throw error;
    const verdict = verdictOf(error);
    settle(verdict === 'refused' ? 'refused' : 'waiting', error.message);
    ports.note(`${plainText(name)} is ${verdict === 'refused' ? 'set aside' : 'kept'}: ${error.message}`);
    return verdict === 'stop' ? 'stop' : 'go on';
  }
}

/**
 * A 500 may be about this one report, so it stays and those behind it go on. What is no answer of this server, such as
 * the page of a proxy, refuses nothing.
 */
function verdictOf(error: ServerRefusal | ServerUnreachable): 'refused' | 'skip' | 'stop' {
  if (error instanceof ServerUnreachable || error.code === '') return 'stop';
  if (error.status === 500) return 'skip';
  if (error.status > 500 || error.status < 400 || NOT_FOR_GOOD.has(error.status)) return 'stop';
  return 'refused';
}

async function post(sending: Sending, report: QueuedReport): Promise<string> {
  return (await postSigned(sending, requestOf(report))).message;
}

function requestOf({ kind, txid, content }: QueuedReport): SignedPost {
  if (kind === 'confirmation') {
    return { path: '/wallet/tx_confirmation', body: { confirmation: { txid } }, payload: confirmationPayload(txid) };
  }
  const read = parseJson(content) as Omit<ReportedPayment, 'amount'> & { amount: number | bigint };
  const payment = { ...read, amount: BigInt(read.amount) };
  const payload = paymentPayload({ ...payment, orderId: payment.order_id });
  return { path: '/wallet/incoming_payment', body: { payment }, payload };
}
