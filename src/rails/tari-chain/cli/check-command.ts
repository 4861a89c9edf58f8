import { type Command, Option } from 'commander';
import { wholeNumberArgument } from '#platform/cli/arguments.ts';
import { databaseOption } from '#platform/cli/database-option.ts';
import { describedCommand } from '#platform/cli/described-command.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { OutputFlags } from '#platform/cli/terminal/output-flags.ts';

/** `wallet check`: does the chain say what the books say? */

export interface CheckFlags extends OutputFlags {
  from?: number;
  database?: string;
}

export function checkCommand(ports: CommandPorts): Command {
  const described = {
    name: 'check',
    menus: [{ menu: 'admin', section: 'wallet', label: 'Wallet check', hint: 'the chain against the books' }],
    description:
      'Read the chain again through the configured nodes, and compare each payment and the sums with the books. It only reads, and the server may run meanwhile. The exit code is 1 where anything differs',
    options: [
      new Option('--from <height>', 'the first block to read; by default where the watcher began').argParser((text) =>
        wholeNumberArgument(text, 0, Number.MAX_SAFE_INTEGER),
      ),
      databaseOption(),
    ],
  };
  return describedCommand(described, [], 'wallet check --from 250000').action(async (flags: CheckFlags) => {
    const { checkChain } = await import('./check.ts');
    await checkChain(ports, flags);
  });
}
