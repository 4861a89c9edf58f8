import { shownAmount } from '#checkout/amounts.ts';
import { say, time, type View } from '#checkout/http/view.ts';
import type { PayerRefund } from '#checkout/shown-refund.ts';
import { goingBack, type ShownOrder, sumOf } from '#checkout/state.ts';
import { type Html, html } from '#platform/http/html.ts';

/** Money that goes back to its payer: the form that asks where to, and what became of it. */

/** What became of an address that was sent by the page's form. */
export const REFUND_OUTCOMES = ['done', 'wrong', 'refused'] as const;
export type RefundOutcome = (typeof REFUND_OUTCOMES)[number];

const OUTCOME_TEXTS = { done: 'refundDone', wrong: 'refundWrong', refused: 'refundRefused' } as const;

export function refundOutcome(view: View, outcome: RefundOutcome): Html {
  return html`<section class="card head ${outcome === 'done' ? 'good' : 'warn'}"><p role="alert">${say(view, OUTCOME_TEXTS[outcome])}</p></section>`;
}

/** The wallet that paid, where there is one, or another address: one button sends it. */
export function refundForm(view: View, { refund }: ShownOrder): Html | false {
  if (refund === undefined) return false;
  const { id, payer } = refund;
  const amount = shownAmount(refund.amount, view.language.code);
  const query = new URLSearchParams(view.kept).toString();
  const action = query === '' ? `${view.path}/refund` : `${view.path}/refund?${query}`;
  const address = html`<label>${say(view, 'yourAddress')}<input name="address"${payer === null && html` required`} maxlength="1400" autocomplete="off" spellcheck="false"></label>`;
  return html`<form action="${action}" method="post">
<input type="hidden" name="refund" value="${id}">
${
  payer === null
    ? html`<input type="hidden" name="to" value="address">${address}`
    : html`<fieldset><legend>${say(view, 'refundSendTo')}</legend>
<label class="choice"><input type="radio" name="to" value="payer" checked> ${say(view, 'refundToPayer')} <code>${shortAddress(payer)}</code></label>
<label class="choice"><input type="radio" name="to" value="address"> ${say(view, 'refundToOther')}</label>
${address}</fieldset>`
}
<button class="main">${say(view, 'refundSend', { amount })}</button>
</form>`;
}

/** What goes back and what has gone, with the transaction and the time. */
export function refundRows(view: View, order: ShownOrder): Html | false {
  const back = goingBack(order);
  if (back.length === 0) return false;
  return html`${back.map((one) => row(view, one))}`;
}

function row(view: View, { amount, address, txid, confirmedAt }: PayerRefund): Html {
  const key = confirmedAt === null ? 'onItsWayBack' : 'givenBack';
  const shown = shownAmount(amount, view.language.code).replaceAll(' ', '\u00a0');
  return html`<div><dt>${say(view, key)}</dt><dd>${shown}, <code>${shortAddress(address)}</code>${
    confirmedAt !== null && html`, ${time(view, confirmedAt)}`
  }${txid !== null && html`, ${say(view, 'transaction')} <code>${shortTransaction(txid)}</code>`}</dd></div>`;
}

/** All that went back, as the heading says it. */
export function backAmount(order: ShownOrder): bigint {
  return order.givenBack?.amount ?? sumOf(goingBack(order));
}

/** When the last of it went back. */
export function backAt(order: ShownOrder): Date | null {
  const times = goingBack(order).flatMap(({ confirmedAt }) => (confirmedAt === null ? [] : [confirmedAt.getTime()]));
  return order.givenBack?.at ?? (times.length === 0 ? null : new Date(Math.max(...times)));
}

function shortAddress(address: string): string {
  return `${address.slice(0, 10)}…${address.slice(-8)}`;
}

function shortTransaction(txid: string): string {
  return txid.length > 20 ? `${txid.slice(0, 8)}…${txid.slice(-6)}` : txid;
}
