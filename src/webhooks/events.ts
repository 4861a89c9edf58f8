import type { EndpointEventView } from './views.ts';

interface OfEndpoint {
  webhook_endpoint: EndpointEventView;
}

declare module '#platform/outbox/events.ts' {
  interface Events {
    WebhookEndpointAdded: OfEndpoint;
    WebhookEndpointChanged: OfEndpoint;
    /** By an operator, or because of its answers. The endpoint is shown with the reason. */
    WebhookEndpointPaused: OfEndpoint;
    WebhookEndpointResumed: OfEndpoint;
    WebhookEndpointRemoved: OfEndpoint;
    WebhookSecretRotated: OfEndpoint;
  }
}

export const WEBHOOK_EVENTS = [
  'WebhookEndpointAdded',
  'WebhookEndpointChanged',
  'WebhookEndpointPaused',
  'WebhookEndpointResumed',
  'WebhookEndpointRemoved',
  'WebhookSecretRotated',
] as const;
