import { CUSTOMER, NOON, ONE, PAGE } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

const ENDPOINT = {
  id: 1,
  url: 'https://books.example.com/tari',
  description: 'Bookkeeping',
  event_types: ['OrderPaid', 'OrderAnnulled'],
  state: 'active',
  pause_reason: null,
  failing_since: null,
  delivered: 41,
  failed: 2,
  secret_created_at: NOON,
  previous_secret_until: null,
  created_by: CUSTOMER,
  created_at: NOON,
};
const FRESH = { ...ENDPOINT, delivered: 0, failed: 0 };
const ATTEMPT = {
  id: 43,
  endpoint_id: 1,
  event_id: 812,
  event_type: 'OrderPaid',
  message_id: 'msg_4f1e0c9a7b3d2e58_812',
  attempted_at: ONE,
  duration_ms: 87,
  status: 500,
  answer: 'The database is full',
  error: 'It answered with status 500.',
};
const ID = { params: { id: '1' } };
const SECRET = 'whsec_…';
const key = (name: string) => ({ headers: { 'idempotency-key': name } });

export const examples: Examples = {
  'GET /api/webhook_endpoints': { query: PAGE, answer: [ENDPOINT] },
  'GET /api/webhook_endpoints/{id}': {
    ...ID,
    answer: { ...ENDPOINT, pending: 3, dead_letters: 1, oldest_waiting_at: ONE },
  },
  'POST /api/webhook_endpoints': {
    ...key('endpoint-1'),
    body: {
      url: ENDPOINT.url,
      description: ENDPOINT.description,
      event_types: ENDPOINT.event_types,
      reason: 'For our books',
    },
    answer: { ...FRESH, secret: SECRET },
  },
  'POST /api/webhook_endpoints/{id}/change': {
    ...ID,
    ...key('endpoint-2'),
    body: { event_types: null, reason: 'It wants everything' },
    answer: { ...ENDPOINT, event_types: null },
  },
  'POST /api/webhook_endpoints/{id}/rotate_secret': {
    ...ID,
    ...key('endpoint-3'),
    body: { reason: 'It was in a log' },
    answer: {
      ...ENDPOINT,
      secret_created_at: ONE,
      previous_secret_until: '2026-11-22T13:00:00.000Z',
      secret: SECRET,
    },
  },
  'POST /api/webhook_endpoints/{id}/remove': {
    ...ID,
    ...key('endpoint-4'),
    body: { reason: 'The program is gone' },
    answer: { ...ENDPOINT, state: 'removed' },
  },
  'GET /api/webhook_endpoints/{id}/attempts': { ...ID, query: { ...PAGE, order: 'desc' }, answer: [ATTEMPT] },
  'POST /api/webhook_endpoints/{id}/pause': {
    ...ID,
    ...key('endpoint-5'),
    body: { reason: 'Their server moves' },
    answer: { ...ENDPOINT, state: 'paused', pause_reason: 'Their server moves' },
  },
  'POST /api/webhook_endpoints/{id}/resume': {
    ...ID,
    ...key('endpoint-6'),
    body: { skip_missed: false, reason: 'It has moved' },
    answer: ENDPOINT,
  },
  'POST /api/webhook_endpoints/{id}/resend': {
    ...ID,
    ...key('endpoint-7'),
    body: { event_id: 812 },
    answer: { event_id: 812 },
  },
  'POST /api/webhook_endpoints/{id}/test': {
    ...ID,
    answer: {
      ...ATTEMPT,
      event_id: null,
      event_type: 'webhook.test',
      message_id: 'msg_4f1e0c9a7b3d2e58_test_5b0a4c1f9d2e7a63',
      status: 200,
      answer: 'ok',
      error: null,
    },
  },
};
