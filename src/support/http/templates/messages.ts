import { type Html, html } from '#platform/http/html.ts';
import type { Visitor } from '#platform/http/pages/visitors.ts';
import type { AnyPage } from '#support/http/page.ts';

/** What is shown in place of a page. */

export function forbiddenPage({ roles }: Visitor, page: AnyPage): Html {
  const may = [...page.roles, 'super_admin'].map((role) => html`<li><code>${role}</code></li>`);
  return html`<h1>You may not see this page</h1>
<div class="card"><p><b>${page.title}</b> is for people with one of these roles:</p><ul>${may}</ul>
<p>You have: ${roles.size === 0 ? 'none' : [...roles].join(', ')}. A super admin can give you another one.</p></div>`;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'That cannot be read',
  403: 'That is not allowed',
  404: 'There is nothing here',
  409: 'That is not possible now',
  429: 'Too many requests',
  503: 'The server is busy',
};

/** @param sentence says what is wrong, for people. */
export function problemPage(status: number, sentence: string, requestId: string): Html {
  return html`<h1>${TITLES[status] ?? 'That did not work'}</h1>
<div class="card"><p>${sentence}</p>
<p class="soft">If you ask somebody for help, name this: <code>${requestId}</code></p></div>`;
}
