import type { Asset } from '#interledger/stream/connection/state.ts';
import type { SettingsPart, SettingWarning, ValuesOf } from '#platform/config/read-settings.ts';
import { optional, secret, withDefault } from '#platform/config/setting.ts';
import { A_BOOLEAN, booleanValue, hostValue, wholeNumberValue } from '#platform/config/values.ts';
import {
  assetCodeValue,
  bearerValue,
  btpServerValue,
  credentialsValue,
  ilpAddressValue,
  isLoopbackHost,
  peerUrlValue,
  pointerHostValue,
  secretValue,
  type TokenAlgorithm,
  tokenAlgorithmsValue,
} from './setting-values.ts';
import type { UplinkSettings } from './uplink-settings.ts';

/** The settings of pull payments. Their names are those of the server that came before, so that its set-ups go on working. */
export interface PullPaymentsSettings {
  /** Of the listener for payees; 0 takes any that is free. */
  port: number;
  /** The address that it listens on. */
  host: string;
  /** What stands between `$` and the first slash of pointers, such as `pay.example.com`. */
  publicHost: string;
  /** Whether that was set. */
  isPublicHostSet: boolean;
  /** The bearer token with which the payer's own programs make and change pointers. */
  authToken: string;
  /** Signs pointers that are made offline. */
  jwtSecret: string;
  jwtAlgorithms: readonly TokenAlgorithm[];
  /** The bearer token that webhooks are called with. */
  webhookToken: string;
  /** Whether that is another than `authToken`, by a setting of its own. */
  hasWebhookToken: boolean;
  /** Whether webhooks may be in networks that are not public. */
  webhookAllowPrivate: boolean;
  uplink: UplinkSettings;
}

const SECTION = 'Pull payments';

/** Both secrets of the original, unless they are set. */
const DEFAULT_SECRET = 'test';

function isKnownToAll(text: string): boolean {
  return [DEFAULT_SECRET].includes(text);
}

/** What the published programs take for a parent that runs beside them. */
const DEFAULT_BTP_SERVER = 'btp+ws://localhost:7768';

/** A shorter one can be tried out by a program, without asking the server: from one token that it signed. */
const MIN_SAFE_JWT_SECRET_LENGTH = 16;

const A_BEARER_TOKEN = 'up to 1000 visible ASCII characters';

const NO_EFFECT = 'Has no effect here, and is named so that set-ups of the original pull payment server still start.';

