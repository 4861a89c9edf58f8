import type { Agreement, Balances, Pull, PullPacket, Push } from './types.ts';

/** How events and the audit log show what is here. Amounts are texts: those of some assets exceed 64 bits. */

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

export function agreementView(
  { id, source, state, terms, revision, balances, ...agreement }: Agreement,
  ordinal: bigint,
) {
  return {
    ...pointerView({ id, ordinal, reference: terms.reference }),
    source,
    state,
    revision,
    amount: String(terms.amount),
    asset_code: terms.asset.code,
    asset_scale: terms.asset.scale,
    start: terms.startAt.toISOString(),
    expiry: terms.expiryAt?.toISOString() ?? null,
    interval: terms.interval,
    cycles: terms.cycles,
    cap: terms.cap,
    max_pull: terms.maxPull === null ? null : String(terms.maxPull),
    description: terms.description,
    balance: balanceView(balances),
    created_at: agreement.createdAt.toISOString(),
    updated_at: agreement.updatedAt.toISOString(),
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
    asset_code: asset.code,
    asset_scale: asset.scale,
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
    asset_code: asset.code,
    asset_scale: asset.scale,
    amount: String(amount),
    packets,
    started_at: startedAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
