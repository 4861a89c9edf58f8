import { CUSTOMER, NOON, PAGE } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

export const examples: Examples = {
  'POST /api/exchange_rate': { body: { currency: 'USD', rate: 30_000_000 } },
  'GET /api/exchange_rate/{currency}': {
    params: { currency: 'USD' },
    answer: { currency: 'USD', rate: 30_000_000, updated_at: NOON },
  },
  'GET /api/exchange_rates': { answer: [{ currency: 'USD', rate: 30_000_000, updated_at: NOON }] },
  'GET /api/exchange_rate/{currency}/history': {
    params: { currency: 'USD' },
    query: PAGE,
    answer: [{ id: 1, currency: 'USD', rate: 30_000_000, updated_at: NOON, actor: CUSTOMER }],
  },
};