const shape = {
  SPSP_PORT: optional(SECTION, 'a whole number from 0 to 65535', (text) => wholeNumberValue(text, 0, 65535), {
    description:
      'Switches pull payments on: the port of their own listener, for payees and for programs that make pointers. 6000 is what the original pull payment server takes. 0 takes any that is free.',
    example: '6000',
  }),
  SPSP_BIND: withDefault(SECTION, '127.0.0.1', 'an IP address or a host name', hostValue, {
    description:
      'The address that this listener listens on; 0.0.0.0 or :: for every network interface. A proxy with TLS belongs before it: payees use https.',
    example: '0.0.0.0',
  }),
  SPSP_HOST: optional(SECTION, 'a host without a scheme, perhaps with a port', pointerHostValue, {
    description:
      'The host in pointers, as payees reach the listener through the proxy before it. Without it localhost and the port.',
    example: 'pay.example.com',
  }),
  SPSP_AUTH_TOKEN: secret(SECTION, A_BEARER_TOKEN, bearerValue, {
    description:
      'The bearer token of programs that make and change pointers on the listener. Without it `test`, which is for trying out only.',
    example: '<32 random characters>',
  }),
  SPSP_JWT_SECRET: secret(SECTION, 'up to 1000 characters', secretValue, {
    description:
      'Signs pointers that are made offline. If it is changed, all that were signed before are unknown. Without it `test`, which is for trying out only.',
    example: '<32 random characters>',
  }),
  SPSP_JWT_ALGORITHMS: withDefault(
    SECTION,
    'HS256',
    'HS256, HS384 or HS512, with commas between them',
    tokenAlgorithmsValue,
    {
      description: 'The algorithms by which pointers that are made offline may be signed.',
      example: 'HS256, HS512',
    },
  ),
  SPSP_ALLOW_DEFAULT_SECRETS: withDefault(SECTION, 'false', A_BOOLEAN, booleanValue, {
    description:
      'Starts with the secret `test` although payees reach the listener from other machines. For trying out in a closed network only: with it anyone can create pointers.',
    example: 'false',
  }),
  SPSP_WEBHOOK_TOKEN: secret(SECTION, A_BEARER_TOKEN, bearerValue, {
    description:
      'The bearer token that webhooks of pull payments are called with, and the key of their signature. Without it SPSP_AUTH_TOKEN, which then every host of a webhook learns.',
    example: '<32 random characters>',
  }),
  SPSP_WEBHOOK_ALLOW_PRIVATE: withDefault(SECTION, 'false', A_BOOLEAN, booleanValue, {
    description: 'Whether webhooks of pull payments may be on this machine or in a private network.',
    example: 'true',
  }),
  ILP_CREDENTIALS: secret(SECTION, 'JSON such as {"server":"btp+ws://:TOKEN@HOST:PORT"}', credentialsValue, {
    description:
      'The parent on Interledger, reached over BTP. Without a token in it the server makes one and keeps it in the database.',
    example: '{"server":"btp+ws://:<token>@localhost:7768"}',
  }),
  ILP_BTP_SERVER: secret(SECTION, 'a URL that begins with btp+ws:// or btp+wss://', btpServerValue, {
    description: `The same as a URL. Without either it is ${DEFAULT_BTP_SERVER}: a moneyd that runs on this machine.`,
    example: 'btp+ws://localhost:7768',
  }),
  SPSP_ILP_HTTP_URL: optional(SECTION, 'an http or https URL without user, query or fragment', peerUrlValue, {
    description:
      'The parent on Interledger, reached over HTTP in place of BTP: packets are posted there. It posts its own to /ilp of the listener.',
    example: 'https://connector.example.com/ilp',
  }),
  SPSP_ILP_HTTP_TOKEN: secret(SECTION, A_BEARER_TOKEN, bearerValue, {
    description: 'The bearer token that we show to this parent.',
    example: '<32 random characters>',
  }),
  SPSP_ILP_HTTP_INCOMING_TOKEN: secret(SECTION, A_BEARER_TOKEN, bearerValue, {
    description: 'The bearer token that this parent shows to us.',
    example: '<32 random characters>',
  }),
  SPSP_ILP_HTTP_PEER_NAME: optional(
    SECTION,
    'up to 100 letters, digits, dots, hyphens and underscores',
    peerNameValue,
    {
      description: 'Our name with this parent (header ILP-Peer-Name), if it asks for one.',
      example: 'payer',
    },
  ),
  SPSP_ILP_ADDRESS: optional(SECTION, 'an ILP address', ilpAddressValue, {
    description: 'Our ILP address, for a parent that does not tell it (ILDCP).',
    example: 'g.example.payer',
  }),
  SPSP_ILP_ASSET_CODE: optional(SECTION, '1 to 20 visible ASCII characters', assetCodeValue, {
    description: 'The asset of our account with such a parent.',
    example: 'XRP',
  }),
  SPSP_ILP_ASSET_SCALE: optional(SECTION, 'a whole number from 0 to 255', (text) => wholeNumberValue(text, 0, 255), {
    description: 'The scale of this asset: how many digits after the decimal point its units have.',
    example: '9',
  }),
  SPSP_DB_PATH: optional(SECTION, 'a text', (text) => text, {
    description: `${NO_EFFECT} Agreements are kept in the database of the server, TPG_DATABASE_URL.`,
    example: './db',
  }),
  SPSP_LOCALTUNNEL: optional(SECTION, 'a text', (text) => text, {
    description: `${NO_EFFECT} A proxy with TLS takes the place of the tunnel.`,
    example: 'true',
  }),
  SPSP_LOCALTUNNEL_SUBDOMAIN: optional(SECTION, 'a text', (text) => text, {
    description: `${NO_EFFECT} SPSP_HOST says what pointers begin with.`,
    example: 'payer',
  }),
  SPSP_EXCHANGE: optional(SECTION, 'a text', (text) => text, {
    description: `${NO_EFFECT} The rates are those of the server.`,
    example: 'ilpprice',
  }),
  ILP_PLUGIN: optional(SECTION, 'a text', (text) => text, {
    description: `${NO_EFFECT} BTP and ILP over HTTP are built in.`,
    example: 'ilp-plugin-btp',
  }),
};

type Values = ValuesOf<typeof shape>;

