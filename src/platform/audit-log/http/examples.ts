import { CUSTOMER, CUSTOMER_ID, ID_PAGE, ONE } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

export const examples: Examples = {
  'GET /api/audit_log': {
    query: { ...ID_PAGE, action: 'credit', since: '2026-11-01T00:00:00Z' },
    answer: [
      {
        id: 9,
        created_at: ONE,
        actor: CUSTOMER,
        action: 'credit',
        subject: `customer ${CUSTOMER_ID}`,
        reason: 'Prize draw',
        before: null,
        after: { amount: 5_000_000 },
      },
    ],
  },
};
