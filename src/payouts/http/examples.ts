import {
  CUSTOMER,
  CUSTOMER_ID,
  HOT_WALLET,
  NOON,
  ONE,
  ORDER_ID,
  PAGE,
  TXID,
} from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

const REFUND_ID = 'refund-1-6b5e79c715a74a08';
const PAYOUT_ID = 'payout-1-6b5e79c715a74a08';
const HASH = '4b1c5f2e0a9d8c7b6a5f4e3d2c1b0a998877665544332211ffeeddccbbaa0099';
const REASON = 'One item was out of stock.';
const SWEEP_REASON = 'What was earned in November.';

const REFUND = {
  number: 1,
  id: REFUND_ID,
  order_id: ORDER_ID,
  customer_id: CUSTOMER_ID,
  kind: 'part',
  amount: 150_000_000,
  rate: 'order',
  shop_amount: '5.00',
  currency: 'USD',
  reason: REASON,
  visible_to_customer: true,
  record_in_shop: true,
  shop_refund_id: null,
  origin: 'operator',
  state: 'waiting_for_approval',
  address: CUSTOMER,
  address_proven: true,
  address_from: 'payer',
  requested_by: HOT_WALLET,
  approved_by: null,
  approved_at: null,
  needs_approval: 'It is above the limit of 100.000000 XTM for one refund.',
  approval_hash: HASH,
  payout_id: null,
  end_reason: null,
  created_at: NOON,
  updated_at: NOON,
};
const APPROVED = { ...REFUND, state: 'approved', approved_by: CUSTOMER, approved_at: ONE, payout_id: PAYOUT_ID };

const PAYOUT = {
  number: 1,
  id: PAYOUT_ID,
  kind: 'refund',
  refund_id: REFUND_ID,
  order_id: ORDER_ID,
  address: CUSTOMER,
  amount: 150_000_000,
  reason: REASON,
  state: 'sent',
  requested_by: HOT_WALLET,
  approved_by: CUSTOMER,
  approved_at: ONE,
  approval_hash: HASH,
  leased_by: HOT_WALLET,
  lease_until: ONE,
  started_at: ONE,
  txid: TXID,
  sent_at: ONE,
  confirmed_at: null,
  problem: null,
  created_at: ONE,
  updated_at: ONE,
};
const SWEEP = {
  ...PAYOUT,
  kind: 'sweep',
  refund_id: null,
  order_id: null,
  reason: SWEEP_REASON,
  state: 'waiting_for_approval',
  approved_by: null,
  approved_at: null,
  leased_by: null,
  lease_until: null,
  started_at: null,
  txid: null,
  sent_at: null,
};
const LIMITS = {
  per_person: 100_000_000,
  left_of_person: 100_000_000,
  per_day: 1_000_000_000,
  left_of_day: 850_000_000,
};
const PAYER = { address: CUSTOMER, proven: true };
const ASK = {
  order_id: ORDER_ID,
  kind: 'part',
  shop_amount: '5.00',
  rate: 'order',
  to: 'payer',
  reason: REASON,
  visible_to_customer: true,
};
const PREVIEW = {
  order_id: ORDER_ID,
  kind: 'part',
  amount: 150_000_000,
  rate: 'order',
  shop_amount: '5.00',
  currency: 'USD',
  address: CUSTOMER,
  address_proven: true,
  address_from: 'payer',
  needs_approval: 'It is above the limit of 100.000000 XTM for one refund.',
};
const BY_REFUND = { params: { id: REFUND_ID } };
const BY_PAYOUT = { params: { id: PAYOUT_ID } };

function change(key: string) {
  return { headers: { 'idempotency-key': key } };
}

export const examples: Examples = {
  'GET /api/refunds': { query: { order_id: ORDER_ID, ...PAGE, order: 'desc' }, answer: [REFUND] },
  'GET /api/refunds/{id}': { ...BY_REFUND, answer: REFUND },
  'GET /api/refund_quote': {
    query: { order_id: ORDER_ID },
    answer: {
      order_id: ORDER_ID,
      name: '#1001',
      customer_id: CUSTOMER_ID,
      status: 'Paid',
      price: 477_000_000,
      shop_price: '15.90',
      currency: 'USD',
      refunded: 0,
      rest: 477_000_000,
      shop_rest: '15.90',
      rest_today: 477_000_000,
      surplus: 23_000_000,
      own_surplus: 23_000_000,
      late: 0,
      order_rate: 30_000_000,
      today_rate: 31_200_000,
      payer: { order: PAYER, surplus: PAYER, late: null },
      limits: LIMITS,
      refunds: [],
    },
  },
  'POST /api/refund_preview': { body: ASK, answer: PREVIEW },
  'POST /api/refunds': { ...change('refund-1'), body: ASK, answer: REFUND },
  'POST /api/refunds/{id}/address': {
    ...BY_REFUND,
    ...change('refund-address-1'),
    body: { to: { address: CUSTOMER } },
    answer: { ...REFUND, address_proven: false, address_from: 'operator' },
  },
  'POST /api/refunds/{id}/approve': {
    ...BY_REFUND,
    ...change('refund-approval-1'),
    body: { approval_hash: HASH },
    answer: APPROVED,
  },
  'POST /api/refunds/{id}/cancel': {
    ...BY_REFUND,
    ...change('refund-end-1'),
    body: { reason: 'The item was found.' },
    answer: { ...REFUND, state: 'cancelled', end_reason: 'The item was found.' },
  },
  'GET /api/payouts': { query: { state: 'sent', ...PAGE, order: 'desc' }, answer: [PAYOUT] },
  'GET /api/payouts/{id}': { ...BY_PAYOUT, answer: PAYOUT },
  'POST /api/payouts/{id}/resolve': {
    ...BY_PAYOUT,
    ...change('payout-1'),
    body: { sent: true, txid: TXID, reason: 'It is in the wallet’s list.' },
    answer: PAYOUT,
  },
  'GET /api/payout_switch': {
    answer: {
      is_stopped: false,
      stop_reason: null,
      stopped_by: null,
      stopped_at: null,
      refund_limit: 100_000_000,
      daily_limit: 1_000_000_000,
      approved_today: 150_000_000,
      cold_address: CUSTOMER,
    },
  },
  'POST /api/payout_switch': {
    ...change('stop-1'),
    body: { is_stopped: true, reason: 'A laptop was lost.' },
    answer: { is_stopped: true },
  },
  'POST /api/sweeps': { ...change('sweep-1'), body: { amount: 150_000_000, reason: SWEEP_REASON }, answer: SWEEP },
  'POST /api/sweeps/{id}/approve': {
    ...BY_PAYOUT,
    ...change('sweep-approval-1'),
    body: { approval_hash: HASH },
    answer: { ...SWEEP, state: 'approved', approved_by: CUSTOMER, approved_at: ONE },
  },
  'POST /api/sweeps/{id}/cancel': {
    ...BY_PAYOUT,
    ...change('sweep-end-1'),
    body: { reason: 'Too early.' },
    answer: { ...SWEEP, state: 'cancelled', problem: 'Too early.' },
  },
};