/** Null if pull payments are off. */
function pullPaymentsSettings(values: Values): PullPaymentsSettings | null {
  const { SPSP_PORT: port, SPSP_HOST: publicHost } = values;
  if (port === undefined) return null;
  const authToken = values.SPSP_AUTH_TOKEN ?? DEFAULT_SECRET;
  return {
    port,
    host: values.SPSP_BIND,
    publicHost: publicHost ?? `localhost:${port}`,
    isPublicHostSet: publicHost !== undefined,
    authToken,
    jwtSecret: values.SPSP_JWT_SECRET ?? DEFAULT_SECRET,
    jwtAlgorithms: values.SPSP_JWT_ALGORITHMS,
    webhookToken: values.SPSP_WEBHOOK_TOKEN ?? authToken,
    hasWebhookToken: values.SPSP_WEBHOOK_TOKEN !== undefined,
    webhookAllowPrivate: values.SPSP_WEBHOOK_ALLOW_PRIVATE,
    uplink: uplinkSettings(values),
  };
}

function uplinkSettings(values: Values): UplinkSettings {
  const { SPSP_ILP_HTTP_URL: url, SPSP_ILP_HTTP_TOKEN: outgoingToken } = values;
  const { SPSP_ILP_HTTP_INCOMING_TOKEN: incomingToken } = values;
  if (url !== undefined && outgoingToken !== undefined && incomingToken !== undefined) {
    return {
      kind: 'http',
      url,
      outgoingToken,
      incomingToken,
      peerName: values.SPSP_ILP_HTTP_PEER_NAME ?? null,
      address: values.SPSP_ILP_ADDRESS ?? null,
      asset: assetOf(values),
    };
  }
  const given = values.ILP_CREDENTIALS ?? values.ILP_BTP_SERVER;
  return { kind: 'btp', ...(given ?? { url: DEFAULT_BTP_SERVER, username: '', token: null }) };
}

function assetOf({ SPSP_ILP_ASSET_CODE: code, SPSP_ILP_ASSET_SCALE: scale }: Values): Asset | null {
  return code === undefined || scale === undefined ? null : { code, scale };
}

function read(values: Values) {
  return {
    /** Null if pull payments are off. */
    pullPayments: pullPaymentsSettings(values),
    /** Settings of the original that are set and have no effect, for the log. */
    idlePullSettings: Object.keys(IDLE_SETTINGS).filter((name) => values[name as keyof Values] !== undefined),
    /** What is set for pull payments although they are off, for the log. */
    unusedPullSettings:
      values.SPSP_PORT === undefined ? USED_WITH_PORT.filter((name) => values[name] !== undefined) : [],
  };
}

declare module '#platform/config/read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

/** What has come in the place of settings of the original. */
const IDLE_SETTINGS: Readonly<Record<string, string>> = {
  SPSP_DB_PATH: 'agreements are kept in the database of the server, TPG_DATABASE_URL.',
  SPSP_LOCALTUNNEL: 'put a proxy with TLS before the listener, and set SPSP_HOST to its name.',
  SPSP_LOCALTUNNEL_SUBDOMAIN: 'put a proxy with TLS before the listener, and set SPSP_HOST to its name.',
  SPSP_EXCHANGE: 'the rates are those of the server; see taritools admin rates.',
  ILP_PLUGIN: 'BTP (ILP_CREDENTIALS, ILP_BTP_SERVER) and ILP over HTTP (SPSP_ILP_HTTP_URL) are built in.',
};

/** Without SPSP_PORT they are a sign that it was forgotten. Others may have ILP_ variables for a moneyd. */
const USED_WITH_PORT = [
  'SPSP_HOST',
  'SPSP_AUTH_TOKEN',
  'SPSP_JWT_SECRET',
  'SPSP_WEBHOOK_TOKEN',
  'SPSP_ILP_HTTP_URL',
] as const;

