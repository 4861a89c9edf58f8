import type { SettingsPart, ValuesOf } from '#platform/config/read-settings.ts';
import type { ServerValues } from '#platform/config/server-settings.ts';
import { optional, withDefault } from '#platform/config/setting.ts';
import { A_BOOLEAN, booleanValue, httpUrlValue, isLoopbackUrl, listValue } from '#platform/config/values.ts';
import { contrast, LIGHT_BACKGROUND, MIN_CONTRAST, parseColour, readableOn } from './colour.ts';

/** The settings of the pay page. */
export interface PayPageSettings {
  shopName: string;
  /** The target of "back to the shop"; null if there is none. */
  shopUrl: string | null;
  /** An https or mailto URL; null if the shop names none. */
  supportUrl: string | null;
  /** The path of an image, as it was given. */
  logo: string | null;
  /** Such as `#4a3fd1`. */
  colour: string;
  /** Origins that may show the page in a frame; none if it is empty. */
  frameAncestors: readonly string[];
}

const MAX_NAME_LENGTH = 80;
/** A shop shows its pages in its own frames, and perhaps in those of a partner. */
const MAX_ANCESTORS = 10;
const DEFAULT_COLOUR = '#4a3fd1';

const shape = {
  TPG_PAY_PAGE: optional('Pay page', A_BOOLEAN, booleanValue, {
    description:
      'Whether customers can see and pay their orders at TPG_PUBLIC_URL/o. Unless set, it is on if TPG_PUBLIC_URL is set.',
    example: 'true',
  }),
  TPG_SHOP_NAME: withDefault(
    'Pay page',
    'The shop',
    `a text of at most ${MAX_NAME_LENGTH} characters`,
    (text) => (text.length <= MAX_NAME_LENGTH ? text : undefined),
    { description: 'What the pay page calls the shop.', example: 'Gem Street' },
  ),
  TPG_SHOP_URL: optional('Pay page', 'an http or https URL without user, query or fragment', httpUrlValue, {
    description: 'Where the pay page leads back to.',
    example: 'https://gem-street.example.com',
  }),
  TPG_SHOP_SUPPORT_URL: optional('Pay page', 'an http, https or mailto URL', supportUrlValue, {
    description:
      'Where customers ask for help. The number of the order is added: as the subject of a mail, or as the query parameter order.',
    example: 'mailto:help@gem-street.example.com',
  }),
  TPG_SHOP_LOGO: optional('Pay page', 'the path of a file', (text) => text, {
    description: 'A picture that the pay page shows above the name of the shop: PNG, JPEG, WebP or SVG, up to 100 KB.',
    example: '/etc/tari-payment-server/logo.svg',
  }),
  TPG_SHOP_COLOUR: withDefault('Pay page', DEFAULT_COLOUR, 'a colour such as #4a3fd1', colourValue, {
    description: `The colour of buttons and links on the pay page. Its contrast with white must be at least ${MIN_CONTRAST}:1, so that everybody can read it; on dark screens a lighter shade is used.`,
    example: '#0b6e4f',
  }),
  TPG_FRAME_ANCESTORS: optional(
    'Pay page',
    `up to ${MAX_ANCESTORS} origins such as https://shop.example.com, with commas between them`,
    originsValue,
    {
      description:
        'Origins of pages that may show the pay page in a frame, as TPG_PUBLIC_URL/o/…?embed=1. Unless set, none may.',
      example: 'https://gem-street.example.com',
    },
  ),
};

type Values = ValuesOf<typeof shape> & Pick<ServerValues, 'TPG_PUBLIC_URL'>;

/** Null if the page is off. */
function payPageSettings(values: Values): PayPageSettings | null {
  if (!(values.TPG_PAY_PAGE ?? values.TPG_PUBLIC_URL !== undefined)) return null;
  return {
    shopName: values.TPG_SHOP_NAME,
    shopUrl: values.TPG_SHOP_URL ?? null,
    supportUrl: values.TPG_SHOP_SUPPORT_URL ?? null,
    logo: values.TPG_SHOP_LOGO ?? null,
    colour: values.TPG_SHOP_COLOUR,
    frameAncestors: values.TPG_FRAME_ANCESTORS ?? [],
  };
}

const read = (values: Values) => ({
  /** Null if customers have no pay page. */
  payPage: payPageSettings(values),
});

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const settings: SettingsPart<Values> = {
  shape,
  read,
  rules: [
    { settings: ['TPG_PAY_PAGE', 'TPG_PUBLIC_URL'], problem: publicUrlProblem },
    { settings: ['TPG_SHOP_COLOUR'], problem: colourProblem },
  ],
  warnings: ({ payPage, publicUrl, paymentWalletAddress }) => [
    [
      payPage !== null && paymentWalletAddress?.kind !== 'dual',
      'The pay page is on, but TPG_PAYMENT_WALLET_ADDRESS is no dual address: without one no order has an address of its own, unless the hot wallet that was registered first has one.',
    ],
    [
      payPage !== null && publicUrl?.startsWith('http:') === true && !isLoopbackUrl(publicUrl),
      'TPG_PUBLIC_URL is not https: what customers see of their orders can be read and changed on its way.',
    ],
  ],
};

/** Links to the page begin with the public URL. */
function publicUrlProblem({ TPG_PAY_PAGE: isOn, TPG_PUBLIC_URL: url }: Values): string | undefined {
  if (isOn !== true || url !== undefined) return undefined;
  return 'TPG_PAY_PAGE is on, so TPG_PUBLIC_URL must be set: links to the page begin with it.';
}

function colourProblem({ TPG_SHOP_COLOUR: colour }: Values): string | undefined {
  const found = contrast(LIGHT_BACKGROUND, colour);
  if (found >= MIN_CONTRAST) return undefined;
  return `TPG_SHOP_COLOUR must have a contrast of at least ${MIN_CONTRAST}:1 with white, but ${colour} has ${found.toFixed(1)}:1. ${readableOn(LIGHT_BACKGROUND, colour)} would do.`;
}

function colourValue(text: string): string | undefined {
  return parseColour(text) === undefined ? undefined : text.toLowerCase();
}

function supportUrlValue(text: string): string | undefined {
  if (/^mailto:[^\s?@]+@[^\s?@]+$/i.test(text)) return text;
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).href : undefined;
}

function originsValue(text: string): readonly string[] | undefined {
  const origins = listValue(text);
  const isOrigin = (one: string) =>
    /^https?:\/\/[a-z0-9.:[\]-]+$/i.test(one) && URL.canParse(one) && new URL(one).origin === one.toLowerCase();
  return origins.length > 0 && origins.length <= MAX_ANCESTORS && origins.every(isOrigin) ? origins : undefined;
}
