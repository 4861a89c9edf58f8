import { isRole, ROLE_DESCRIPTIONS, type Role } from '#auth/roles.ts';
import { type Html, html } from '#platform/http/html.ts';

/** What roles mean, in words. */

export function roleTitle(role: string): string {
  return isRole(role) ? ROLE_DESCRIPTIONS[role].title : role;
}

export function rolesInWords(roles: Iterable<string>): Html {
  const known = [...roles].filter(isRole);
  if (known.length === 0) return html`<p>Nothing yet: no role was given.</p>`;
  return html`<dl class="facts">${known.map((role) => html`<div><dt>${ROLE_DESCRIPTIONS[role].title} <small class="soft"><code>${role}</code></small></dt><dd>${mayList(role)}</dd></div>`)}</dl>`;
}

export function mayList(role: Role): Html {
  return html`<ul>${ROLE_DESCRIPTIONS[role].may.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}