export const settings: SettingsPart<Values> = {
  shape,
  read,
  rules: [
    { settings: ['SPSP_ILP_HTTP_URL', 'SPSP_ILP_HTTP_TOKEN', 'SPSP_ILP_HTTP_INCOMING_TOKEN'], problem: httpProblem },
    { settings: ['SPSP_ILP_HTTP_URL', 'ILP_CREDENTIALS', 'ILP_BTP_SERVER'], problem: uplinkProblem },
    { settings: ['SPSP_ILP_ADDRESS', 'SPSP_ILP_ASSET_CODE', 'SPSP_ILP_ASSET_SCALE'], problem: assetProblem },
    {
      settings: ['SPSP_PORT', 'SPSP_BIND', 'SPSP_HOST', 'SPSP_AUTH_TOKEN', 'SPSP_JWT_SECRET'],
      problem: defaultSecretProblem,
    },
  ],
  warnings: ({ pullPayments, idlePullSettings, unusedPullSettings }) => [
    ...idlePullSettings.map((name): SettingWarning => [true, `${name} has no effect: ${IDLE_SETTINGS[name]}`]),
    ...unusedPullSettings.map(
      (name): SettingWarning => [true, `${name} is set, but SPSP_PORT is not: pull payments are off.`],
    ),
    ...(pullPayments === null ? [] : secretWarnings(pullPayments)),
  ],
};

function secretWarnings({ authToken, jwtSecret, hasWebhookToken }: PullPaymentsSettings): SettingWarning[] {
  return [
    [
      isKnownToAll(authToken),
      'SPSP_AUTH_TOKEN is `test`: who reaches the listener of pull payments can make pointers and pull money. Never run production so.',
    ],
    [
      isKnownToAll(jwtSecret),
      'SPSP_JWT_SECRET is `test`: anyone can sign pointers and pull money. Never run production this way.',
    ],
    [
      !isKnownToAll(jwtSecret) && jwtSecret.length < MIN_SAFE_JWT_SECRET_LENGTH,
      `SPSP_JWT_SECRET has fewer than ${MIN_SAFE_JWT_SECRET_LENGTH} characters: who has a pointer that it signed can find it by trying.`,
    ],
    [
      !hasWebhookToken && !isKnownToAll(authToken),
      'SPSP_WEBHOOK_TOKEN is not set: every host of a webhook learns SPSP_AUTH_TOKEN, with which pointers are made.',
    ],
  ];
}

function httpProblem(values: Values): string | undefined {
  const names = ['SPSP_ILP_HTTP_URL', 'SPSP_ILP_HTTP_TOKEN', 'SPSP_ILP_HTTP_INCOMING_TOKEN'] as const;
  const missing = names.filter((name) => values[name] === undefined);
  if (missing.length === 0 || missing.length === names.length) return undefined;
  return `${names.join(', ')} must all be set, or none; ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`;
}

/** Of the two settings of a BTP parent the first counts, as in published programs. */
function uplinkProblem(values: Values): string | undefined {
  const other = (['ILP_CREDENTIALS', 'ILP_BTP_SERVER'] as const).find((name) => values[name] !== undefined);
  return values.SPSP_PORT === undefined || values.SPSP_ILP_HTTP_URL === undefined || other === undefined
    ? undefined
    : `SPSP_ILP_HTTP_URL and ${other} each name a parent on Interledger, and there can be only one.`;
}

function assetProblem(values: Values): string | undefined {
  const { SPSP_ILP_ADDRESS: address, SPSP_ILP_ASSET_CODE: code, SPSP_ILP_ASSET_SCALE: scale } = values;
  const set = [address, code, scale].filter((value) => value !== undefined).length;
  return set === 0 || set === 3
    ? undefined
    : 'SPSP_ILP_ADDRESS, SPSP_ILP_ASSET_CODE and SPSP_ILP_ASSET_SCALE must all be set, or none.';
}

/** With the publicly known secrets money can be pulled, so a listener that has them must not be reachable from outside. */
function defaultSecretProblem(values: Values): string | undefined {
  const { SPSP_PORT: port, SPSP_BIND: bind, SPSP_HOST: host = 'localhost' } = values;
  if (port === undefined || values.SPSP_ALLOW_DEFAULT_SECRETS) return undefined;
  if (isLoopbackHost(bind) && isLoopbackHost(host)) return undefined;
  const names = (['SPSP_AUTH_TOKEN', 'SPSP_JWT_SECRET'] as const).filter((name) =>
    isKnownToAll(values[name] ?? DEFAULT_SECRET),
  );
  if (names.length === 0) return undefined;
  return `${names.join(' and ')} must be set to something other than \`test\`, because payees reach the listener from other machines; SPSP_ALLOW_DEFAULT_SECRETS=true starts it all the same.`;
}

function peerNameValue(text: string): string | undefined {
  return /^[\w.-]{1,100}$/.test(text) ? text : undefined;
}
