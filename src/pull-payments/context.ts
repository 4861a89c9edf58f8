import type { PlatformContext } from '#platform/context.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';
import type { UplinkState } from './types.ts';

export interface PullContext extends PlatformContext {
  subscriptions: Subscriptions;
  randomBytes: (length: number) => Uint8Array;
  /** A new id of an agreement, which cannot be guessed. */
  makeAgreementId: () => string;
  /** What is known of the connection to Interledger. */
  uplink: Uplink;
}

/** The uplink as this process last heard of it. */
export interface Uplink {
  state: UplinkState | undefined;
}
