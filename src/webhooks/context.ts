import type { Settings } from '#platform/config/read-settings.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';
import type { Resolve } from '#platform/outgoing-post/public-lookup.ts';

declare module '#platform/module.ts' {
  interface Ports {
    /** Resolves the names of webhook endpoints; the system's resolver by default. */
    resolveName?: Resolve;
  }
}

export interface WebhookContext extends PlatformContext {
  settings: Pick<Settings, 'webhooksAllowPrivate'>;
  subscriptions: Subscriptions;
  /** Uniform in [0, 1). */
  random: () => number;
  randomBytes: (length: number) => Uint8Array;
  ports: { readonly resolveName?: Resolve };
}

/** Begins the names of endpoints as subscribers of the outbox. Deliveries are kept by them, so it never changes. */
export const SUBSCRIBER_PREFIX = 'webhook-';

/** An endpoint's name as a subscriber, in events and in the audit log. */
export function subscriberOf(endpointId: bigint): string {
  return `${SUBSCRIBER_PREFIX}${endpointId}`;
}
