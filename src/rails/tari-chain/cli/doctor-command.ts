import type { Command } from 'commander';
import { databaseOption } from '#platform/cli/database-option.ts';
import { describedCommand } from '#platform/cli/described-command.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { OutputFlags } from '#platform/cli/terminal/output-flags.ts';

/** `wallet doctor`: what keeps the server from finding payments on the chain, and what to do. */

export interface DoctorFlags extends OutputFlags {
  database?: string;
}

export function doctorCommand(ports: CommandPorts): Command {
  const described = {
    name: 'doctor',
    menus: [
      { menu: 'admin', section: 'wallet', label: 'Wallet doctor', hint: 'what keeps the server from finding payments' },
    ],
    description:
      'Check all that the server needs to find payments on the chain: settings, keys, base nodes, how far it has read, and what it has refused; and say for each what to do. The exit code is 1 where something is wrong',
    options: [databaseOption()],
  };
  return describedCommand(described, [], 'wallet doctor').action(async (flags: DoctorFlags) => {
    const { examineWatcher } = await import('./doctor.ts');
    await examineWatcher(ports, flags);
  });
}
