import type { Argument, Command, Option } from 'commander';
import type { CommandEntry, Question } from '#platform/cli/menus/menu.ts';
import { type MenuFields, type QuestionFields, questionFieldsOf } from '#platform/cli/menus/menu-fields.ts';

/** The entry of a command: what it takes is what is asked. */
export function commandEntry(command: Command, fields: MenuFields): CommandEntry {
  const { label, hint, gives = [], warning } = fields;
  return {
    label,
    hint,
    command: [...pathOf(command), ...gives],
    questions: [
      ...command.registeredArguments.map(argumentQuestion),
      ...askedOptions(command, fields).map(([option, isNeeded]) => optionQuestion(option, isNeeded)),
    ],
    ...(warning && { warning }),
    ...(command.options.some(({ long }) => long === '--yes') && { asks: true }),
  };
}

/** As it is typed behind `taritools`. */
function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

/** First what can't be left out, then what the entry asks for, each with whether something must be said. */
function askedOptions(command: Command, { needs = [], asks = [] }: MenuFields): [Option, boolean][] {
  const isNeeded = ({ long, mandatory }: Option) => mandatory || needs.includes(long ?? '');
  const asked = asks.map((name) => {
    const option = command.options.find(({ long }) => long === name);
    if (option === undefined) throw new Error(`${command.name()} has no option ${name}`);
    return option;
  });
  const first = command.options.filter((option) => isNeeded(option) && !asked.includes(option));
  return [...first, ...asked].map((option) => [option, isNeeded(option)]);
}

function argumentQuestion(argument: Argument): Question {
  const fields = questionFieldsOf(argument);
  const { parseArg } = argument;
  return {
    ...questionOf(argument.name(), fields, true),
    ...(parseArg && { check: (text: string) => parseArg(text, undefined) }),
  };
}

function optionQuestion(option: Option, isNeeded: boolean): Question {
  const fields = questionFieldsOf(option);
  const { parseArg } = option;
  return {
    ...questionOf(option.attributeName(), fields, isNeeded || option.isBoolean()),
    ...(parseArg && { check: (text: string) => parseArg(text, undefined) }),
    ...(option.long && { option: option.long }),
    ...(option.isBoolean() && { isFlag: true }),
  };
}

function questionOf(name: string, fields: QuestionFields, isNeeded: boolean): Question {
  const { ask = spoken(name), whenEmpty = 'may be empty', ...others } = fields;
  if (isNeeded || others.severalOf !== undefined) return { name, ask, ...others };
  return { name, ask: `${ask} (${whenEmpty})`, ...others, isOptional: true };
}

/** `customer_id` as a person says it: Customer id. */
function spoken(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
