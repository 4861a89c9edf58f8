import type { Language, Texts } from '#checkout/languages/language.ts';
import { fill } from '#checkout/languages/texts.ts';
import type { PayPageSettings } from '#checkout/settings.ts';
import { type Html, html } from '#platform/http/html.ts';
import type { Assets } from './assets.ts';

/** How a page is refreshed: by its script, or, without one, by the browser's timer or by a link. */
export type Refresh = 'script' | 'timed' | 'off';

/** The input of every template. */
export interface View {
  language: Language;
  shop: PayPageSettings;
  assets: Assets;
  /** The path of the page, without its query. */
  path: string;
  /** The path of the page with the form for the numbers. */
  entryPath: string;
  /** What of the query stays in links: `lang` and `embed` as they were asked for. */
  kept: Readonly<Record<string, string>>;
  isEmbedded: boolean;
  refresh: Refresh;
}

/** The text in the page's language, with the name of the shop and other values in its places. */
export function say(view: View, key: keyof Texts, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(view.language.texts[key], { shop: view.shop.shopName, ...values });
}

/** The page with other words in its query. */
export function pathWith({ path, kept }: View, changes: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({ ...kept, ...changes }).toString();
  return query === '' ? path : `${path}?${query}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A time in UTC, which the script converts to the visitor's time zone. */
export function time(view: View, at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${timeText(view, at)}</time>`;
}

function timeText({ language: { code } }: View, at: Date): string {
  let format = formats.get(code);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(code, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
    formats.set(code, format);
  }
  return `${format.format(at)} UTC`;
}

/** The link for help with an order; undefined if the shop has none. */
export function supportLink({ shop: { supportUrl } }: View, order: string): string | undefined {
  if (supportUrl === null) return undefined;
  if (supportUrl.startsWith('mailto:')) return `${supportUrl}?subject=${encodeURIComponent(order)}`;
  const url = new URL(supportUrl);
  url.searchParams.set('order', order);
  return url.href;
}
