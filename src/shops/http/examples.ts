import { ID_PAGE, NOON, ONE, PAGE } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

/** What a shop is answered whose order is taken. */
export const DONE = { success: true, message: 'Order 8997470732594 is taken in: 477.000000 XTM, Unclaimed.' };

const PRICE_UPDATE = {
  id: 1,
  kind: 'shop',
  product_id: null,
  currency: 'USD',
  rate: 30_000_000,
  state: 'running',
  variants_total: 1200,
  variants_seen: 475,
  variants_changed: 470,
  variants_left_out: 0,
  attempts: 0,
  next_attempt_at: NOON,
  last_error: null,
  remark: null,
  created_at: NOON,
  updated_at: NOON,
  finished_at: null,
};
const NOT_BEGUN = { state: 'pending', variants_total: null, variants_seen: 0, variants_changed: 0 };

export const examples: Examples = {
  'GET /api/price_updates': { query: { kind: 'shop', state: 'running', ...PAGE }, answer: [PRICE_UPDATE] },
  'GET /api/price_updates/{id}': { params: { id: '1' }, answer: PRICE_UPDATE },
  'POST /api/price_updates': {
    body: { currency: 'USD' },
    answer: { ...PRICE_UPDATE, ...NOT_BEGUN, id: 2 },
  },
  'POST /api/price_updates/{id}/retry': {
    params: { id: '2' },
    answer: { ...PRICE_UPDATE, state: 'pending', id: 2 },
  },
  'GET /api/rescan_open_orders': { answer: { running: 1, read: 74, failed: 2 } },
  'POST /api/rescan_open_orders': { answer: [DONE] },
  'GET /api/rejected': {
    query: ID_PAGE,
    answer: [
      {
        id: 5,
        webhook_id: '98880550-7158-44d4-b7cd-2c97c8a091b5',
        topic: 'orders/create',
        received_at: ONE,
        reason: 'ZAR is not a supported currency: no exchange rate is set for it.',
        order_id: '8997470732597',
        order_name: '#1002',
        body: '{"id":8997470732597,"name":"#1002","currency":"ZAR","total_price":"15.90"}',
      },
    ],
  },
  'POST /api/rejected/{id}/retry': { params: { id: '5' }, answer: DONE },
  'POST /api/rejected/{id}/dismiss': {
    params: { id: '6' },
    body: { reason: 'A test order of ours' },
    answer: { success: true, message: 'Webhook 6 is dismissed: A test order of ours' },
  },
};
