import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { optional, secret } from '#platform/config/setting.ts';

const GROUP = 'Documented back end';
const ANY = 'any text';
const asItIs = (text: string) => text;

/** Settings of the documented back end that mean nothing here, each with why: the start names those that are set. */
const WITHOUT_MEANING = {
  KVASIR_COOKIE_SECRET: 'sessions are kept in the database, and no cookie is signed with it',
  KVASIR_CLIENT_ID: 'nothing is asked of WePay',
  KVASIR_CLIENT_SECRET: 'nothing is asked of WePay',
  KVASIR_HTTP_OVERRIDE: 'whether there is TLS follows from the certificate, the trusted proxies and TPG_PUBLIC_URL',
  KVASIR_WEPAY_USE_PRODUCTION: 'the network is that of TPG_PAYMENT_WALLET_ADDRESS',
  KVASIR_MIDDLEWARE_TEST_URI: 'there is no test mode; set TPG_DIRECTORY_URL',
  KVASIR_MIDDLEWARE_PORT: 'it was never read',
} as const;

type Name = keyof typeof WITHOUT_MEANING;

const NAMES = Object.keys(WITHOUT_MEANING) as Name[];

const noted = (name: Name) => ({
  description: `A setting of the documented back end that has no meaning here: ${WITHOUT_MEANING[name]}. The start says so where it is set.`,
  example: name.endsWith('SECRET') ? 'a-long-random-text' : 'false',
});

const shape = {
  KVASIR_COOKIE_SECRET: secret(GROUP, ANY, asItIs, noted('KVASIR_COOKIE_SECRET')),
  KVASIR_CLIENT_ID: optional(GROUP, ANY, asItIs, noted('KVASIR_CLIENT_ID')),
  KVASIR_CLIENT_SECRET: secret(GROUP, ANY, asItIs, noted('KVASIR_CLIENT_SECRET')),
  KVASIR_HTTP_OVERRIDE: optional(GROUP, ANY, asItIs, noted('KVASIR_HTTP_OVERRIDE')),
  KVASIR_WEPAY_USE_PRODUCTION: optional(GROUP, ANY, asItIs, noted('KVASIR_WEPAY_USE_PRODUCTION')),
  KVASIR_MIDDLEWARE_TEST_URI: optional(GROUP, ANY, asItIs, noted('KVASIR_MIDDLEWARE_TEST_URI')),
  KVASIR_MIDDLEWARE_PORT: optional(GROUP, ANY, asItIs, noted('KVASIR_MIDDLEWARE_PORT')),
};

type Values = ValuesOf<typeof shape>;

/** Only the names are kept: some of these are secrets. */
const read = (values: Values) => ({
  settingsWithoutMeaning: NAMES.filter((name) => values[name] !== undefined) as readonly string[],
});

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  warnings: ({ settingsWithoutMeaning }) =>
    NAMES.map((name) => [
      settingsWithoutMeaning.includes(name),
      `${name} is set and has no effect: ${WITHOUT_MEANING[name]}.`,
    ]),
};
