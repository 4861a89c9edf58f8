import { bareAmount, shownAmount, shownNumber } from '#checkout/amounts.ts';
import { say, supportLink, time, type View } from '#checkout/http/view.ts';
import { qrCode } from '#checkout/qr-code.ts';
import { arriving, CONFIRMATIONS, canPay, confirmationsOf, type PayerState, type ShownOrder } from '#checkout/state.ts';
import { type Html, html } from '#platform/http/html.ts';
import { parseAddress } from '#tari/address.ts';
import { isTariCurrency } from '#tari/micro-tari.ts';
import { paymentLink } from '#tari/wallet-link.ts';
import { backAmount, backAt, refundForm, refundRows } from './refund.ts';

/** The part of an order's page that changes while the page is open. It is the same on first load, live and without script. */

export interface Fragment {
  html: Html;
  title: string;
  state: PayerState;
}

/** The order's name as its customer knows it. */
export function shownName({ name, orderId }: Pick<ShownOrder, 'name' | 'orderId'>): string {
  return name ?? orderId;
}

export function orderFragment(view: View, order: ShownOrder, state: Exclude<PayerState, 'unknown'>): Fragment {
  const title = say(view, 'pageTitle', { order: say(view, 'order', { order: shownName(order) }) });
  const shown = html`<div class="live ${TONES[state]}" data-state="${state}" data-title="${title}"${canPay(state) && html` data-pays`}>
${head(view, order, state)}
${sentence(view, order, state)}
${canPay(state) && payBox(view, order)}
${action(view, order, state)}
${HAS_RECEIPT.has(state) && receipt(view, order)}
</div>`;
  return { html: shown, title, state };
}

/** An order that is not known, or not to who asks: one answer for all of them. */
export function unknownFragment(view: View): Fragment {
  const title = say(view, 'unknown');
  const shown = html`<div class="live" data-state="unknown" data-title="${title}">
<div class="head"><h1 tabindex="-1">${title}</h1></div>
<div class="say"><p>${say(view, 'unknownText')}</p></div>
</div>`;
  return { html: shown, title, state: 'unknown' };
}

/** Those whose receipt is shown: what was paid, and what went back. */
const HAS_RECEIPT: ReadonlySet<PayerState> = new Set(['paid', 'over', 'refunding', 'refunded']);

const TONES: Readonly<Record<Exclude<PayerState, 'unknown'>, 'good' | 'warn' | ''>> = {
  waiting: '',
  on_its_way: '',
  seen: '',
  short: 'warn',
  covered: 'good',
  paid: 'good',
  over: 'good',
  late: 'warn',
  expired: 'warn',
  cancelled: 'warn',
  refund_waiting: '',
  refunding: '',
  refunded: 'good',
};

function head(view: View, order: ShownOrder, state: Exclude<PayerState, 'unknown'>): Html {
  return html`<div class="head">
<p>${say(view, 'order', { order: shownName(order) })}</p>
<h1 tabindex="-1">${heading(view, order, state)}</h1>
${!['refund_waiting', 'refunding', 'refunded', 'late'].includes(state) && shopPrice(view, order)}
</div>`;
}

function heading(view: View, order: ShownOrder, state: Exclude<PayerState, 'unknown'>): Html | string {
  const amount = (microTari: bigint) => shownAmount(microTari, view.language.code);
  const withAmount = (label: string, microTari: bigint) =>
    html`<small>${label}</small> <span class="big">${amount(microTari)}</span>`;
  switch (state) {
    case 'waiting':
      return withAmount(say(view, 'toPay'), order.missing ?? 0n);
    case 'short':
      return withAmount(say(view, 'stillMissing'), order.missing ?? 0n);
    case 'on_its_way':
      return withAmount(say(view, 'onItsWay'), order.seen);
    case 'seen':
      return withAmount(say(view, 'seen'), arriving(order));
    case 'covered':
      return say(view, 'covered');
    case 'paid':
    case 'over':
      return html`<small>✓ ${say(view, 'paid')}</small> <span class="big">${amount(order.price)}</span>`;
    case 'late':
      return say(view, 'late');
    case 'expired':
      return say(view, 'expired');
    case 'cancelled':
      return say(view, 'cancelled');
    case 'refund_waiting':
      return say(view, 'refundWaiting', { amount: amount(order.refund?.amount ?? 0n) });
    case 'refunding':
      return say(view, 'refunding', { amount: amount(backAmount(order)) });
    case 'refunded':
      return say(view, 'refunded', { amount: amount(backAmount(order)) });
  }
}

