import type { Examples } from '#platform/http/openapi/examples.ts';

const HEALTHY = '👍️\n';

export const examples: Examples = {
  'GET /health': { answer: HEALTHY },
  'GET /health/live': { answer: HEALTHY },
  'GET /health/ready': {
    answer: {
      ready: true,
      reasons: [],
      database: 'ok',
      storefront: 'ok',
      outbox: { pending: 0, dead_letters: 0, lag_seconds: 0 },
      price_updates: { waiting: 0, failed: 0 },
      payments: { late: 0 },
      webhooks: { rejected: 0, age_seconds: 42 },
      webhook_endpoints: { active: 1, paused: 0, failing: 0 },
    },
  },
  'GET /metrics': { answer: 'tpg_orders{status="New"} 1\n' },
};
