import type { LogLevel } from '#platform/logging/json-log.ts';
import { isStorable } from '#platform/storable-text.ts';
import type { SettingsPart, ValuesOf } from './read-settings.ts';
import { optional, settingNotes, textSchema, withDefault } from './setting.ts';
import {
  A_BOOLEAN,
  booleanValue,
  choiceValue,
  databaseUrlValue,
  durationValueMs,
  HOUR_MS,
  hostValue,
  IP_LIST,
  ipListValue,
  publicUrlValue,
  wholeNumberValue,
} from './values.ts';

/** The settings of the server itself, independent of its contexts. */

const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Supervisors kill a process that takes longer to end. */
const MAX_SHUTDOWN_DELAY_MS = 300_000;

const MIN_DATABASE_TIMEOUT_MS = 100;

const LOOPBACK_AND_PRIVATE =
  '127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, fe80::/10, 169.254.0.0/16';

const A_DATABASE_TIMEOUT = 'a number with ms, s, m or h, from 100ms to 1h';

const databaseTimeoutMs = (text: string) => durationValueMs(text, MIN_DATABASE_TIMEOUT_MS, HOUR_MS);

const shape = {
  TPG_HOST: withDefault('Server', '127.0.0.1', 'an IP address or a host name', hostValue, {
    description: 'The address to listen on; 0.0.0.0 or :: for every network interface.',
    example: '0.0.0.0',
  }),
  TPG_PORT: withDefault(
    'Server',
    '8360',
    'a whole number from 0 to 65535',
    (text) => wholeNumberValue(text, 0, 65535),
    {
      description: 'The port to listen on; 0 takes any that is free.',
      example: '8360',
    },
  ),
  TPG_PUBLIC_URL: optional('Server', 'an http or https URL without user, query or fragment', publicUrlValue, {
    description:
      'The URL at which the shop and customers reach this server, through the proxy before it, such as https://pay.example.com. With it the server keeps its webhook subscriptions in the shop complete, and offers customers a page to pay at.',
    example: 'https://pay.example.com',
  }),
  TPG_TLS_CERTIFICATE: optional('Server', 'the path of a file', pathValue, {
    description:
      'A file with the certificate of this server in PEM, and those between it and the root. With it and TPG_TLS_PRIVATE_KEY the server speaks https itself; without them a proxy before it does.',
    example: '/etc/ssl/pay.example.com.pem',
  }),
  TPG_TLS_PRIVATE_KEY: optional('Server', 'the path of a file', pathValue, {
    description: 'A file with the private key of TPG_TLS_CERTIFICATE, in PEM without a password.',
    example: '/etc/ssl/private/pay.example.com.key',
  }),
  TPG_USE_X_FORWARDED_FOR: withDefault('Server', 'false', A_BOOLEAN, booleanValue, {
    description:
      'Whether the X-Forwarded-For header of a trusted proxy names the client. The proxy must set that header itself. Switch on either this or TPG_USE_FORWARDED: the header that your proxy sets.',
    example: 'true',
  }),
  TPG_USE_FORWARDED: withDefault('Server', 'false', A_BOOLEAN, booleanValue, {
    description: 'The same for the Forwarded header (RFC 7239).',
    example: 'true',
  }),
  TPG_TRUSTED_PROXIES: withDefault('Server', LOOPBACK_AND_PRIVATE, IP_LIST, ipListValue, {
    description:
      'Proxies whose forwarded headers count. Of a list in such a header, the address added by the nearest trusted proxy is the client.',
    example: '10.1.2.3, 2001:db8::/32',
  }),
  TPG_SHUTDOWN_DELAY: withDefault(
    'Server',
    '0s',
    'a number with ms, s or m, from 0s to 5m',
    (text) => durationValueMs(text, 0, MAX_SHUTDOWN_DELAY_MS),
    {
      description:
        'How long after SIGTERM the server still accepts requests while GET /health/ready answers 503, so that a load balancer stops sending requests before the server ends.',
      example: '15s',
    },
  ),
  // Secret, because the URL of a PostgreSQL database holds its password.
  TPG_DATABASE_URL: textSchema('sqlite:// and a path, or a postgres:// URL', databaseUrlValue)
    .prefault('sqlite://data/tari_store.db')
    .register(settingNotes, {
      group: 'Database',
      description:
        'The database: sqlite:// and the path of a file, or the postgres:// URL of a PostgreSQL database, with sslmode=verify-full and sslrootcert for TLS.',
      defaultText: 'sqlite://data/tari_store.db',
      example: 'sqlite:///var/lib/tari-payment-server/store.db',
      secret: true,
    }),
  TPG_MAX_CONNECTIONS: withDefault(
    'Database',
    '25',
    'a whole number from 1 to 1000',
    (text) => wholeNumberValue(text, 1, 1000),
    {
      description:
        'The most connections to the database that are open at the same time. On PostgreSQL each instance has this many, and one more that listens.',
      example: '10',
    },
  ),
  TPG_DATABASE_CONNECT_TIMEOUT: withDefault('Database', '5s', A_DATABASE_TIMEOUT, databaseTimeoutMs, {
    description:
      'PostgreSQL only: how long a request waits for a connection, a new one or one that other requests are using, before it is refused with 503.',
    example: '2s',
  }),
  TPG_DATABASE_STATEMENT_TIMEOUT: withDefault('Database', '30s', A_DATABASE_TIMEOUT, databaseTimeoutMs, {
    description:
      'PostgreSQL only: how long the database may take for one query. Migrations and the audit may take longer.',
    example: '1m',
  }),
  TPG_DATABASE_IDLE_TIMEOUT: withDefault('Database', '10s', A_DATABASE_TIMEOUT, databaseTimeoutMs, {
    description:
      'PostgreSQL only: the database aborts a transaction that has been without a query for this long, so that an instance that hangs does not block the others.',
    example: '5s',
  }),
  TPG_RATE_LIMIT: withDefault(
    'Limits',
    '60',
    'a whole number from 0 to 1000000',
    (text) => wholeNumberValue(text, 0, 1_000_000),
    {
      description:
        'The most requests without valid credentials that one address may make in a minute; an IPv6 address counts with its /64 network. 0 is off.',
      example: '120',
    },
  ),
  TPG_LOG_LEVEL: withDefault(
    'Logging',
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    (text) => choiceValue(text, LOG_LEVELS),
    {
      description: 'The minimum log level: fatal, error, warn, info, debug, trace or silent.',
      example: 'debug',
    },
  ),
};

