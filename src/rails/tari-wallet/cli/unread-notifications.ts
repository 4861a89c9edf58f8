import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { NewReport, ReportQueue, UnreadNotification } from './report-queue.ts';
import { readWalletEvent, type WalletEvent, WalletEventError } from './wallet-event.ts';

/**
 * Notifications that this version does not understand: a wallet that is newer, or a script that was changed. Each may be
 * money, so it is kept with its arguments until a version reads it that understands it.
 */

/** How many are read at a time. */
const PAGE_LENGTH = 100;

/** @throws {CommandError} always, so that an operator notices. */
export function keepUnread(
  ports: CommandPorts,
  queue: ReportQueue,
  notification: { profile: string; arguments: readonly string[]; confirmations: number; reason: string },
): never {
  const { profile, ...what } = notification;
  const isKept = queue.keepUnread(profile, what, ports.clock.now());
  if (isKept) {
    throw new CommandError(
      `${what.reason} The notification is not understood, and may be a payment. It is kept: see taritools wallet queue. After an upgrade, taritools wallet replay reads it again.`,
    );
  }
  throw new CommandError(
    `${what.reason} The notification is not understood, and NOT KEPT, because too many are kept already: see taritools wallet queue. It was ${JSON.stringify(what.arguments)}`,
  );
}

/**
 * Reads again what was not understood, and puts what is understood now into the queue.
 * @returns how many are still not understood.
 */
export function readAgain(
  ports: CommandPorts,
  queue: ReportQueue,
  profile: string,
  reportsOf: (event: WalletEvent) => NewReport[],
): number {
  let left = 0;
  let after = 0n;
  for (;;) {
    const page = queue.unread(profile, after, PAGE_LENGTH);
    for (const notification of page) {
      const event = understood(notification);
      if (event === undefined) left += 1;
      else {
        queue.replaceUnread(notification, reportsOf(event), ports.clock.now());
        ports.print(`A notification of ${notification.queuedAt} is understood now.`);
      }
    }
    const last = page.at(-1);
    if (last === undefined) return left;
    after = last.id;
  }
}

function understood({ arguments: given, confirmations }: UnreadNotification): WalletEvent | undefined {
  try {
    return readWalletEvent(given, confirmations);
  } catch (error) {
    if (error instanceof WalletEventError) return undefined;
    throw error;
  }
}