/** In the shop's currency, small and with its unit, so that it is not mistaken for the amount in Tari. */
function shopPrice(view: View, { shopPrice, currency }: ShownOrder): Html | false {
  if (shopPrice === null || isTariCurrency(currency)) return false;
  return html`<p>${shownNumber(shopPrice, view.language.code)} ${currency}</p>`;
}

function sentence(view: View, order: ShownOrder, state: Exclude<PayerState, 'unknown'>): Html {
  const amount = (microTari: bigint) => shownAmount(microTari, view.language.code);
  const more: (string | Html | false)[] = [];
  const credit = order.creditUsed > 0n && say(view, 'creditText', { credit: amount(order.creditUsed) });
  if (state === 'waiting' || state === 'short') more.push(credit);
  if (state === 'waiting' && !order.watchesMempool) more.push(say(view, 'blockText'));
  if (state === 'seen' || state === 'on_its_way') more.push(stillMissing(view, order));
  if (state === 'refund_waiting' && order.refund?.reason) more.push(order.refund.reason);
  return html`<div class="say">
<p>${sentenceText(view, order, state)}</p>
${state === 'seen' && progress(view, order)}
${more.filter((text) => text !== false).map((text) => html`<p>${text}</p>`)}
</div>`;
}

function sentenceText(view: View, order: ShownOrder, state: Exclude<PayerState, 'unknown'>): string | Html {
  const amount = (microTari: bigint) => shownAmount(microTari, view.language.code);
  const late = { amount: amount(order.leftOver + order.received + arriving(order)) };
  switch (state) {
    case 'waiting':
      return order.payTo === null ? say(view, 'noAddressText') : say(view, 'waitingText');
    case 'short':
      return say(view, 'shortText', { received: amount(order.received), price: amount(order.price) });
    case 'on_its_way':
      return say(view, 'onItsWayText');
    case 'seen':
      return say(view, 'seenText');
    case 'covered':
      return say(view, 'coveredText');
    case 'paid':
      return say(view, 'paidText');
    case 'over':
      return say(view, order.hasCustomer ? 'overText' : 'overGuestText', { amount: amount(order.leftOver) });
    case 'late':
      return say(view, order.hasCustomer ? 'lateText' : 'lateGuestText', late);
    case 'expired':
      return say(view, 'expiredText');
    case 'cancelled':
      return say(view, 'cancelledText');
    case 'refund_waiting':
      return say(view, 'refundWaitingText');
    case 'refunding':
      return say(view, 'refundingText');
    case 'refunded':
      return refundedText(view, order);
  }
}

/** The time within it is the visitor's own, as every other. */
function refundedText(view: View, order: ShownOrder): Html {
  const at = backAt(order);
  const [before = '', after = ''] = say(view, 'refundedText').split('{time}');
  return html`${before}${at !== null && time(view, at)}${after}`;
}

/** What is missing of the price even when all that is on its way has come. */
function stillMissing(view: View, order: ShownOrder): string | false {
  const missing = (order.missing ?? 0n) - order.seen - arriving(order);
  return missing > 0n && say(view, 'missingAfter', { amount: shownAmount(missing, view.language.code) });
}

function progress(view: View, order: ShownOrder): Html {
  const count = confirmationsOf(order);
  const steps = Array.from(
    { length: CONFIRMATIONS },
    (_, index) => html`<i${index < (count ?? 0) && html` class="on"`}></i>`,
  );
  const text = count === null ? false : html`<p>${say(view, 'confirmations', { count, all: CONFIRMATIONS })}</p>`;
  return html`<div class="steps${count === 0 || count === null ? ' wait' : ''}" aria-hidden="true">${steps}</div>${text}`;
}

