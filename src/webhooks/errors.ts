import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

export const webhookErrors = defineErrors({
  webhook_endpoint_not_found: ['not_found', 'There is no webhook endpoint {}.'],
  webhook_delivery_not_found: ['not_found', 'There is no delivery of {}.'],
  webhook_url_refused: ['invalid', 'The URL {}.'],
  webhook_endpoint_state: ['conflict', 'The webhook endpoint {}.'],
  webhook_test_running: ['conflict', 'A test of the webhook endpoint {} is under way.'],
  too_many_webhook_endpoints: ['conflict', 'There are {} webhook endpoints, and there is no room for another.'],
});

type Rows = typeof webhookErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
