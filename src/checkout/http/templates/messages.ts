import { say, type View } from '#checkout/http/view.ts';
import { type Html, html } from '#platform/http/html.ts';
import { layout } from './layout.ts';

/** Pages that show no order. */

export function problemPage(view: View, problem: 'busy' | 'failed'): string {
  const title = say(view, problem === 'busy' ? 'busyTitle' : 'failedTitle');
  const content = html`<main><section class="card head warn"><h1>${title}</h1><p>${say(view, 'busyText')}</p></section></main>`;
  return layout(view, title, content);
}

/** Where an order is found by what stands in its mail. */
export function entryPage(view: View): string {
  const title = say(view, 'entryTitle');
  return layout(view, title, html`<main><section class="card">${entryForm(view, 'h1')}</section></main>`);
}

/** @param heading its level on the page. */
export function entryForm(view: View, heading: 'h1' | 'h2'): Html {
  const title = say(view, 'entryTitle');
  const { lang, embed } = view.kept;
  return html`<form action="${view.entryPath}" method="get">
${heading === 'h1' ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}
<p class="note">${say(view, 'entryText')}</p>
<label>${say(view, 'entryOrder')}<input name="order" required maxlength="256" autocomplete="off" spellcheck="false" placeholder="#1001"></label>
<label>${say(view, 'entryNumber')}<input name="number" required maxlength="64" autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="XPAV284CT"></label>
${lang !== undefined && html`<input type="hidden" name="lang" value="${lang}">`}
${embed !== undefined && html`<input type="hidden" name="embed" value="${embed}">`}
<button class="main">${say(view, 'entryShow')}</button>
</form>`;
}
