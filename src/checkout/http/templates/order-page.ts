import { shownAmount } from '#checkout/amounts.ts';
import { say, supportLink, type View } from '#checkout/http/view.ts';
import { canPay, type ShownOrder } from '#checkout/state.ts';
import { type Html, html } from '#platform/http/html.ts';
import { addressToEmoji, parseAddress } from '#tari/address.ts';
import { isTariCurrency } from '#tari/micro-tari.ts';
import { layout, newsWithoutScript } from './layout.ts';
import { entryForm } from './messages.ts';
import { type Fragment, shownName } from './order.ts';
import { type RefundOutcome, refundOutcome } from './refund.ts';

/** What became of a claim that was sent by the page's form. */
export const CLAIM_OUTCOMES = ['done', 'wrong', 'refused'] as const;
export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];

export interface OrderPage {
  view: View;
  fragment: Fragment;
  /** Undefined for one that is not known. */
  order: ShownOrder | undefined;
  /** Where the page's stream begins. */
  events: string;
  claim: ClaimOutcome | undefined;
  refund: RefundOutcome | undefined;
}

export function orderPage({ view, fragment, order, events, claim, refund }: OrderPage): string {
  const content = html`<main data-events="${events}"${order !== undefined && html` data-order="${order.orderId}"`}>
${order !== undefined && testNetwork(view, order)}
${order !== undefined && refund !== undefined && refundOutcome(view, refund)}
<section class="card">
<div id="live">${fragment.html}</div>
${newsWithoutScript(view)}
</section>
<p id="said" class="unseen" role="status"></p>
${order === undefined ? html`<section class="card">${entryForm(view, 'h2')}</section>` : html`${canPay(fragment.state) && details(view, order, claim)}${help(view, order)}`}
</main>`;
  return layout(view, fragment.title, content);
}

function testNetwork(view: View, { network }: ShownOrder): Html | false {
  if (network === null || network === 'mainnet') return false;
  return html`<p class="test">${say(view, 'testNetwork', { network })}</p>`;
}

function details(view: View, order: ShownOrder, claim: ClaimOutcome | undefined): Html {
  const { payTo, network, currency, rate } = order;
  const row = (key: Parameters<typeof say>[1], value: Html | string) =>
    html`<div><dt>${say(view, key)}</dt><dd>${value}</dd></div>`;
  const amount = shownAmount(rate, view.language.code);
  return html`<details class="more" id="details"${claim !== undefined && html` open`}><summary>${say(view, 'details')}</summary><div>
<dl class="rows">
${row('orderId', order.orderId)}
${payTo !== null && row('address', html`<code>${payTo}</code>`)}
${payTo !== null && row('emoji', addressToEmoji(parseAddress(payTo)))}
${!isTariCurrency(currency) && row('rate', say(view, 'rateFixed', { currency, amount }))}
${network !== null && row('network', network)}
</dl>
${claimForm(view, order, claim)}
</div></details>`;
}

const OUTCOME_TEXTS = { done: 'claimDone', wrong: 'claimWrong', refused: 'claimRefused' } as const;

function claimForm(view: View, { orderId }: ShownOrder, claim: ClaimOutcome | undefined): Html {
  return html`<form action="${view.path}/claim" method="post">
<h2>${say(view, 'claimTitle')}</h2>
${claim !== undefined && html`<p class="say">${say(view, OUTCOME_TEXTS[claim])}</p>`}
<p class="note">${say(view, 'claimText')} <code>ADDRESS:${orderId}</code></p>
<p class="note">${say(view, 'claimTool')} <code>taritools claim ${orderId}</code></p>
<label>${say(view, 'yourAddress')}<input name="address" required maxlength="1400" autocomplete="off" spellcheck="false"></label>
<label>${say(view, 'signature')}<input name="signature" required maxlength="129" autocomplete="off" spellcheck="false"></label>
<button>${say(view, 'claim')}</button>
</form>`;
}

function help(view: View, order: ShownOrder): Html {
  const name = shownName(order);
  const network = order.network ?? 'mainnet';
  const support = supportLink(view, say(view, 'order', { order: name }));
  const answer = (question: Parameters<typeof say>[1], text: Parameters<typeof say>[1]) =>
    html`<div><h2>${say(view, question)}</h2><p>${say(view, text, { network, order: name })}</p></div>`;
  return html`<details class="more"><summary>${say(view, 'help')}</summary><div>
${answer('helpWalletQ', 'helpWalletA')}
${answer('helpSilentQ', 'helpSilentA')}
${answer('helpAmountQ', 'helpAmountA')}
${answer('helpExchangeQ', 'helpExchangeA')}
${answer('helpBackQ', 'helpBackA')}
${support !== undefined && html`<a class="button" href="${support}">${say(view, 'askShop')}</a>`}
</div></details>`;
}
