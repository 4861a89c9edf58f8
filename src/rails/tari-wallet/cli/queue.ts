import { Command } from 'commander';
import { inMenus } from '#platform/cli/menus/menu-fields.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { plainJson, table } from '#platform/cli/terminal/output.ts';
import { addOutputFlags, csvOption, type OutputFlags, outputOptions } from '#platform/cli/terminal/output-flags.ts';
import { withQueue } from './queue-folder.ts';
import { MAX_LISTED, type QueuedReport, type UnreadNotification } from './report-queue.ts';

/** `wallet queue`: what waits on this machine. */
export function queueCommand(ports: CommandPorts): Command {
  const command = new Command('queue')
    .description('List what waits to be sent, what the server refused and what was not understood, with the reason')
    .option('--all', 'also what was sent')
    .addOption(csvOption());
  inMenus(command, {
    menu: 'admin',
    section: 'reports',
    label: 'Wallet queue',
    hint: 'reports that wait on this machine',
  });
  return addOutputFlags(command)
    .addHelpText('after', '\nExample:\n  $ taritools wallet queue')
    .action(async (flags: OutputFlags & { all?: boolean }) => {
      const { reports, unread } = await withQueue(ports, (queue) => ({
        reports: queue.list(flags.all === true, MAX_LISTED),
        unread: queue.unread(undefined, 0n, MAX_LISTED),
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
