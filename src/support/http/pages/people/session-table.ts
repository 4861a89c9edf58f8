import type { SessionView } from '#auth/people/views.ts';
import { type Html, html } from '#platform/http/html.ts';
import { badge, time } from '#support/http/templates/parts.ts';
import { table } from '#support/http/templates/table.ts';

/** The devices on which a person is signed in. @param own the session that looks, which is marked */
export function sessionTable(sessions: readonly SessionView[], own: string, endOf: (id: string) => string): Html {
  return table(
    sessions,
    [
      {
        name: 'Device',
        cell: ({ id, device }) => html`${device}${id === own && html` ${badge('this one', 'good')}`}`,
      },
      { name: 'From', cell: ({ address }) => html`<code>${address}</code>` },
      { name: 'Signed in', cell: ({ created_at: at }) => time(at) },
      { name: 'Last seen', cell: ({ seen_at: at }) => time(at) },
      { name: 'Until', cell: ({ ends_at: at }) => time(at) },
      {
        name: 'End',
        cell: ({ id, device }) => html`<a href="${endOf(id)}">Sign out<span class="hidden"> ${device}</span></a>`,
      },
    ],
    { caption: 'Signed in on', none: 'Nowhere.' },
  );
}
