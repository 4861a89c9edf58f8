import { type Html, type HtmlValue, html } from '#platform/http/html.ts';
import type { Link } from '#support/http/page.ts';
import { addressToEmoji, parseAddress } from '#tari/address.ts';

/** Small pieces that every page is made of. */

const DECIMALS = 6;
/** Between groups of digits; a number with it is copied as one word by no browser, so exact amounts are copied by a button. */
const NARROW_SPACE = '\u202f';
const MINUS = '\u2212';

/** `54 210.5`: exact, without zeros at the end. */
export function amountText(microTari: bigint): string {
  const magnitude = microTari < 0n ? -microTari : microTari;
  const digits = magnitude.toString().padStart(DECIMALS + 1, '0');
  const decimals = digits.slice(-DECIMALS).replace(/0+$/, '');
  const text = grouped(digits.slice(0, -DECIMALS)) + (decimals === '' ? '' : `.${decimals}`);
  return microTari < 0n ? `${MINUS}${text}` : text;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, NARROW_SPACE);
}

export function numberText(value: number | bigint): string {
  return grouped(String(value));
}

/** An amount in µT as XTM. */
export function amount(microTari: bigint): Html {
  return html`<span class="amount">${amountText(microTari)}<small> XTM</small></span>`;
}

/** A price as the shop wrote it; nothing for one in Tari. */
export function shopPrice(price: string | null, currency: string): Html | null {
  return price === null || /^xt[mr]$/i.test(currency) ? null : html`<small class="soft">${price} ${currency}</small>`;
}

const formats = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** In UTC, which the script converts to the visitor's time zone. */
export function time(at: Date | string): Html {
  const date = typeof at === 'string' ? new Date(at) : at;
  return html`<time datetime="${date.toISOString()}">${formats.format(date)} UTC</time>`;
}

const STEPS: readonly [limit: number, unit: number, name: string][] = [
  [90, 1, 's'],
  [90 * 60, 60, 'min'],
  [36 * 3600, 3600, 'h'],
  [Number.POSITIVE_INFINITY, 86_400, 'days'],
];

/** `3 h`, `40 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [, unit = 1, name = 's'] = STEPS.find(([limit]) => seconds < limit) ?? [];
  return `${Math.round(seconds / unit)} ${name}`;
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** A state in words; the colour only repeats it. */
export function badge(text: string, tone: Tone = 'plain'): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

const ENDS = 5;

export function shortened(text: string, ends = ENDS): string {
  return text.length <= 2 * ends + 3 ? text : `${text.slice(0, ends)}…${text.slice(-ends)}`;
}

export function copyButton(text: string, what: string): Html {
  return html`<button type="button" class="copy" data-copy="${text}" aria-label="Copy ${what}" hidden>Copy</button>`;
}

/** A wallet's address, shortened, with the beginning of its emoji form, and a link to the wallet's page. */
export function address(base58: string, link: Link): Html {
  return html`<span class="address"><a href="${link(`/wallets/of/${encodeURIComponent(base58)}`)}" title="${base58}"><code>${shortened(base58)}</code></a> <span class="emoji" aria-hidden="true">${emojiOf(base58)}</span> ${copyButton(base58, 'the address')}</span>`;
}

const SHOWN_EMOJI = 4;

/** Nothing for a sender that is no address. */
export function emojiOf(base58: string, count = SHOWN_EMOJI): string {
  try {
    return [...addressToEmoji(parseAddress(base58))].slice(0, count).join('');
  } catch {
    return '';
  }
}

/** Name and value pairs. Pairs without a value are left out. */
export function facts(pairs: readonly (readonly [name: HtmlValue, value: HtmlValue])[]): Html {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '');
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function card(title: string, content: HtmlValue, options: { className?: string } = {}): Html {
  const id = `card-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  return html`<section class="card ${options.className ?? ''}" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

export function empty(sentence: HtmlValue): Html {
  return html`<p class="empty">${sentence}</p>`;
}

/** A text that a stranger wrote, with its lines. */
export function written(text: string): Html {
  return html`<p class="written">${text}</p>`;
}
