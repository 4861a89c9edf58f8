import { type ApiClient, escaped, type Query } from '#platform/cli/api-client.ts';
import * as shapes from './answers.ts';

export type PayoutsClient = ReturnType<typeof payoutsClient>;

/** What is asked about refunds and payouts. */
export function payoutsClient(client: ApiClient) {
  const change = (path: string, body: object) => client.change('POST', path, shapes.payout, body);
  const changeRefund = (path: string, body: object) => client.change('POST', path, shapes.refund, body);
  return {
    ...client,
    refunds: (query: Query) => client.getPage('/api/refunds', shapes.refund.array(), query),
    refund: (id: string) => client.get(`/api/refunds/${escaped(id)}`, shapes.refund),
    refundQuote: async (orderId: string) =>
      (await client.getPage('/api/refund_quote', shapes.quote, { order_id: orderId })).answer,
    previewRefund: (body: object) => client.change('POST', '/api/refund_preview', shapes.preview, body),
    requestRefund: (body: object) => changeRefund('/api/refunds', body),
    setRefundAddress: (id: string, to: unknown) => changeRefund(`/api/refunds/${escaped(id)}/address`, { to }),
    approveRefund: (id: string, hash: string) =>
      changeRefund(`/api/refunds/${escaped(id)}/approve`, { approval_hash: hash }),
    cancelRefund: (id: string, reason: string) => changeRefund(`/api/refunds/${escaped(id)}/cancel`, { reason }),

    payouts: (query: Query) => client.getPage('/api/payouts', shapes.payout.array(), query),
    payout: (id: string) => client.get(`/api/payouts/${escaped(id)}`, shapes.payout),
    resolvePayout: (id: string, body: object) => change(`/api/payouts/${escaped(id)}/resolve`, body),
    requestSweep: (body: object) => change('/api/sweeps', body),
    approveSweep: (id: string, hash: string) => change(`/api/sweeps/${escaped(id)}/approve`, { approval_hash: hash }),
    cancelSweep: (id: string, reason: string) => change(`/api/sweeps/${escaped(id)}/cancel`, { reason }),
    payoutConditions: () => client.get('/api/payout_switch', shapes.conditions),
    setPayoutsStopped: (isStopped: boolean, reason: string) =>
      client.change('POST', '/api/payout_switch', shapes.switched, { is_stopped: isStopped, reason }),
  };
}
