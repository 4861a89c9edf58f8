import pg from 'pg';
import { StoreBrokenError } from '#platform/database/errors.ts';

export interface PostgresOptions {
  /** Connections at the same time, beside one that listens. */
  maxConnections: number;
  /** Evenly from 0 up to 1. */
  random: () => number;
  /** Whether to notice that the database is replaced meanwhile, as a server must that has it open for long. */
  noticeReplacement?: boolean | undefined;
  /** How long is waited for a connection, also for one that others have in hand. */
  connectTimeoutMs: number;
  /** How long the database may take for one query. */
  statementTimeoutMs: number;
  /** After so long without a query the database gives up a transaction, whose process is gone or hangs. */
  idleTransactionTimeoutMs: number;
}

/** Of a time-out: there is none. */
export const FOREVER = 0;

/** How the types of PostgreSQL cross into the rows that database.ts describes. */
const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, BigInt],
  [pg.types.builtins.INT4, BigInt],
  [pg.types.builtins.INT2, BigInt],
  // Sums of int8.
  [pg.types.builtins.NUMERIC, BigInt],
  [pg.types.builtins.TIMESTAMPTZ, timeTextOf],
  [pg.types.builtins.BOOL, (text) => text === 't'],
]);

const asItIs = (text: string) => text;

/** For this program's connections alone: a plugin may use the same library for other databases. */
const types = { getTypeParser: (type: number) => PARSERS.get(type) ?? asItIs } as pg.CustomTypesConfig;

/** `2026-03-10 12:00:00.5+00` as `2026-03-10T12:00:00.500Z`. */
function timeTextOf(text: string): string {
  const [, date, time, fraction = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00$/.exec(text) ?? [];
  if (date === undefined) throw new StoreBrokenError(`The database holds the time ${text}, which is none of ours`);
  return `${date}T${time}.${fraction.padEnd(3, '0')}Z`;
}

/**
 * Every connection gives times as above, whatever the server's settings are. That of an instance whose machine is gone
 * is ended by the database within half a minute, with all that it holds.
 */
const SESSION_OPTIONS = [
  '-c timezone=UTC -c datestyle=ISO',
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
].join(' ');

/** Certificates are checked in full unless the URL says `no-verify`: what libpq calls `require` would not check them. */
const CHECKED_MODES: ReadonlySet<string | null> = new Set(['prefer', 'require', 'verify-ca', 'verify-full']);

/** How each connection to the database of a `postgres://` URL is made. */
export function clientConfig(databaseUrl: string, options: PostgresOptions): pg.ClientConfig {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} ${SESSION_OPTIONS}`.trim());
  if (CHECKED_MODES.has(url.searchParams.get('sslmode')) && !url.searchParams.has('uselibpqcompat')) {
    url.searchParams.set('sslmode', 'verify-full');
  }
  return {
    connectionString: url.href,
    types,
    fallback_application_name: 'tari-payment-server',
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.idleTransactionTimeoutMs,
    keepAlive: true,
  };
}

/** A connection may end while nobody asks anything of it. Whoever takes it next notices, or gets another one. */
const ignore = () => undefined;

export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', ignore);
  pool.on('connect', (client) => void client.on('error', ignore));
  return pool;
}
