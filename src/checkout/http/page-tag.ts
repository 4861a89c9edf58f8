import { createHash } from 'node:crypto';
import { canPay, type PayerState, type ShownOrder } from '#checkout/state.ts';

/**
 * What names a page as it is shown: `<beside>.<p or n>.<part>`. `beside` stands for what is around the part that changes
 * live, `p` says that the details for paying are there, and `part` stands for each letter of the part itself.
 */

const TAG = /^[\w-]{8}\.[pn]\.[\w-]{16}$/;

/** @param part the HTML of the part that changes. */
export function pageTag(order: ShownOrder | undefined, state: PayerState, part: string): string {
  const { orderId, name, payTo, network, currency, rate } = order ?? {};
  const beside = digest(JSON.stringify([orderId, name, payTo, network, currency, rate?.toString()])).slice(0, 8);
  return `${beside}.${canPay(state) ? 'p' : 'n'}.${digest(part).slice(0, 16)}`;
}

export function isPageTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * Whether a page that shows one thing has to be loaded as a whole to show the other: another order stands on it, or none
 * yet, or it has no details for paying and needs them. Details that are over the page takes away by itself.
 */
export function needsLoading(shown: string, now: string): boolean {
  const [shownBeside, shownDetails] = shown.split('.');
  const [beside, details] = now.split('.');
  return shownBeside !== beside || (shownDetails === 'n' && details === 'p');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
