import { ORDER_ID } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

export const examples: Examples = {
  'GET /api/order/{order_id}/link': {
    params: { order_id: ORDER_ID },
    answer: { order_id: ORDER_ID, url: `https://pay.example.com/o/${ORDER_ID}/XPAV284CT` },
  },
};
