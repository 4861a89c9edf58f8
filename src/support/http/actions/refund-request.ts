import * as z from 'zod';
import type { RefundAsk, RefundPreview, RefundQuote } from '#payouts/types.ts';
import { orderId } from '#platform/http/fields.ts';
import { type Html, html } from '#platform/http/html.ts';
import { type ConsolePorts, defineForm, type FormState, type Submission, type Visit } from '#support/http/page.ts';
import { address, amount, facts, numberText, shopPrice } from '#support/http/templates/parts.ts';
import { refundTable } from '#support/http/templates/refunds.ts';
import { formatTari } from '#tari/micro-tari.ts';
import { MAX_ADDRESS_LENGTH, typedAddress } from './address-field.ts';
import {
  AMOUNT_HINT,
  actionPage,
  type Choice,
  choice,
  field,
  MAX_AMOUNT_LENGTH,
  reasonField,
  requiredReason,
  typedAmount,
} from './form-page.ts';
import { REFUNDERS } from './refund-roles.ts';

/**
 * Asking for a refund, in two steps: what is typed, and what the server makes of it. The second step sends the same fields
 * again with the amount that was shown; if that has changed meanwhile, it is shown again rather than done.
 */

const KINDS = ['all', 'part', 'part_shop', 'surplus', 'late'] as const;

const fields = z.object({
  kind: z.enum(KINDS, { error: 'Choose what goes back' }),
  amount: z.string().max(MAX_AMOUNT_LENGTH).default(''),
  shop_amount: z.string().max(MAX_AMOUNT_LENGTH).default(''),
  rate: z.enum(['order', 'today']).default('order'),
  to: z.enum(['payer', 'customer', 'address'], { error: 'Choose where it goes' }),
  address: z.string().max(MAX_ADDRESS_LENGTH).default(''),
  reason: requiredReason,
  visible: z.literal('yes').optional(),
  in_shop: z.literal('yes').optional(),
  /** What the second step has shown. */
  shown: z.string().max(MAX_ADDRESS_LENGTH).optional(),
});

type Fields = z.output<typeof fields>;

const part = typedAmount(1n);

/** An empty amount is never "all of it". */
const body = fields.transform((typed, context) => {
  const fail = (path: string, message: string) => {
    context.issues.push({ code: 'custom', path: [path], message, input: typed });
    return z.NEVER;
  };
  const ask: Omit<RefundAsk, 'orderId'> = {
    kind: typed.kind === 'part_shop' ? 'part' : typed.kind,
    rate: typed.rate,
    to: typed.to === 'address' ? { address: '' } : typed.to,
    reason: typed.reason,
    visibleToCustomer: typed.visible === 'yes',
    recordInShop: typed.in_shop === 'yes',
  };
  if (typed.kind === 'part') {
    const amount = part.safeParse(typed.amount);
    if (!amount.success) return fail('amount', amount.error.issues[0]?.message ?? '');
    ask.amount = amount.data;
  }
  if (typed.kind === 'part_shop') {
    if (typed.shop_amount.trim() === '') return fail('shop_amount', 'Write an amount');
    ask.shopAmount = typed.shop_amount.trim();
  }
  if (typed.to === 'address') {
    const to = typedAddress.safeParse(typed.address);
    if (!to.success) return fail('address', to.error.issues[0]?.message ?? '');
    ask.to = { address: to.data };
  }
  return { typed, ask };
});

type Body = z.output<typeof body>;

