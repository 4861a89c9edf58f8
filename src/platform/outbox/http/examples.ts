import type { Examples } from '#platform/http/openapi/examples.ts';

export const examples: Examples = {
  'POST /api/dead_letters/{event_id}/retry': {
    params: { event_id: '7' },
    query: { subscriber: 'shopify' },
    body: { subscriber: 'shopify' },
    answer: { retried: 1 },
  },
  'POST /api/dead_letters/{event_id}/dismiss': {
    params: { event_id: '8' },
    body: { subscriber: 'shopify', reason: 'Marked as paid in the shop by hand' },
    answer: { dismissed: 1 },
  },
  'POST /api/dead_letters/dismiss': {
    body: {
      subscriber: 'mailer',
      up_to_event: 812,
      up_to_time: '2026-11-21T12:00:00.000Z',
      reason: 'The plugin is gone',
    },
    answer: { dismissed: 37, has_more: false },
  },
};
