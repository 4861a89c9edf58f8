import { Command, type Option } from 'commander';
import { addOutputFlags } from './terminal/output-flags.ts';

/** What a command says of itself in its help. */
export interface CommandDescription {
  name: string;
  description: string;
  arguments?: readonly (readonly [form: string, description: string, read?: (text: string) => unknown])[];
  options?: readonly Option[];
}

/**
 * A command that prints data, without what it does.
 * @param more options that all commands of its kind have, behind its own.
 * @param example what follows `$ taritools ` in the help.
 */
export function describedCommand(described: CommandDescription, more: readonly Option[], example: string): Command {
  const command = new Command(described.name).description(described.description);
  for (const [form, description, read] of described.arguments ?? []) {
    if (read === undefined) command.argument(form, description);
    else command.argument(form, description, read);
  }
  for (const option of [...(described.options ?? []), ...more]) command.addOption(option);
  return addOutputFlags(command).addHelpText('after', `\nExample:\n  $ taritools ${example}`);
}

/** What commander hands to an action: the arguments, then the options, then the command itself. */
export function givenTo<Arguments extends readonly unknown[], Options>(
  given: readonly unknown[],
): { values: Arguments; options: Options } {
  return { values: given.slice(0, -2) as unknown as Arguments, options: given.at(-2) as Options };
}
