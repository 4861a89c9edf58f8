import type { Examples } from '#platform/http/openapi/examples.ts';
import { DONE } from '#shops/http/examples.ts';

const HEALTHY = '👍️\n';
const WEBHOOK_ORDER = {
  id: 8997470732594,
  name: '#1001',
  note: null,
  customer: { id: 7001 },
  currency: 'USD',
  total_price: '15.90',
  created_at: '2026-11-21T07:00:00-05:00',
  updated_at: '2026-11-21T07:00:00-05:00',
};

export const examples: Examples = {
  'GET /shopify/health': { answer: HEALTHY },
  'POST /shopify/webhook/checkout_create': {
    headers: { 'x-shopify-topic': 'orders/create', 'x-shopify-webhook-id': '98880550-7158-44d4-b7cd-2c97c8a091b5' },
    body: WEBHOOK_ORDER,
    answer: DONE,
  },
  'POST /shopify/webhook/product_updated': {
    headers: { 'x-shopify-topic': 'products/update', 'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c01' },
    body: { id: 7880321196742, title: 'Tari T-Shirt', updated_at: '2026-11-21T07:00:00-05:00' },
    answer: { success: true, message: 'The Tari prices of the product 7880321196742 will be looked at.' },
  },
  'POST /shopify/webhook/transaction_create': {
    headers: {
      'x-shopify-topic': 'order_transactions/create',
      'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c02',
    },
    body: {
      id: 5123456789012,
      order_id: 8997470732594,
      kind: 'authorization',
      status: 'success',
      gateway: 'bogus',
      amount: '15.90',
      currency: 'USD',
      parent_id: null,
      created_at: '2026-11-21T07:00:00-05:00',
    },
    answer: { success: true, message: 'Nothing is done for order_transactions/create.' },
  },
  'POST /shopify/webhook/no_op': {
    headers: { 'x-shopify-topic': 'app/uninstalled', 'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c03' },
    body: {},
    answer: { success: true, message: 'Nothing is done for this topic.' },
  },
  'POST /shopify/webhook': {
    headers: { 'x-shopify-topic': 'orders/updated', 'x-shopify-webhook-id': '1b0b6a1c-7d7c-4a3a-9e29-0f2a0b1d2c04' },
    body: WEBHOOK_ORDER,
    answer: { success: true, message: 'Nothing has changed in order 8997470732594.' },
  },
};