export function refundRequestForm({ services: { payouts } }: ConsolePorts) {
  return defineForm<{ order: string }, Body>({
    path: '/orders/:order/refund',
    title: 'Give money back',
    roles: REFUNDERS,
    params: z.object({ order: orderId }),
    body,
    async show({ params: { order }, link, visitor }, form) {
      const quote = await payouts.refunds.quote(order, visitor.principal);
      const back = link(`/orders/${encodeURIComponent(quote.orderId)}`);
      const heading = `Give money back: ${quote.name ?? quote.orderId}`;
      const kinds = possibleKinds(quote);
      if (kinds.length === 0) return nothingToGive(heading, quote, link, back);
      return actionPage(form, {
        heading,
        about: aboutQuote(quote, link),
        sentence:
          'The next page shows what that comes to. The money leaves the books when you ask for it there, so that it can neither be spent nor given back twice; a wallet sends it once it is approved.',
        fields: requestFields(form, quote, kinds),
        button: 'Show what it comes to',
        back,
      });
    },
    async submit(visit, { typed, ask }) {
      const asked = { ...ask, orderId: visit.params.order };
      const preview = await payouts.refunds.preview(visit.visitor.principal, asked);
      if (typed.shown !== shownOf(preview)) return secondStep(visit, typed, preview);
      const refund = await payouts.refunds.request(visit.change, asked);
      return {
        to: `/refunds/${encodeURIComponent(refund.id)}`,
        notice: noticeOf(refund.state, formatTari(refund.amount)),
      };
    },
  });
}

function noticeOf(state: string, shown: string): string {
  if (state === 'waiting_for_address')
    return `${shown} are set aside. The customer now chooses on the order’s page where they go.`;
  if (state === 'waiting_for_approval') return `${shown} are set aside. A second person must approve the refund.`;
  return `${shown} are approved. The wallet sends them next.`;
}

function possibleKinds({ rest, surplus, late, shopRest, currency }: RefundQuote): Choice[] {
  const ofShop = shopRest === null ? '' : ` = ${shopRest} ${currency}`;
  const kinds: (Choice | false)[] = [
    rest > 0n && { value: 'all', label: html`all that is left of it: ${amount(rest)}${ofShop}` },
    rest > 0n && { value: 'part', label: 'a part of it, in XTM (below)' },
    rest > 0n && shopRest !== null && { value: 'part_shop', label: `a part of it, in ${currency} (below)` },
    late > 0n && { value: 'late', label: html`what came too late: ${amount(late)}` },
    surplus > 0n && { value: 'surplus', label: html`credit of the customer: ${amount(surplus)}` },
  ];
  return kinds.filter((kind) => kind !== false);
}

function requestFields(form: FormState, quote: RefundQuote, kinds: readonly Choice[]): Html[] {
  const { currency, shopRest, todayRate, orderRate, payer, rest, late } = quote;
  const wallet = rest > 0n ? payer.order : late > 0n ? payer.late : payer.surplus;
  const hasShopPrice = shopRest !== null;
  return [
    choice(form, 'kind', 'What goes back', kinds),
    field(form, {
      name: 'amount',
      label: 'Part in XTM',
      hint: `${AMOUNT_HINT} Only for a part; for credit and late money, all of it goes back.`,
      maxLength: MAX_AMOUNT_LENGTH,
      kind: 'amount',
    }),
    html`${
      hasShopPrice &&
      field(form, {
        name: 'shop_amount',
        label: `Part in ${currency}`,
        hint: `At most ${shopRest} ${currency}.`,
        maxLength: MAX_AMOUNT_LENGTH,
        kind: 'amount',
      })
    }`,
    html`${
      hasShopPrice &&
      choice(form, 'rate', `Rate of ${currency}`, [
        { value: 'order', label: `as at the order: 1 ${currency} = ${rateText(orderRate)} XTM` },
        ...(todayRate === null
          ? []
          : [
              {
                value: 'today',
                label: `as now: 1 ${currency} = ${rateText(todayRate)} XTM. Never more XTM than were paid`,
              },
            ]),
      ])
    }`,
    choice(form, 'to', 'Where it goes', [
      ...(wallet === null
        ? []
        : [
            {
              value: 'payer',
              label: `the wallet that paid (${wallet.proven ? 'proven by a signature' : 'stated by the payment, proven by nothing'})`,
            },
          ]),
      { value: 'customer', label: 'let the customer choose on the order’s page' },
      { value: 'address', label: 'this address, which a second person must approve (below)' },
    ]),
    field(form, { name: 'address', label: 'Address', maxLength: MAX_ADDRESS_LENGTH }),
    reasonField(form, 'For the audit log, and for the customer if you tick the box.'),
    checkbox(form, 'visible', 'The customer sees the reason on the order’s page'),
    html`${hasShopPrice && checkbox(form, 'in_shop', 'Record the refund in the shop once it is paid', true)}`,
  ];
}

