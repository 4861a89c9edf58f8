import type { EngineSettings } from './engine/context.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { addressToBase58 } from './tari/address.ts';

/** What of the settings the engine goes by. */
export function engineSettings(settings: Settings): EngineSettings {
  const { paymentWalletAddress } = settings;
  return {
    ...settings,
    orderIdField: settings.shopify.orderIdField,
    paymentWalletAddress: paymentWalletAddress === null ? undefined : addressToBase58(paymentWalletAddress),
  };
}
