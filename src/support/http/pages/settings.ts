import type { GivenSetting } from '#platform/config/read-settings.ts';
import { type Html, html } from '#platform/http/html.ts';
import { definePage, type MakePages, READERS } from '#support/http/page.ts';
import { card, facts } from '#support/http/templates/parts.ts';
import { table } from '#support/http/templates/table.ts';

/** The settings as they are. They are changed in the environment of the server. */
export const settingsPages: MakePages = ({ settings, services: { monitoring } }) => [
  definePage({
    path: '/settings',
    title: 'Settings',
    roles: READERS,
    async show() {
      const { reasons, details } = await monitoring.condition();
      return html`<div class="head"><h1>Settings</h1></div>
<p class="soft">They are set in the environment of the server, and change with its next start. Secrets are not shown.</p>
${card(
  'Condition',
  html`${reasons.length === 0 ? html`<p class="good">All is well.</p>` : html`<ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<details><summary>Details</summary>${facts(Object.entries(details).map(([name, value]) => [name.replaceAll('_', ' '), valueText(value)] as const))}</details>`,
)}
${groupsOf(settings.given ?? []).map(([group, given]) => card(group, settingTable(given, group)))}`;
    },
  }),
];

function groupsOf(given: readonly GivenSetting[]): [string, GivenSetting[]][] {
  const names = [...new Set(given.map(({ group }) => group))];
  return names.map((name) => [name, given.filter(({ group }) => group === name)]);
}

function settingTable(given: readonly GivenSetting[], group: string): Html {
  return table(
    given,
    [
      { name: 'Setting', cell: ({ name }) => html`<code>${name}</code>` },
      { name: 'Value', cell: givenText },
      { name: 'What it is', cell: ({ description }) => html`<span class="soft">${description}</span>` },
    ],
    { caption: `Settings: ${group}`, none: 'None.' },
  );
}

function givenText({ text, isSet, isSecret, defaultText }: GivenSetting): Html | string {
  if (isSecret) return isSet ? 'set, and not shown' : 'not set';
  if (text !== null) return html`<b>${text}</b>`;
  return defaultText === undefined ? 'not set' : html`${defaultText} <span class="soft">by default</span>`;
}

function valueText(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, one]) => `${name.replaceAll('_', ' ')}: ${String(one)}`)
        .join(', ')
    : String(value);
}