/** Where and how much to pay: the link, its QR code, and both parts of it to be copied. */
function payBox(view: View, order: ShownOrder): Html | false {
  const { payTo, network, missing, dueAt } = order;
  if (payTo === null || network === null || missing === null) return false;
  const link = paymentLink({ network, address: parseAddress(payTo), amount: missing });
  const amount = shownAmount(missing, view.language.code);
  return html`<div class="pay">
<a class="button main" href="${link}">${say(view, 'openWallet')}</a>
<div class="scan"><p class="note">${say(view, 'orScan')}</p>
${qrCode(link, say(view, 'qrLabel', { amount, order: shownName(order) }))}</div>
<dl>
${field(view, { term: 'amount', shown: html`<b>${amount}</b>`, copied: bareAmount(missing), label: 'copyAmount' })}
${field(view, { term: 'address', shown: html`<code>${payTo.slice(0, 10)}…${payTo.slice(-8)}</code>`, copied: payTo, label: 'copyAddress' })}
${dueAt !== null && html`<div class="field"><dt>${say(view, 'payUntil')}</dt><dd>${time(view, dueAt)}</dd><dd class="left" data-until="${dueAt.toISOString()}" data-text="${view.language.texts.timeLeft}" hidden></dd></div>`}
</dl>
</div>`;
}

interface Field {
  term: 'amount' | 'address';
  shown: Html;
  /** What is copied: bare, as a wallet takes it. */
  copied: string;
  label: 'copyAmount' | 'copyAddress';
}

function field(view: View, { term, shown, copied, label }: Field): Html {
  return html`<div class="field"><dt>${say(view, term)}</dt><dd>${shown}</dd>
<dd><button type="button" hidden data-copy="${copied}" data-done="${say(view, 'copied')}" aria-label="${say(view, label)}">${say(view, 'copy')}</button></dd></div>`;
}

/** The one thing to do if it is not paying. */
function action(view: View, order: ShownOrder, state: Exclude<PayerState, 'unknown'>): Html | false {
  const { shopUrl } = view.shop;
  const support = supportLink(view, say(view, 'order', { order: shownName(order) }));
  const back = shopUrl !== null && html`<a class="button main" href="${shopUrl}">${say(view, 'backToShop')}</a>`;
  const ask = (text: 'askShop' | 'sendBack', isMain: boolean) =>
    support !== undefined && html`<a class="button${isMain && ' main'}" href="${support}">${say(view, text)}</a>`;
  switch (state) {
    case 'over':
      return html`${back}${ask('sendBack', false)}`;
    case 'late':
      return html`${ask('sendBack', true)}`;
    case 'refund_waiting':
      return refundForm(view, order);
    case 'cancelled':
      return html`${ask('askShop', true)}`;
    case 'expired':
    case 'refunding':
    case 'refunded':
      return back;
    case 'paid':
      return back;
    case 'waiting':
      return order.payTo === null && ask('askShop', true);
    default:
      return false;
  }
}

function receipt(view: View, order: ShownOrder): Html {
  const amount = (microTari: bigint) => shownAmount(microTari, view.language.code);
  const row = (key: Parameters<typeof say>[1], value: Html | string) =>
    html`<div><dt>${say(view, key)}</dt><dd>${value}</dd></div>`;
  const { shopPrice, currency, rate } = order;
  const inShop = shopPrice !== null && !isTariCurrency(currency);
  const language = view.language.code;
  return html`<section class="receipt"><h2>${say(view, 'receipt')}</h2>
<dl class="rows">
${row('price', inShop ? `${amount(order.price)} (${shownNumber(shopPrice, language)} ${currency})` : amount(order.price))}
${inShop && row('rate', say(view, 'rateFixed', { currency, amount: amount(rate) }))}
${order.status === 'Paid' && order.closedAt !== null && row('paidOn', time(view, order.closedAt))}
${order.forgiven > 0n && row('forgiven', amount(order.forgiven))}
${refundRows(view, order)}
${order.payments.map((payment) => row('transaction', html`<code>${shortened(payment.txid)}</code>, ${unbroken(amount(payment.amount))}`))}
</dl>
<p><button type="button" hidden data-print="1">${say(view, 'print')}</button></p>
</section>`;
}

/** On a narrow screen no line ends between a number and its unit. */
function unbroken(amount: string): string {
  return amount.replaceAll(' ', '\u00a0');
}

const MAX_SHOWN = 20;

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, 8)}…${text.slice(-6)}` : text;
}
