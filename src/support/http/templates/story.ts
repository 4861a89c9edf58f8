import type { OrderStory } from '#engine/desk/desk.ts';
import type { Payment } from '#engine/store/payments.ts';
import type { OrderView } from '#engine/views.ts';
import type { Note } from '#notes/store/notes.ts';
import type { PayoutView, RefundView } from '#payouts/views.ts';
import type { StoredAuditRecord } from '#platform/audit-log/store/audit-log.ts';
import { type Html, type HtmlValue, html } from '#platform/http/html.ts';
import type { Visitor } from '#platform/http/pages/visitors.ts';
import { parseJson } from '#platform/json.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import { NOTE_WRITERS } from '#support/http/actions/note-forms.ts';
import { type Link, maySee, type Visit } from '#support/http/page.ts';
import { addressToBase58, parseAddress } from '#tari/address.ts';
import { address, amount, amountText, shortened, time, written } from './parts.ts';
import { refundPath } from './refunds.ts';

/** What has happened to an order, as a person would tell it. */

export interface Chapter {
  at: Date;
  text: HtmlValue;
}

export interface StorySources {
  story: OrderStory;
  notes: readonly Note[];
  audit: readonly StoredAuditRecord[];
}

/** Oldest first. What was changed by a person is told by the audit log, with its reason. */
export function chaptersOf(
  { story, notes, audit }: StorySources,
  { link, visitor }: Pick<Visit, 'link' | 'visitor'>,
): Chapter[] {
  const chapters = [
    ...story.events.flatMap((event) => ofEvent(event, link)),
    ...story.payments.flatMap((payment) => ofPayment(payment, link)),
    ...audit.flatMap((record) => ofAudit(record, link)),
    ...notes.map((note): Chapter => ({ at: note.createdAt, text: noteText(note, link, visitor) })),
  ];
  return chapters.sort((one, other) => one.at.getTime() - other.at.getTime());
}

export function storyList(chapters: readonly Chapter[]): Html {
  return html`<ol class="story">${chapters.map(({ at, text }) => html`<li>${time(at)}${text}</li>\n`)}</ol>`;
}

interface ToldOrder {
  order?: OrderView;
  claimant?: string;
  status?: string;
  field_changed?: string;
  orders?: { old_order: OrderView; new_order: OrderView };
  refund?: RefundView | null;
  payout?: PayoutView;
}

function ofEvent({ type, payload, createdAt: at }: StoredEvent, link: Link): Chapter[] {
  const told = parseJson(payload) as ToldOrder;
  switch (type) {
    case 'NewOrder':
      return [{ at, text: `The order came: ${amountText(BigInt(told.order?.total_price ?? 0))} XTM.` }];
    case 'OrderPaid':
      return [{ at, text: html`<b>Paid.</b>` }];
    case 'OrderAnnulled':
      return [{ at, text: html`<b>${told.status === 'Expired' ? 'Expired.' : 'Cancelled.'}</b>` }];
    case 'OrderClaimed':
      return [{ at, text: html`Claimed for ${wallet(told.claimant ?? '', link)}.` }];
    case 'OrderModified':
      return [{ at, text: changeText(told) }];
    default:
      return ofRefund(type, told, link).map((text) => ({ at, text }));
  }
}

/** What became of money that goes back. Events of everything else are told otherwise. */
function ofRefund(type: string, { refund, payout }: ToldOrder, link: Link): HtmlValue[] {
  const sum = BigInt(payout?.amount ?? refund?.amount ?? 0);
  const name = refund
    ? html`<a href="${refundPath(refund.id, link)}">refund no. ${String(refund.number)}</a>`
    : 'a refund';
  switch (type) {
    case 'RefundRequested':
      return [html`${amount(sum)} set aside to be given back (${name}): ${refund?.reason}`];
    case 'RefundAddressSet':
      return [html`An address was set for ${name}.`];
    case 'RefundApproved':
      return [html`The ${name} of ${amount(sum)} was approved by ${refund?.approved_by}.`];
    case 'RefundCancelled':
      return [html`The ${name} of ${amount(sum)} was cancelled: its money is back.`];
    case 'PayoutSent':
      return [html`${amount(sum)} were sent to the customer, transaction <code>${payout?.txid}</code> (${name}).`];
    case 'PayoutConfirmed':
      return [html`<b>Given back:</b> ${amount(sum)} are confirmed (${name}).`];
    case 'PayoutFailed':
      return [html`<b class="bad">The payout failed</b> (${name}): its money is back.`];
    case 'PayoutUnknown':
      return [html`<b class="bad">Nobody knows whether ${amount(sum)} were sent</b> (${name}).`];
    default:
      return [];
  }
}

