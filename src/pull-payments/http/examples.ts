import { CUSTOMER, NOON, ONE, PAGE } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

const ID = '6b5e79c7-15a7-4a08-877f-dbe1377ec819';
const BY_ID = { params: { id: ID } };
const REASON = 'The contract ends.';

const TERMS = {
  amount: '10000000',
  asset_code: 'XRP',
  asset_scale: 6,
  start: '2026-11-01T00:00:00.000Z',
  expiry: null,
  interval: 'P1M',
  cycles: 12,
  cap: true,
  max_pull: null,
  webhook: 'https://shop.example.com/pulled',
  description: 'Hosting',
  reference: 'contract 17',
};

const POINTER = {
  id: ID,
  pointer: `$pay.example.com/${ID}`,
  source: 'online',
  state: 'active',
  revision: 1,
  ...TERMS,
  balance: {
    total: '4000000',
    interval: '4000000',
    available: '6000000',
    held: '0',
    cycle: 1,
    interval_ends_at: '2026-12-01T00:00:00.000Z',
    obstacle: null,
  },
  created_at: NOON,
  updated_at: ONE,
};

const PULL_ID = '0d1f2a6c-9d0e-4b51-8f0a-2f2f5d1f7c11';

const PULL = {
  id: PULL_ID,
  pull_pointer_id: ID,
  asset_code: 'XRP',
  asset_scale: 9,
  sent: '4000000000',
  debit: '4000000',
  held: '0',
  started_at: NOON,
  ended_at: ONE,
};

const PACKET = {
  id: 12,
  pull_pointer_id: ID,
  pull_id: PULL_ID,
  amount: '4000000000',
  state: 'unknown',
  debit: '0',
  cycle: 1,
  reject_code: null,
  fulfillment: null,
  expires_at: NOON,
  sent_at: NOON,
  settled_at: null,
  resolved_by: null,
};

const change = (key: string) => ({ ...BY_ID, headers: { 'idempotency-key': key }, body: { reason: REASON } });

export const examples: Examples = {
  'GET /api/pull_pointers': {
    query: { state: 'active', since: '2026-11-01T00:00:00Z', ...PAGE, order: 'desc' },
    answer: [POINTER],
  },
  'POST /api/pull_pointers': {
    headers: { 'idempotency-key': 'contract-17' },
    body: {
      amount: '10000000',
      asset_code: 'XRP',
      asset_scale: 6,
      interval: 'P1M',
      cycles: 12,
      cap: true,
      start: '2026-11-01T00:00:00Z',
      webhook: TERMS.webhook,
      description: TERMS.description,
      reference: TERMS.reference,
    },
    answer: POINTER,
  },
  'GET /api/pull_pointers/{id}': {
    ...BY_ID,
    answer: {
      ...POINTER,
      revisions: [{ revision: 1, since: NOON, by: null, reason: null, ...TERMS }],
      unknown_packets: 0,
    },
  },
  'POST /api/pull_pointers/{id}/pause': {
    ...change('pause-1'),
    answer: {
      ...POINTER,
      state: 'paused',
      balance: { ...POINTER.balance, available: '0', obstacle: 'paused' },
    },
  },
  'POST /api/pull_pointers/{id}/resume': { ...change('resume-1'), answer: POINTER },
  'POST /api/pull_pointers/{id}/cancel': {
    ...change('cancel-1'),
    answer: { ...POINTER, state: 'cancelled', balance: { ...POINTER.balance, available: '0' } },
  },
  'POST /api/pull_pointers/{id}/update': {
    ...BY_ID,
    headers: { 'idempotency-key': 'update-1' },
    body: { amount: '12000000', reason: 'A larger machine.' },
    answer: {
      ...POINTER,
      revision: 2,
      amount: '12000000',
      balance: { ...POINTER.balance, available: '8000000' },
    },
  },
  'GET /api/pull_pointers/{id}/pulls': { ...BY_ID, query: { ...PAGE, order: 'desc' }, answer: [PULL] },
  'GET /api/pull_pointers/{id}/packets': { ...BY_ID, query: { ...PAGE, order: 'desc' }, answer: [PACKET] },
  'GET /api/pull_packets': { query: { state: 'unknown', ...PAGE }, answer: [PACKET] },
  'POST /api/pull_packets/{id}/resolve': {
    params: { id: '12' },
    headers: { 'idempotency-key': 'resolve-1' },
    body: { outcome: 'rejected', reason: 'The connector has no such packet in its books.' },
    answer: { ...PACKET, state: 'rejected', settled_at: ONE, resolved_by: CUSTOMER },
  },
  'GET /api/pushes': {
    query: { ...PAGE, order: 'desc' },
    answer: [
      {
        id: '3a0d6f8e-52c7-4d0a-9f6d-5f1f0b7e2c44',
        asset_code: 'XRP',
        asset_scale: 9,
        amount: '5000',
        packets: 1,
        started_at: NOON,
        updated_at: NOON,
      },
    ],
  },
};
