import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import { optional, secret } from '#platform/config/setting.ts';
import { httpUrlValue, isLoopbackUrl } from '#platform/config/values.ts';

const GROUP = 'Customer directory';
const A_URL = 'an https URL, or an http URL of this machine, without user, query and fragment';
const A_SECRET = 'up to 1024 visible ASCII characters without spaces';

const shape = {
  TPG_DIRECTORY_URL: optional(GROUP, A_URL, directoryUrlValue, {
    description:
      'The address of your own program that finds customers by e-mail, in the form of docs/back-end.md. Unless set, the shop is asked, which takes the scope read_customers.',
    example: 'https://customers.example.com/payments',
  }),
  TPG_DIRECTORY_SECRET: secret(GROUP, A_SECRET, secretValue, {
    description: 'What this server sends to TPG_DIRECTORY_URL as the Authorization header, as it is.',
    example: 'a-long-random-text',
  }),
  KVASIR_MIDDLEWARE_URI: optional(GROUP, A_URL, directoryUrlValue, {
    description:
      'The same as TPG_DIRECTORY_URL, by its name in the documented back end. TPG_DIRECTORY_URL comes first.',
    example: 'https://middleware.example.com/',
  }),
  KVASIR_MIDDLEWARE_SECRET: secret(GROUP, A_SECRET, secretValue, {
    description: 'The same as TPG_DIRECTORY_SECRET, by its name in the documented back end.',
    example: 'a-long-random-text',
  }),
};

type Values = ValuesOf<typeof shape>;

/** The merchant's own program; null if there is none. */
export interface DirectorySettings {
  /** Without a slash at its end. */
  url: string;
  secret: string;
}

function directoryOf(values: Values): DirectorySettings | null {
  const url = values.TPG_DIRECTORY_URL ?? values.KVASIR_MIDDLEWARE_URI;
  const secret = values.TPG_DIRECTORY_SECRET ?? values.KVASIR_MIDDLEWARE_SECRET;
  return url === undefined || secret === undefined ? null : { url, secret };
}

const read = (values: Values) => ({ directory: directoryOf(values) });

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  rules: [
    {
      settings: ['TPG_DIRECTORY_URL', 'TPG_DIRECTORY_SECRET', 'KVASIR_MIDDLEWARE_URI', 'KVASIR_MIDDLEWARE_SECRET'],
      problem(values) {
        const hasUrl = (values.TPG_DIRECTORY_URL ?? values.KVASIR_MIDDLEWARE_URI) !== undefined;
        const hasSecret = (values.TPG_DIRECTORY_SECRET ?? values.KVASIR_MIDDLEWARE_SECRET) !== undefined;
        if (hasUrl ? hasSecret : !hasSecret) return undefined;
        return hasUrl
          ? 'TPG_DIRECTORY_URL is set, so TPG_DIRECTORY_SECRET must be set too: your program must know who asks it.'
          : 'TPG_DIRECTORY_SECRET is set, so TPG_DIRECTORY_URL must be set too.';
      },
    },
  ],
};

/** What is asked holds e-mail addresses and a secret, so it is encrypted unless it stays on this machine. */
function directoryUrlValue(text: string): string | undefined {
  const url = httpUrlValue(text);
  return url !== undefined && (url.startsWith('https:') || isLoopbackUrl(url)) ? url : undefined;
}

function secretValue(text: string): string | undefined {
  return /^[\x21-\x7e]{1,1024}$/.test(text) ? text : undefined;
}
