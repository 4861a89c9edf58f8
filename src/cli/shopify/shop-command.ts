import { Command, type Option } from 'commander';
import { CommandError, EXIT_CODES } from '../exit.ts';
import type { OutputOptions } from '../output.ts';
import { addOutputFlags, type OutputFlags, printAnswer } from '../output-flags.ts';
import type { CommandPorts } from '../ports.ts';
import type { ShopConnection } from './connection.ts';

export interface ShopCommand<Arguments extends readonly unknown[], Options, Answer> {
  name: string;
  description: string;
  /** What follows `$ taritools shopify ` in the help. */
  example: string;
  arguments?: readonly (readonly [form: string, description: string, read?: (text: string) => unknown])[];
  options?: readonly Option[];
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
  const command = new Command(described.name).description(described.description);
  for (const [form, description, read] of described.arguments ?? []) {
    if (read === undefined) command.argument(form, description);
    else command.argument(form, description, read);
  }
  for (const option of described.options ?? []) command.addOption(option);
  addOutputFlags(command).addHelpText('after', `\nExample:\n  $ taritools shopify ${described.example}`);
  return command.action(async (...given: unknown[]) => {
    // commander gives the arguments, then the options, then the command itself.
    const values = given.slice(0, -2) as unknown as Arguments;
    const options = given.at(-2) as Options & OutputFlags;
    const { withShop } = await import('./connection.ts');
    const answer = await withShop(ports, (shop) => described.run(shop, { arguments: values, options }));
    printAnswer(ports, options, answer, described.show);
    const exitCode = described.exitCode?.(answer) ?? EXIT_CODES.done;
    if (exitCode !== EXIT_CODES.done) throw new CommandError('Not all is well.', exitCode);
  });
}
