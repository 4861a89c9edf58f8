import { CUSTOMER, CUSTOMER_ID, NOON, ONE, ORDER_ID, TXID } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

const QUERY = { from: '2026-11-21', to: '2026-11-21', time_zone: 'UTC', currency: 'USD' };
const ABOUT = {
  period: {
    from: '2026-11-21',
    to: '2026-11-21',
    time_zone: 'UTC',
    since: '2026-11-21T00:00:00.000Z',
    until: '2026-11-21T23:59:59.999Z',
  },
  currency: 'USD',
  unit: 'uT',
};
const AMOUNTS = { price: 477_000_000, paid: 477_000_000, refunded: 0, kept: 477_000_000 };
const VALUES = { paid_value: '15.90', refunded_value: '0.00', kept_value: '15.90' };
const PAGED = { ...QUERY, format: 'json', limit: '100' };

export const examples: Examples = {
  'GET /api/reports/orders': {
    query: PAGED,
    answer: {
      ...ABOUT,
      lines: [
        {
          order_id: ORDER_ID,
          name: '#1001',
          customer_id: CUSTOMER_ID,
          created_at: NOON,
          status: 'Paid',
          currency: 'USD',
          original_price: '15.90',
          exchange_rate: 30_000_000,
          ...AMOUNTS,
          paid_at: ONE,
          refunded_at: null,
          ...VALUES,
        },
      ],
    },
  },
  'GET /api/reports/movements': {
    query: PAGED,
    answer: {
      ...ABOUT,
      lines: [
        {
          time: ONE,
          kind: 'payment',
          id: TXID,
          order_id: ORDER_ID,
          address: CUSTOMER,
          amount: 500_000_000,
          rate: 30_000_000,
          value: '16.67',
          memo: null,
        },
        {
          time: ONE,
          kind: 'settlement',
          id: '1',
          order_id: ORDER_ID,
          address: CUSTOMER,
          amount: 477_000_000,
          rate: 30_000_000,
          value: '15.90',
          memo: null,
        },
      ],
    },
  },
  'GET /api/reports/orders/totals': {
    query: QUERY,
    answer: { ...ABOUT, totals: [{ status: 'Paid', lines: 1, without_value: 0, ...AMOUNTS, ...VALUES }] },
  },
  'GET /api/reports/movements/totals': {
    query: QUERY,
    answer: {
      ...ABOUT,
      totals: [
        { kind: 'payment', lines: 1, without_value: 0, amount: 500_000_000, value: '16.67' },
        { kind: 'settlement', lines: 1, without_value: 0, amount: 477_000_000, value: '15.90' },
      ],
    },
  },
};
