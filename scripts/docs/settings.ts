import type { SettingDescription } from '#platform/config/setting.ts';
import { allSettings } from '#settings.ts';

const MAX_COMMENT_LINE = 100;

/** The text of .env.sample: each setting commented out, with its description and its default. */
export async function environmentSample(): Promise<string> {
  const head = [
    '# The settings of the Tari payment server. Copy this file to .env and take the # off the lines that you need.',
    '# Variables of the process go before those in the file. An empty variable counts as not set.',
    '# Made by `npm run docs` from the descriptions of the settings in src/; change it there.',
    '',
  ];
  return `${[...head, ...(await sections()).flatMap(sampleSection)].join('\n')}`;
}

function sampleSection({ title, settings }: Section): string[] {
  return [`## ${title} ${'-'.repeat(MAX_COMMENT_LINE - title.length - 4)}`, '', ...settings.flatMap(sampleSetting)];
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

/** Readers of such files take a # or a space in a bare value for its end in some places; quotes keep the value whole in all. */
function quoted(value: string): string {
  return /[\s#]/.test(value) ? `"${value}"` : value;
}

function wrap(text: string): string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= MAX_COMMENT_LINE) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** docs/reference/settings.md: a table of the settings of each section. */
export async function settingsDocument(): Promise<string> {
  return `# Settings

Every setting of the server, made by \`npm run docs\` from the code. How settings are given is explained in
[operator.md](../operator.md#settings); [.env.sample](../../.env.sample) is a file with all of them to start from.

${(await sections()).map(tableOf).join('\n')}`;
}

function tableOf({ title, settings }: Section): string {
  const head = ['| setting | default | example | meaning |', '| --- | --- | --- | --- |'];
  return `## ${title}\n\n${[...head, ...settings.map(tableRow)].join('\n')}\n`;
}

function tableRow({ name, defaultText, example, description }: SettingDescription): string {
  const shownDefault = defaultText === undefined ? 'not set' : code(defaultText);
  return `| \`${name}\` | ${shownDefault} | ${code(example)} | ${description.replaceAll('|', '\\|')} |`;
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

interface Section {
  title: string;
  settings: SettingDescription[];
}

async function sections(): Promise<Section[]> {
  const { descriptions } = await allSettings();
  const titles = [...new Set(descriptions.map(({ group }) => group))];
  return titles.map((title) => ({ title, settings: descriptions.filter(({ group }) => group === title) }));
}
