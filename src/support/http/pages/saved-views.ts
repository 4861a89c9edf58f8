import * as z from 'zod';
import { keptText } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { filtersOf } from '#support/http/lists.ts';
import { type ConsolePorts, defineForm, type MakePages, READERS, type Visit } from '#support/http/page.ts';

/** Lists that a person has given a name. */

const MAX_NAME_LENGTH = 40;
const MAX_PATH_LENGTH = 2000;

const body = z.object({
  name: keptText(MAX_NAME_LENGTH).trim().min(1, 'must have at least one letter').optional(),
  /** A page of the console, never of another place. */
  path: keptText(MAX_PATH_LENGTH).regex(/^\/(?!\/)[a-z-]*(?:\?[^\s\\]*)?$/, 'must be a list of the console'),
  forget: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(BigInt)
    .optional(),
});

export const savedViewPages: MakePages = ({ services: { support } }) => [
  defineForm<unknown, z.output<typeof body>>({
    path: '/views',
    title: 'Saved lists',
    roles: READERS,
    body,
    async show({ link, visitor, hidden }, { problem, problems }) {
      const views = await support.views.of(visitor.principal);
      const sentence = problem ?? Object.values(problems)[0];
      return html`<h1>Saved lists</h1>${sentence !== undefined && html`<p class="problem" role="alert">${sentence}</p>`}
<div class="card">${
        views.length === 0
          ? html`<p class="empty">You have saved no list yet: filter one, and give it a name.</p>`
          : html`<ul>${views.map(
              ({ id, name, path }) =>
                html`<li><form class="fields" method="post" action="${link('/views')}">${hidden()}<input type="hidden" name="path" value="${path}"><input type="hidden" name="forget" value="${id}"><a href="${link(path)}">${name}</a> <button aria-label="Forget ${name}">Forget</button></form></li>`,
            )}</ul>`
      }</div>`;
    },
    async submit({ visitor }, { name, path, forget }) {
      if (forget !== undefined) {
        await support.views.forget(visitor.principal, forget);
        return { to: '/views', notice: 'The list is forgotten.' };
      }
      if (name === undefined) return { to: path, notice: 'The list needs a name to be saved.' };
      await support.views.save(visitor.principal, { name, path });
      return { to: path, notice: `The list is saved as ${name}.` };
    },
  }),
];

/** The saved lists of this page, and how to save the present one. */
export async function savedViews(
  { services: { support } }: ConsolePorts,
  visit: Pick<Visit, 'visitor' | 'link' | 'path' | 'search' | 'hidden'>,
): Promise<Html> {
  const { visitor, link, path } = visit;
  const own = (await support.views.of(visitor.principal)).filter((view) => view.path.split('?')[0] === path);
  const filters = new URLSearchParams(filtersOf(visit)).toString();
  const links = own.map((view) => html`<li><a href="${link(view.path)}">${view.name}</a></li>`);
  const list =
    own.length > 0 &&
    html`<nav aria-label="Saved lists"><ul class="presets">${links}<li><a href="${link('/views')}">change…</a></li></ul></nav>`;
  const save =
    filters !== '' &&
    html`<details><summary>Save this list</summary><form class="fields" method="post" action="${link('/views')}">${visit.hidden()}<input type="hidden" name="path" value="${path}?${filters}"><label>Name<input name="name" required maxlength="${MAX_NAME_LENGTH}"></label><button>Save</button></form></details>`;
  return html`${list}${save}`;
}
