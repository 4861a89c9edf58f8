import type { PlatformContext } from '#platform/context.ts';

/** The settings that decide who may do what. */
export interface AuthSettings {
  /** The address that customers pay to, base58; by default that of the hot wallet registered first. */
  paymentWalletAddress: string | undefined;
  disableWalletWhitelist: boolean;
}

export interface AuthContext extends PlatformContext {
  settings: AuthSettings;
}
