import type { AgreementDetail } from '#pull-payments/service-type.ts';
import type { Agreement, Pull, PullPacket, Terms } from '#pull-payments/types.ts';
import { balanceView, packetView, pullView, termsView } from '#pull-payments/views.ts';

/** What operators with the role for it are shown beside what events show: ids in full, among others. */

/** @param host what pointers begin with; null while pull payments are off. */
export function pullPointerView(agreement: Agreement, host: string | null) {
  const { id, source, state, revision, terms, balances, createdAt, updatedAt } = agreement;
  return {
    id,
    pointer: source === 'online' && host !== null ? `$${host}/${id}` : null,
    source,
    state,
    revision,
    ...allTermsView(terms),
    balance: {
      ...balanceView(balances),
      interval_ends_at: balances.intervalEndsAt?.toISOString() ?? null,
      obstacle: balances.obstacle,
    },
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
      ...allTermsView(terms),
    })),
    unknown_packets: detail.unknownPackets,
  };
}

function allTermsView(terms: Terms) {
  return { ...termsView(terms), webhook: terms.webhook, reference: terms.reference };
}

export function operatorsPullView(pull: Pull) {
  return { ...pullView(pull), pull_pointer_id: pull.agreementId, held: String(pull.held) };
}

export function operatorsPacketView(packet: PullPacket) {
  return {
    ...packetView(packet),
    pull_pointer_id: packet.agreementId,
    cycle: packet.cycle,
    expires_at: packet.expiresAt.toISOString(),
  };
}
