import type { PlatformContext } from '#platform/context.ts';

/** The settings that decide who may do what. */
export interface AuthSettings {
  /** Where customers are told to pay, base58; where unset, the hot wallet that was registered first. */
  paymentWalletAddress: string | undefined;
  disableWalletWhitelist: boolean;
}

export interface AuthContext extends PlatformContext {
  settings: AuthSettings;
}
