import type { Settings } from '#platform/config/read-settings.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';
import { addressToBase58 } from '#tari/address.ts';
import type { Tolerance } from './money/tolerance.ts';

/** The settings that decide what the engine does; `http-api.md` 5 names them. */
export interface EngineSettings {
  /** Only the order id identifies an order; otherwise the shop's other name does too. */
  strictMode: boolean;
  disableMemoSignatureCheck: boolean;
  /** What a number in a payment's text is: an order's id, or its name in the shop. */
  orderIdField: 'id' | 'name';
  disableWalletWhitelist: boolean;
  /** Where customers are told to pay, base58; where unset, the first hot wallet. */
  paymentWalletAddress: string | undefined;
  unclaimedOrderTimeoutMs: number;
  unpaidOrderTimeoutMs: number;
  /** How long past its time an order waits for payments that are reported and not confirmed. */
  confirmationWaitMs: number;
  /** How much may be missing of an order that counts as paid; nothing where it is left out. */
  underpaidTolerance?: Tolerance;
}

/** What is needed to look at the signatures of what comes in. */
export interface SignatureContext {
  settings: Pick<EngineSettings, 'strictMode' | 'disableMemoSignatureCheck' | 'orderIdField' | 'paymentWalletAddress'>;
  log: Logger;
}

/** All that the engine's parts stand on. */
export interface EngineContext extends PlatformContext {
  settings: EngineSettings;
  subscriptions: Subscriptions;
}

/** What of the settings the engine goes by. */
export function engineSettings(settings: Settings): EngineSettings {
  const { paymentWalletAddress } = settings;
  return {
    ...settings,
    paymentWalletAddress: paymentWalletAddress === null ? undefined : addressToBase58(paymentWalletAddress),
  };
}

/** The engine's view of what every service is given. */
export function engineContext<Context extends PlatformContext & { settings: Settings; subscriptions: Subscriptions }>(
  context: Context,
): Omit<Context, 'settings'> & EngineContext {
  return { ...context, settings: engineSettings(context.settings) };
}
