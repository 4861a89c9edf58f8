import { Argument, Command, type Option } from 'commander';
import { askedAs, inMenus, type MenuFields, type QuestionFields } from './menus/menu-fields.ts';
import { addOutputFlags } from './terminal/output-flags.ts';

/** An argument: its form, such as `<order_id>`, what it is, how its text is read, and how menus ask for it. */
export type ArgumentDescription = readonly [
  form: string,
  description: string,
  read?: ((text: string) => unknown) | undefined,
  question?: QuestionFields,
];

/** What a command says of itself in its help, and to the menus. */
export interface CommandDescription {
  name: string;
  description: string;
  arguments?: readonly ArgumentDescription[];
  options?: readonly Option[];
  /** Its entries in menus; one that has none is only typed. */
  menus?: readonly MenuFields[];
}

/**
 * A command that prints data, without what it does.
 * @param more options that all commands of its kind have, behind its own.
 * @param example what follows `$ taritools ` in the help.
 */
export function describedCommand(described: CommandDescription, more: readonly Option[], example: string): Command {
  const command = new Command(described.name).description(described.description);
  for (const [form, description, read, question = {}] of described.arguments ?? []) {
    const argument = new Argument(form, description);
    command.addArgument(askedAs(read === undefined ? argument : argument.argParser(read), question));
  }
  for (const option of [...(described.options ?? []), ...more]) command.addOption(option);
  inMenus(command, ...(described.menus ?? []));
  return addOutputFlags(command).addHelpText('after', `\nExample:\n  $ taritools ${example}`);
}

/** What commander hands to an action: the arguments, then the options, then the command itself. */
export function givenTo<Arguments extends readonly unknown[], Options>(
  given: readonly unknown[],
): { values: Arguments; options: Options } {
  return { values: given.slice(0, -2) as unknown as Arguments, options: given.at(-2) as Options };
}
