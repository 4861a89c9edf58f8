import * as z from 'zod';
import { type SettingDescription, settingNotes } from './setting.ts';

/** The settings of the server: each context adds its own. Times are in milliseconds. */
export interface Settings {
  /** What the operator has set, for people to read; without secrets. */
  given?: readonly GivenSetting[];
}

/** A setting as it was given. */
export interface GivenSetting extends Pick<SettingDescription, 'name' | 'group' | 'description' | 'defaultText'> {
  /** Null if it is not set, and for a secret. */
  text: string | null;
  isSet: boolean;
  isSecret: boolean;
}

/** Settings by the names of their environment variables. */
export type SettingsShape = Readonly<Record<string, z.ZodType>>;

/** The values of settings once their texts are parsed. */
export type ValuesOf<Shape extends SettingsShape> = z.output<z.ZodObject<Shape>>;

/** The settings of one context. `Values` are its own, and those of contexts below it that it reads, too. */
export interface SettingsPart<Values = never> {
  readonly shape: SettingsShape;
  /** What the context adds to `Settings`. */
  readonly read: (values: Values) => object;
  /** Conditions over several settings. */
  readonly rules?: readonly SettingRule<Values>[];
  /** What the operator should know about valid settings: sentences, each with whether it applies. */
  readonly warnings?: (settings: Settings) => readonly SettingWarning[];
}

/** A rule over several settings. It is not checked if one of them is wrong by itself. */
export interface SettingRule<Values> {
  readonly settings: readonly (keyof Values & string)[];
  /** A sentence, or undefined if the rule is kept. */
  readonly problem: (values: Values) => string | undefined;
}

export type SettingWarning = readonly [applies: boolean, sentence: string];

export type Environment = Readonly<Record<string, string | undefined>>;

export type ParsedSettings = { ok: true; settings: Settings } | { ok: false; problems: string[] };

/** All settings of a program. */
export interface SettingsReader {
  /**
   * Reads the settings from environment variables. An empty variable counts as not set.
   * @returns the settings, or all problems, each a sentence that names the setting and what is expected. The given text
   *   is repeated, except that of secrets.
   */
  parse(environment: Environment): ParsedSettings;
  /** Sentences about protections that are switched off, and about what will not work. */
  warnings(settings: Settings): string[];
  /** The documentation of each setting, in the order of the sections. */
  readonly descriptions: readonly SettingDescription[];
}

/** Which sections come first and last; the others are between them, in the order of their contexts. */
export interface SectionOrder {
  readonly first: readonly string[];
  readonly last: readonly string[];
}

/** A longer text is cut when a problem repeats it. */
const MAX_SHOWN_TEXT = 100;

/**
 * Joins the settings of several contexts.
 * @throws {Error} if a setting has no description, or two contexts have a setting of the same name.
 */
export function joinSettings(
  parts: readonly SettingsPart[],
  order: SectionOrder = { first: [], last: [] },
): SettingsReader {
  const descriptions = inOrder(
    parts.flatMap(({ shape }) => describe(shape)),
    order,
  );
  const shapes: SettingsShape = Object.assign({}, ...parts.map(({ shape }) => shape));
  // Problems are listed in the order of the documentation.
  const shape = Object.fromEntries(descriptions.map(({ name }) => [name, shapes[name] as z.ZodType]));
  if (Object.keys(shape).length < descriptions.length)
    throw new Error(`Two contexts have a setting ${repeated(descriptions)}`);
  const schema = z.object(shape);
  const secrets = new Set(descriptions.filter(({ secret }) => secret).map(({ name }) => name));

  return {
    descriptions,
    parse(environment) {
      const texts = settingTexts(Object.keys(shape), environment);
      const wrong = new Map<string, string>();
      for (const issue of schema.safeParse(texts).error?.issues ?? []) {
        const name = String(issue.path[0]);
        wrong.set(name, problemSentence(name, issue.message, secrets.has(name) ? undefined : (texts[name] ?? '')));
      }
      // The rest is parsed again without the wrong ones, so that the start lists every problem rather than the first kind only.
      const rest = Object.entries(texts).filter(([name]) => !wrong.has(name));
      const values = schema.parse(Object.fromEntries(rest)) as never;
      const contradictions = parts
        .flatMap(({ rules = [] }) => rules)
        .filter((rule) => !rule.settings.some((name) => wrong.has(name)))
        .flatMap((rule) => rule.problem(values) ?? []);
      const problems = [...wrong.values(), ...contradictions];
      return problems.length === 0
        ? { ok: true, settings: { ...settingsFrom(parts, values), given: givenSettings(descriptions, texts) } }
        : { ok: false, problems };
    },
    warnings: (settings) =>
      parts
        .flatMap(({ warnings }) => warnings?.(settings) ?? [])
        .filter(([applies]) => applies)
        .map(([, sentence]) => sentence),
  };
}

function givenSettings(
  descriptions: readonly SettingDescription[],
  texts: Readonly<Record<string, string>>,
): GivenSetting[] {
  return descriptions.map(({ name, group, description, defaultText, secret: isSecret }) => ({
    name,
    group,
    description,
    defaultText,
    text: isSecret ? null : (texts[name] ?? null),
    isSet: texts[name] !== undefined,
    isSecret,
  }));
}

function describe(shape: SettingsShape): SettingDescription[] {
  return Object.entries(shape).map(([name, schema]) => {
    const notes = settingNotes.get(schema);
    if (notes === undefined) throw new Error(`The setting ${name} is not described.`);
    return { name, ...notes, defaultText: notes.defaultText };
  });
}

function inOrder(descriptions: readonly SettingDescription[], { first, last }: SectionOrder): SettingDescription[] {
  const all = [...new Set(descriptions.map(({ group }) => group))];
  const between = all.filter((section) => !first.includes(section) && !last.includes(section));
  return [...first, ...between, ...last].flatMap((section) => descriptions.filter(({ group }) => group === section));
}

function repeated(descriptions: readonly SettingDescription[]): string | undefined {
  const names = descriptions.map(({ name }) => name);
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** The settings that are not empty, without the spaces around them. */
function settingTexts(names: readonly string[], environment: Environment): Record<string, string> {
  const texts = names.map((name) => [name, environment[name]?.trim() ?? ''] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

/** @param given undefined if it must not be shown. */
function problemSentence(name: string, expected: string, given: string | undefined): string {
  if (given === undefined) {
    return `${name} must be ${expected}; what it is now is not shown because it may be secret.`;
  }
  const shown = given.length > MAX_SHOWN_TEXT ? `${given.slice(0, MAX_SHOWN_TEXT)}…` : given;
  return `${name} must be ${expected}, but is ${JSON.stringify(shown)}.`;
}

function settingsFrom(parts: readonly SettingsPart[], values: never): Settings {
  const entries = parts.flatMap(({ read }) => Object.entries(read(values)));
  const settings = Object.fromEntries(entries);
  if (Object.keys(settings).length < entries.length) throw new Error('Two contexts read a setting of the same name');
  return settings as Settings;
}
