import type { Command } from 'commander';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { group } from '#platform/cli/terminal/output-flags.ts';
import { deliveryCommands } from './delivery-commands.ts';
import { endpointCommands } from './endpoint-commands.ts';

/** `admin webhooks`: the merchant's programs that are told of events. */
export function webhooksCommand(ports: CommandPorts): Command {
  return group('webhooks', 'The programs that are told of events over HTTP', [
    ...endpointCommands(ports),
    ...deliveryCommands(ports),
  ]);
}