/** A box that is ticked by default stays unticked in a form that comes back without it. */
function checkbox({ values }: FormState, name: string, label: string, isDefault = false): Html {
  const isFresh = values.kind === undefined;
  const isChecked = isFresh ? isDefault : values[name] === 'yes';
  return html`<label class="line"><input type="checkbox" name="${name}" value="yes"${isChecked && html` checked`}> <span>${label}</span></label>`;
}

/** The amount in µT, and the address that it goes to. */
function shownOf({ amount: shown, address: to }: RefundPreview): string {
  return `${shown} ${to?.address ?? ''}`;
}

/** What the server makes of it. Nothing has happened yet. */
function secondStep(visit: Submission<{ order: string }>, typed: Fields, preview: RefundPreview) {
  const { amount: shown, address: to, needsApproval, shopAmount, currency } = preview;
  const { link } = visit;
  const isAtOnce = to !== null && needsApproval === null;
  const kept = Object.entries({ ...typed, shown: shownOf(preview) }).filter(([, value]) => value !== undefined);
  const button = isAtOnce ? `Give back ${formatTari(shown)}` : `Ask for ${formatTari(shown)}`;
  const content = html`<h1>Give back ${formatTari(shown)}?</h1>
<form class="card tall" method="post">
${facts([
  ['Amount', html`${amount(shown)} ${shopPrice(shopAmount, currency ?? '')}`],
  ['Order', preview.orderId],
  [
    'Goes to',
    to === null
      ? 'the address that the customer chooses on the order’s page'
      : html`${address(to.address, link)} <small>${to.proven ? 'proven by a signature' : 'proven by nothing'}</small>`,
  ],
  ['Second person', needsApproval ?? 'not needed: it is within your limit and goes to a proven wallet'],
  ['Reason', typed.reason],
  ['The customer sees the reason', typed.visible === 'yes' ? 'yes' : 'no'],
])}
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${visit.hidden()}
<p><button class="main">${button}</button> <a class="button" href="${link(visit.path)}">Back to the form</a></p>
</form>`;
  return { title: 'Give money back', content };
}

function aboutQuote(quote: RefundQuote, link: Visit['link']): Html {
  const { limits } = quote;
  return html`<div class="card">${facts([
    [
      'Order',
      html`<a href="${link(`/orders/${encodeURIComponent(quote.orderId)}`)}">${quote.name ?? quote.orderId}</a> ${quote.status}`,
    ],
    ['Price', html`${amount(quote.price)} ${shopPrice(quote.shopPrice, quote.currency)}`],
    ['Given back so far', amount(quote.refunded)],
    ['Can be given back', amount(quote.rest)],
    [
      'Without a second person you can give',
      html`${amount(limits.leftOfPerson < limits.leftOfDay ? limits.leftOfPerson : limits.leftOfDay)} today`,
    ],
  ])}${quote.refunds.length > 0 && refundTable(quote.refunds, link, 'Refunds of this order', '')}</div>`;
}

function nothingToGive(heading: string, quote: RefundQuote, link: Visit['link'], back: string) {
  const content = html`<h1>${heading}</h1>${aboutQuote(quote, link)}<div class="card"><p>Nothing can be given back: no money that came on the chain has paid it or is left of it.</p><p><a class="button" href="${back}">Back to the order</a></p></div>`;
  return { title: heading, content, status: 409 };
}

/** µT per unit as XTM, without zeros at the end. */
function rateText(rate: bigint): string {
  const [whole = '', decimals = ''] = formatTari(rate).replace(' XTM', '').split('.');
  const shown = decimals.replace(/0+$/, '');
  return shown === '' ? numberText(BigInt(whole)) : `${numberText(BigInt(whole))}.${shown}`;
}