function changeText({ field_changed: field, orders }: ToldOrder): HtmlValue {
  if (orders === undefined) return 'The order was changed.';
  const { old_order: before, new_order: after } = orders;
  switch (field) {
    case 'total_price':
      return `The price was changed from ${amountText(BigInt(before.total_price))} to ${amountText(BigInt(after.total_price))} XTM.`;
    case 'status':
      return `The state was changed from ${before.status} to ${after.status}.`;
    case 'customer_id':
      return `The customer was changed from ${before.customer_id} to ${after.customer_id}.`;
    default:
      return 'The customer’s note was changed.';
  }
}

function ofPayment(payment: Payment, link: Link): Chapter[] {
  const { txid, sender, createdAt, updatedAt, status, paymentType, isLate } = payment;
  const name = html`<a href="${link(`/payments/${encodeURIComponent(txid)}`)}">${shortened(txid, 8)}</a>`;
  if (paymentType === 'manual') {
    const verb = payment.amount < 0n ? 'Taken back by hand' : 'Credited by hand';
    return [{ at: createdAt, text: html`${verb}: ${amount(payment.amount)} (${name}).` }];
  }
  const seen = html`Payment of ${amount(payment.amount)} came, transaction ${name}, from ${wallet(sender, link)}${!payment.claimIsSigned && html` <span class="soft">(stated, not proven)</span>`}.`;
  const chapters: Chapter[] = [{ at: createdAt, text: seen }];
  if (status === 'confirmed') {
    chapters.push({
      at: updatedAt,
      text: html`The payment ${name} was confirmed${isLate ? html`, <b class="bad">too late</b>` : ''}.`,
    });
  }
  if (status === 'cancelled')
    chapters.push({ at: updatedAt, text: html`The payment ${name} was <b class="bad">cancelled</b>.` });
  return chapters;
}

/** Notes and expiries are told elsewhere. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['add note', 'strike out note']);

function ofAudit({ action, actor, reason, createdAt, id }: StoredAuditRecord, link: Link): Chapter[] {
  if (TOLD_ELSEWHERE.has(action)) return [];
  const why = reason === null ? '' : html`: “${reason}”`;
  return [
    { at: createdAt, text: html`${actorName(actor, link)} <a href="${link(`/audit-log/${id}`)}">${action}</a>${why}` },
  ];
}

/** A note with its author; those who may can strike it out. */
export function noteText({ id, author, text, strike }: Note, link: Link, visitor: Visitor): Html {
  if (strike !== null) {
    return html`<p>${actorName(author, link)} wrote <del>${text}</del></p><p class="soft">Struck out by ${actorName(strike.by, link)}: “${strike.reason}”</p>`;
  }
  const strikeLink =
    maySee(visitor, NOTE_WRITERS) && html` <a class="small" href="${link(`/notes/${id}/strike`)}">strike out…</a>`;
  return html`<p>${actorName(author, link)} wrote${strikeLink}</p>${written(text)}`;
}

/** Who acted: a person, a wallet, or a part of the server. */
export function actorName(actor: string, link: Link): Html {
  return isAddress(actor) ? address(actor, link) : html`<b>${actor}</b>`;
}

/** A sender as a wallet reported it, which may be no address. */
export function wallet(sender: string, link: Link): Html {
  return isAddress(sender) ? address(sender, link) : html`<code>${shortened(sender, 12)}</code>`;
}

export function isAddress(text: string): boolean {
  try {
    return addressToBase58(parseAddress(text)) === text;
  } catch {
    return false;
  }
}
