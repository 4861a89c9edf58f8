import { type Command, Option } from 'commander';
import { type IdPageFlags, idPageOf, idPageOptions } from '#platform/cli/id-page.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { SINCE, serverCommandOf, typedTime } from '#platform/cli/server-command.ts';
import { type OutputOptions, table } from '#platform/cli/terminal/output.ts';
import type { OutputFlags } from '#platform/cli/terminal/output-flags.ts';
import type { AuditRecordAnswer } from './answers.ts';

const auditCommand = serverCommandOf(async () => (await import('./requests.ts')).auditLogClient);

interface AuditFlags extends IdPageFlags, OutputFlags {
  actor?: string;
  action?: string;
  subject?: string;
  since?: string;
  until?: string;
}

/** `admin audit-log`: who changed what by hand. */
export function auditLogCommand(ports: CommandPorts): Command {
  return auditCommand<[], AuditFlags, AuditRecordAnswer[]>(ports, {
    name: 'audit-log',
    description: 'Who changed what by hand; --json shows before and after',
    example: 'admin audit-log --since 2026-11-01 --actor 14s9vDTwr…',
    menus: [{ menu: 'admin', section: 'audit log', label: 'Audit log', hint: 'who changed what by hand' }],
    options: [
      new Option('--actor <address or name>', 'who'),
      new Option('--action <name>', 'what was done, such as "change roles"'),
      new Option('--subject <id>', 'to what'),
      new Option('--since <time>', `from ${SINCE}`),
      new Option('--until <time>', 'up to that time'),
      ...idPageOptions(),
    ],
    run: (client, { options: { actor, action, subject, since, until, ...flags } }) =>
      client.auditLog({
        actor,
        action,
        subject,
        since: typedTime(since, flags),
        until: typedTime(until, flags),
        ...idPageOf(flags),
      }),
    show: auditLogView,
  });
}

function auditLogView(records: readonly AuditRecordAnswer[], output: OutputOptions): string[] {
  return table<AuditRecordAnswer>(
    [
      { title: 'Id', whole: (entry) => entry.id },
      { title: 'Time', time: (entry) => entry.created_at },
      { title: 'Who', of: (entry) => entry.actor, canShrink: true },
      { title: 'What', of: (entry) => entry.action, canShrink: true },
      { title: 'Of', of: (entry) => entry.subject, canShrink: true },
      { title: 'Reason', of: (entry) => entry.reason, canShrink: true },
    ],
    records,
    output,
  );
}
