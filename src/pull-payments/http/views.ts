import type { AgreementDetail } from '#pull-payments/service-type.ts';
import type { Agreement, Balances, Pull, PullPacket, Push, Terms } from '#pull-payments/types.ts';

/** How operators are shown what is here. */

/** @param host what pointers begin with; null while pull payments are off. */
export function pullPointerView(agreement: Agreement, host: string | null) {
  const { id, source, state, revision, terms, balances, createdAt, updatedAt } = agreement;
  return {
    id,
    pointer: source === 'online' && host !== null ? `$${host}/${id}` : null,
    source,
    state,
    revision,
    ...termsView(terms),
    balance: balanceView(balances),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

export function pullPointerDetailView(detail: AgreementDetail, host: string | null) {
  return {
    ...pullPointerView(detail, host),
    revisions: detail.revisions.map(({ revision, terms, since, by, reason }) => ({
      revision,
      since: since.toISOString(),
      by,
      reason,
      ...termsView(terms),
    })),
    unknown_packets: detail.unknownPackets,
  };
}

function termsView(terms: Terms) {
  return {
    amount: String(terms.amount),
    asset_code: terms.asset.code,
    asset_scale: terms.asset.scale,
    start: terms.startAt.toISOString(),
    expiry: timeOrNull(terms.expiryAt),
    interval: terms.interval,
    cycles: terms.cycles,
    cap: terms.cap,
    max_pull: terms.maxPull === null ? null : String(terms.maxPull),
    webhook: terms.webhook,
    description: terms.description,
    reference: terms.reference,
  };
}

function balanceView({ total, interval, available, held, cycle, intervalEndsAt, obstacle }: Balances) {
  return {
    total: String(total),
    interval: String(interval),
    available: String(available),
    held: String(held),
    cycle,
    interval_ends_at: timeOrNull(intervalEndsAt),
    obstacle,
  };
}

export function pullView({ id, agreementId, asset, sent, debit, held, startedAt, endedAt }: Pull) {
  return {
    id,
    pull_pointer_id: agreementId,
    asset_code: asset.code,
    asset_scale: asset.scale,
    sent: String(sent),
    debit: String(debit),
    held: String(held),
    started_at: startedAt.toISOString(),
    ended_at: timeOrNull(endedAt),
  };
}

export function packetView(packet: PullPacket) {
  return {
    id: packet.id,
    pull_pointer_id: packet.agreementId,
    pull_id: packet.pullId,
    amount: String(packet.amount),
    state: packet.state,
    debit: String(packet.debit),
    cycle: packet.cycle,
    reject_code: packet.rejectCode,
    fulfillment: packet.fulfillment,
    expires_at: packet.expiresAt.toISOString(),
    sent_at: packet.sentAt.toISOString(),
    settled_at: timeOrNull(packet.settledAt),
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

function timeOrNull(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
