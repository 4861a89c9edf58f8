import { settingDescriptions } from '#platform/config/server-settings.ts';
import { SETTING_GROUPS, type SettingDescription, type SettingGroup } from '#platform/config/setting.ts';

/** The markers in docs/operations.md; what stands between them is made by the generator. */
export const TABLE_START = '<!-- settings:start -->';
export const TABLE_END = '<!-- settings:end -->';

/** docs/operations.md where there is none yet: the place for the table, for others to write around. */
export const EMPTY_OPERATIONS_PAGE = `# Operations

The server is set up by environment variables, which can also stand in a \`.env\` file beside package.json.

${TABLE_START}
${TABLE_END}
`;

const LONGEST_COMMENT_LINE = 100;

/** The text of .env.sample: each setting commented out, with its description and its default. */
export function environmentSample(): string {
  const head = [
    '# The settings of the Tari payment server. Copy this file to .env and take the # off the lines that you need.',
    '# Variables of the process go before those in the file. An empty variable counts as not set.',
    '# Made from src/platform/config/server-settings.ts by scripts/docs/generate-settings.ts; change it there.',
    '',
  ];
  return `${[...head, ...SETTING_GROUPS.flatMap(sampleGroup)].join('\n')}`;
}

function sampleGroup(group: SettingGroup): string[] {
  return [
    `## ${group} ${'-'.repeat(LONGEST_COMMENT_LINE - group.length - 4)}`,
    '',
    ...settingsOf(group).flatMap(sampleSetting),
  ];
}

function sampleSetting(setting: SettingDescription): string[] {
  const value = setting.defaultText ?? setting.example;
  const origin = setting.defaultText === undefined ? 'Not set by default.' : `Default: ${setting.defaultText}`;
  const example = setting.example === value ? [] : [`Example: ${setting.example}`];
  return [
    ...wrap(setting.description),
    ...[origin, ...example].map((line) => `# ${line}`),
    `#${setting.name}=${quoted(value)}`,
    '',
  ];
}

/** dotenv takes a # or a space in a bare value for its end in some places; quotes keep the value whole in all. */
function quoted(value: string): string {
  return /[\s#]/.test(value) ? `"${value}"` : value;
}

function wrap(text: string): string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= LONGEST_COMMENT_LINE) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** The table of all settings in Markdown, with a heading row for each group. */
export function settingsTable(): string {
  const head = ['| Setting | Default | Example | Meaning |', '| --- | --- | --- | --- |'];
  return [...head, ...SETTING_GROUPS.flatMap(tableGroup)].join('\n');
}

function tableGroup(group: SettingGroup): string[] {
  return [`| **${group}** | | | |`, ...settingsOf(group).map(tableRow)];
}

function tableRow({ name, defaultText, example, description }: SettingDescription): string {
  const shownDefault = defaultText === undefined ? 'not set' : code(defaultText);
  return `| \`${name}\` | ${shownDefault} | ${code(example)} | ${description.replaceAll('|', '\\|')} |`;
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function settingsOf(group: SettingGroup): SettingDescription[] {
  return settingDescriptions().filter((setting) => setting.group === group);
}

/**
 * The page with the present table between its markers.
 * @throws {Error} when the page has not exactly one pair of markers.
 */
export function withSettingsTable(page: string): string {
  const [before = '', rest, ...moreStarts] = page.split(TABLE_START);
  const [, after, ...moreEnds] = rest?.split(TABLE_END) ?? [];
  if (after === undefined || moreStarts.length > 0 || moreEnds.length > 0) {
    throw new Error(`docs/operations.md must hold ${TABLE_START} and ${TABLE_END} once each, in this order.`);
  }
  return `${before}${TABLE_START}\n${settingsTable()}\n${TABLE_END}${after}`;
}
