import type { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { serverCommandOf } from '#platform/cli/server-command.ts';
import { type OutputOptions, plainText, record } from '#platform/cli/terminal/output.ts';
import type { ReadinessAnswer } from './answers.ts';

const monitoringCommand = serverCommandOf(async () => (await import('./requests.ts')).monitoringClient);

/** `admin health`: whether the server is ready. */
export function healthCommand(ports: CommandPorts): Command {
  return monitoringCommand<[], object, ReadinessAnswer>(ports, {
    name: 'health',
    description: 'Whether the server is ready for work, and if not, why',
    example: 'admin health',
    menus: [{ menu: 'admin', section: 'health', label: 'Server health', hint: 'whether it is ready, and if not, why' }],
    run: (client) => client.health(),
    show: readinessView,
  });
}

function readinessView(readiness: ReadinessAnswer, output: OutputOptions): string[] {
  const { outbox, webhooks } = readiness;
  const age = webhooks?.age_seconds;
  return [
    ...record(
      [
        ['Ready', readiness.ready ? 'yes' : 'no'],
        ['Database', readiness.database],
        ['Shop', readiness.storefront],
        ['Events to deliver', String(outbox.pending)],
        ['Dead letters', String(outbox.dead_letters)],
        ['Behind by', `${outbox.lag_seconds} s`],
        ['Rejected webhooks', webhooks ? String(webhooks.rejected) : null],
        ['Last webhook', age === undefined || age === null ? null : `${age} s ago`],
      ],
      output.terminal,
    ),
    ...readiness.reasons.map((reason) => `- ${plainText(reason)}`),
  ];
}
