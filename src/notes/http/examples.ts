import { CUSTOMER, NOON, ONE, ORDER_ID, PAGE } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

const TEXT = 'Paid twice by mistake, see the mail of today.';
const NOTE = {
  id: 1,
  order_id: ORDER_ID,
  customer_id: null,
  author: CUSTOMER,
  text: TEXT,
  created_at: NOON,
  struck_at: null,
  struck_by: null,
  strike_reason: null,
};
const REASON = 'It was another order.';

export const examples: Examples = {
  'GET /api/notes': { query: { order_id: ORDER_ID, ...PAGE, order: 'desc' }, answer: [NOTE] },
  'POST /api/notes': {
    headers: { 'idempotency-key': 'note-1' },
    body: { order_id: ORDER_ID, text: TEXT },
    answer: NOTE,
  },
  'POST /api/notes/{id}/strike': {
    params: { id: '1' },
    headers: { 'idempotency-key': 'strike-1' },
    body: { reason: REASON },
    answer: { ...NOTE, struck_at: ONE, struck_by: CUSTOMER, strike_reason: REASON },
  },
};
