import * as z from 'zod';

/** A setting is described to the program as a schema, and to people in sentences. */

/** The documentation of one setting, from which `.env.sample` and docs/reference/settings.md are generated. */
export interface SettingDescription {
  /** The environment variable. */
  name: string;
  /** The section in which it is shown to people. */
  group: string;
  /** Sentences for the operator. */
  description: string;
  /** The text that is used if the setting is not set; undefined if there is none. */
  defaultText: string | undefined;
  /** A text that shows the form. For secrets it is not a real value. */
  example: string;
  /** Whether the value must never be shown. */
  secret: boolean;
}

type SettingNotes = Omit<SettingDescription, 'name' | 'defaultText'> & { defaultText?: string };

/** The documentation of each setting, by its schema. */
export const settingNotes = z.registry<SettingNotes>();

/** Parses a setting's text; undefined means that the text is not what is expected. */
type ReadText<Value> = (text: string) => Value | undefined;

type Notes = Omit<SettingNotes, 'group' | 'secret' | 'defaultText'>;

/** Makes the schema of one setting without a default. `expected` completes the sentence "TPG_X must be …". */
export function optional<Value>(group: string, expected: string, read: ReadText<Value>, notes: Notes) {
  return textSchema(expected, read)
    .optional()
    .register(settingNotes, { ...notes, group, secret: false });
}

/** As `optional`, for values that must never be shown. */
export function secret<Value>(group: string, expected: string, read: ReadText<Value>, notes: Notes) {
  return textSchema(expected, read)
    .optional()
    .register(settingNotes, { ...notes, group, secret: true });
}

/** As `optional`, with the text that is used if the setting is not set. */
export function withDefault<Value>(
  group: string,
  defaultText: string,
  expected: string,
  read: ReadText<Value>,
  notes: Notes,
) {
  return textSchema(expected, read)
    .prefault(defaultText)
    .register(settingNotes, { ...notes, group, secret: false, defaultText });
}

/** Makes the schema of a text that is parsed, without its documentation. */
export function textSchema<Value>(expected: string, read: ReadText<Value>) {
  return z.string().transform((text, context): Value => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}
