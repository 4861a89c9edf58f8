import type { Settings } from '#platform/config/read-settings.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';
import { addressToBase58 } from '#tari/address.ts';
import type { Tolerance } from './money/tolerance.ts';

/** The settings of the engine; see `http-api.md` 5. */
export interface EngineSettings {
  /** Only the order id identifies an order; otherwise the shop's name for it does too. */
  strictMode: boolean;
  disableMemoSignatureCheck: boolean;
  /** The meaning of a number in a payment's text: an order's id, or its name in the shop. */
  orderIdField: 'id' | 'name';
  disableWalletWhitelist: boolean;
  /** The address that customers pay to, base58; by default the first hot wallet. */
  paymentWalletAddress: string | undefined;
  unclaimedOrderTimeoutMs: number;
  unpaidOrderTimeoutMs: number;
  /** How long an order waits past its time-out for payments that are reported but not confirmed. */
  confirmationWaitMs: number;
  /** How much of an order's price may be missing for it to count as paid; nothing by default. */
  underpaidTolerance?: Tolerance;
}

/** The dependencies for verifying signatures of incoming requests. */
export interface SignatureContext {
  settings: Pick<EngineSettings, 'strictMode' | 'disableMemoSignatureCheck' | 'orderIdField' | 'paymentWalletAddress'>;
  log: Logger;
}

/** The dependencies of the engine's parts. */
export interface EngineContext extends PlatformContext {
  settings: EngineSettings;
  subscriptions: Subscriptions;
}

/** Picks the engine's settings. */
export function engineSettings(settings: Settings): EngineSettings {
  const { paymentWalletAddress } = settings;
  return {
    ...settings,
    paymentWalletAddress: paymentWalletAddress === null ? undefined : addressToBase58(paymentWalletAddress),
  };
}

/** The engine's context, from that of every service. */
export function engineContext<Context extends PlatformContext & { settings: Settings; subscriptions: Subscriptions }>(
  context: Context,
): Omit<Context, 'settings'> & EngineContext {
  return { ...context, settings: engineSettings(context.settings) };
}