export type ServerValues = ValuesOf<typeof shape>;

function read(values: ServerValues) {
  return {
    host: values.TPG_HOST,
    /** 0 takes any port that is free. */
    port: values.TPG_PORT,
    /** Where the shop and customers reach the server, without a slash at its end; null if it is not set. */
    publicUrl: values.TPG_PUBLIC_URL ?? null,
    /** Files of the server's own TLS; null if it speaks plain HTTP. */
    tls: tlsFiles(values),
    useXForwardedFor: values.TPG_USE_X_FORWARDED_FOR,
    useForwarded: values.TPG_USE_FORWARDED,
    /** Addresses and CIDR ranges. */
    trustedProxies: values.TPG_TRUSTED_PROXIES,
    /** Between the announcement of the shutdown and the shutdown. */
    shutdownDelayMs: values.TPG_SHUTDOWN_DELAY,
    /** `sqlite://path`, `sqlite://:memory:`, or a `postgres://` URL, which may hold a password. */
    databaseUrl: values.TPG_DATABASE_URL,
    maxConnections: values.TPG_MAX_CONNECTIONS,
    /** These three are for PostgreSQL only. */
    databaseConnectTimeoutMs: values.TPG_DATABASE_CONNECT_TIMEOUT,
    databaseStatementTimeoutMs: values.TPG_DATABASE_STATEMENT_TIMEOUT,
    databaseIdleTimeoutMs: values.TPG_DATABASE_IDLE_TIMEOUT,
    /** 0 is off. */
    rateLimitPerMinute: values.TPG_RATE_LIMIT,
    logLevel: values.TPG_LOG_LEVEL,
  };
}

function tlsFiles({ TPG_TLS_CERTIFICATE: certificate, TPG_TLS_PRIVATE_KEY: privateKey }: ServerValues) {
  return certificate === undefined || privateKey === undefined ? null : { certificate, privateKey };
}

function tlsProblem({ TPG_TLS_CERTIFICATE: certificate, TPG_TLS_PRIVATE_KEY: privateKey }: ServerValues) {
  if ((certificate === undefined) === (privateKey === undefined)) return undefined;
  const missing = certificate === undefined ? 'TPG_TLS_CERTIFICATE' : 'TPG_TLS_PRIVATE_KEY';
  return `TPG_TLS_CERTIFICATE and TPG_TLS_PRIVATE_KEY must both be set, or neither; ${missing} is missing.`;
}

/** Any path; whether the file can be used is seen at the start. */
function pathValue(text: string): string | undefined {
  return isStorable(text) ? text : undefined;
}

declare module './read-settings.ts' {
  interface Settings extends ReturnType<typeof read> {}
}

export const serverSettings: SettingsPart<ServerValues> = {
  shape,
  read,
  rules: [{ settings: ['TPG_TLS_CERTIFICATE', 'TPG_TLS_PRIVATE_KEY'], problem: tlsProblem }],
  warnings: ({ useXForwardedFor, useForwarded, databaseUrl }) => [
    [
      useXForwardedFor && useForwarded,
      'TPG_USE_X_FORWARDED_FOR and TPG_USE_FORWARDED are both on: a client can forge the header that your proxy does not set. Leave on the one that it sets.',
    ],
    [
      databaseUrl === 'sqlite://:memory:',
      'TPG_DATABASE_URL is a database in memory: all is lost when the server stops.',
    ],
  ],
};
