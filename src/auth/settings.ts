import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { optional, secret, withDefault } from '#platform/config/setting.ts';
import { A_BOOLEAN, booleanValue, keyHexValue } from '#platform/config/values.ts';
import { parseAddress, type TariAddress } from '#tari/address.ts';
import { keyPairOf } from './key-file.ts';

const shape = {
  TPG_JWT_SIGNING_KEY: secret('Keys', '64 hex characters', keyHexValue, {
    description:
      'The secret key that signs access tokens. Without it and TPG_JWT_VERIFICATION_KEY the server creates a pair of keys in a file, which is for trying out only.',
    example: '<64 hex characters>',
  }),
  TPG_JWT_VERIFICATION_KEY: optional('Keys', '64 hex characters', keyHexValue, {
    description:
      'The public key of TPG_JWT_SIGNING_KEY. Both are set so that a typing error is noticed: the pair is checked at the start.',
    example: '<64 hex characters>',
  }),
  TPG_PAYMENT_WALLET_ADDRESS: optional('Wallets', 'a Tari address in base58, emoji or hex', addressValue, {
    description:
      'The Tari address of the wallet that customers are told to pay to; with TPG_VIEW_KEY a dual address. A wallet that reports its payments must be registered as well. Its network is the shop’s: claims, logins and wallets of other networks are refused.',
    example: '<Tari address>',
  }),
  TPG_DISABLE_WALLET_WHITELIST: withDefault('Wallets', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Accepts notifications of a registered wallet from any IP address instead of the registered one only. Signature and nonce are checked either way.',
    example: 'false',
  }),
};

export type AuthValues = ValuesOf<typeof shape>;

function read(values: AuthValues) {
  return {
    /** Null if no keys are configured: see `loadOrCreateKeys`. */
    jwtKeys: keyPairOf(values.TPG_JWT_SIGNING_KEY ?? '', values.TPG_JWT_VERIFICATION_KEY ?? '') ?? null,
    paymentWalletAddress: values.TPG_PAYMENT_WALLET_ADDRESS ?? null,
    disableWalletWhitelist: values.TPG_DISABLE_WALLET_WHITELIST,
  };
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<AuthValues> = {
  shape,
  read,
  rules: [{ settings: ['TPG_JWT_SIGNING_KEY', 'TPG_JWT_VERIFICATION_KEY'], problem: keyProblem }],
  warnings: ({ jwtKeys, databaseUrl, paymentWalletAddress, disableWalletWhitelist }) => [
    [
      disableWalletWhitelist,
      'TPG_DISABLE_WALLET_WHITELIST is on: wallet notifications are taken from any address, if their signature is good.',
    ],
    [
      jwtKeys === null,
      'TPG_JWT_SIGNING_KEY and TPG_JWT_VERIFICATION_KEY are not set: access tokens are signed with a random key. Never run production so.',
    ],
    [
      jwtKeys === null && databaseUrl.startsWith('postgres'),
      'Each instance of the server makes such a key of its own, and takes no access token of another instance.',
    ],
    [
      paymentWalletAddress === null,
      'TPG_PAYMENT_WALLET_ADDRESS is not set: customers who claim an order are told to pay to the hot wallet that was registered first.',
    ],
  ],
};

function keyProblem({ TPG_JWT_SIGNING_KEY: signing, TPG_JWT_VERIFICATION_KEY: verification }: AuthValues) {
  if ((signing === undefined) !== (verification === undefined)) {
    const missing = signing === undefined ? 'TPG_JWT_SIGNING_KEY' : 'TPG_JWT_VERIFICATION_KEY';
    return `TPG_JWT_SIGNING_KEY and TPG_JWT_VERIFICATION_KEY must both be set, or neither; ${missing} is missing.`;
  }
  if (signing === undefined || verification === undefined || keyPairOf(signing, verification)) return undefined;
  return 'TPG_JWT_VERIFICATION_KEY must be the public key of TPG_JWT_SIGNING_KEY, and these two do not match.';
}

/** A Tari address in any text form (`protocol.md` 2). */
function addressValue(text: string): TariAddress | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}
