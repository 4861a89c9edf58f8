import type { Command } from 'commander';
import { type CommandDescription, describedCommand, givenTo } from '#platform/cli/described-command.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import type { OutputOptions } from '#platform/cli/terminal/output.ts';
import { type OutputFlags, printAnswer } from '#platform/cli/terminal/output-flags.ts';
import type { ShopConnection } from './connection.ts';

export interface ShopCommand<Arguments extends readonly unknown[], Options, Answer> extends CommandDescription {
  /** What follows `$ taritools shopify ` in the help. */
  example: string;
  run(shop: ShopConnection, given: { arguments: Arguments; options: Options }): Promise<Answer>;
  show(answer: Answer, output: OutputOptions): readonly string[];
  /** Where the answer itself may be bad news; 0 unless told. */
  exitCode?(answer: Answer): number;
}

/** A command that asks the shop itself, with the settings of the server. */
export function shopCommand<Arguments extends readonly unknown[], Options, Answer>(
  ports: CommandPorts,
  described: ShopCommand<Arguments, Options, Answer>,
): Command {
  const command = describedCommand(described, [], `shopify ${described.example}`);
  return command.action(async (...given: unknown[]) => {
    const { values, options } = givenTo<Arguments, Options & OutputFlags>(given);
    const { withShop } = await import('./connection.ts');
    const answer = await withShop(ports, (shop) => described.run(shop, { arguments: values, options }));
    printAnswer(ports, options, answer, described.show);
    const exitCode = described.exitCode?.(answer) ?? EXIT_CODES.done;
    if (exitCode !== EXIT_CODES.done) throw new CommandError('Not all is well.', exitCode);
  });
}
