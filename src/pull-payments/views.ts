import type { Agreement, Balances, Pull, PullPacket, Push, Terms } from './types.ts';

/**
 * How events, the audit log and operators' routes show what is here. Amounts are texts: those of some assets exceed 64
 * bits. Events and the audit log may be read by those who must not pull: they show no id of an agreement in full.
 */

/** An agreement without what would let its readers pull from it. */
export type PointerView = ReturnType<typeof pointerView>;
export type AgreementView = ReturnType<typeof agreementView>;
export type BalanceView = ReturnType<typeof balanceView>;
export type PullView = ReturnType<typeof pullView>;
export type PacketView = ReturnType<typeof packetView>;
export type PushView = ReturnType<typeof pushView>;

/** The part of an agreement's id that is shown: all of it is what a pointer ends with, and that is money. */
const SHOWN_OF_ID = 8;

export function shortId(id: string): string {
  return id.slice(0, SHOWN_OF_ID);
}

/** What events and the audit log say they are about. */
export function subjectOf(agreementId: string): string {
  return `pull pointer ${shortId(agreementId)}`;
}

export function pointerView({ id, ordinal, reference }: { id: string; ordinal: bigint; reference: string | null }) {
  return { number: Number(ordinal), id_begins: shortId(id), reference };
}

/** Without the webhook, whose URL may hold a token. */
export function agreementView({ id, source, state, terms, revision, balances, ...times }: Agreement, ordinal: bigint) {
  return {
    ...pointerView({ id, ordinal, reference: terms.reference }),
    source,
    state,
    revision,
    ...termsView(terms),
    balance: balanceView(balances),
    created_at: times.createdAt.toISOString(),
    updated_at: times.updatedAt.toISOString(),
  };
}

export function termsView({ amount, asset, startAt, expiryAt, interval, cycles, cap, maxPull, description }: Terms) {
  return {
    amount: String(amount),
    ...assetView(asset),
    start: startAt.toISOString(),
    expiry: expiryAt?.toISOString() ?? null,
    interval,
    cycles,
    cap,
    max_pull: maxPull === null ? null : String(maxPull),
    description,
  };
}

export function balanceView({ total, interval, available, held, cycle }: Balances) {
  return {
    total: String(total),
    interval: String(interval),
    available: String(available),
    held: String(held),
    cycle,
  };
}

export function pullView({ id, asset, sent, debit, startedAt, endedAt }: Pull) {
  return {
    id,
    ...assetView(asset),
    sent: String(sent),
    debit: String(debit),
    started_at: startedAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
  };
}

export function packetView(packet: PullPacket) {
  return {
    id: packet.id,
    pull_id: packet.pullId,
    amount: String(packet.amount),
    debit: String(packet.debit),
    state: packet.state,
    reject_code: packet.rejectCode,
    fulfillment: packet.fulfillment,
    sent_at: packet.sentAt.toISOString(),
    settled_at: packet.settledAt?.toISOString() ?? null,
    resolved_by: packet.resolvedBy,
  };
}

export function pushView({ id, asset, amount, packets, startedAt, updatedAt }: Push) {
  return {
    id,
    ...assetView(asset),
    amount: String(amount),
    packets,
    started_at: startedAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

function assetView({ code, scale }: Terms['asset']) {
  return { asset_code: code, asset_scale: scale };
}
