import pg from 'pg';
import { StoreBrokenError } from '#platform/database/errors.ts';

export interface PostgresOptions {
  /** Size of the pool, besides the connection that listens. */
  maxConnections: number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Whether to detect that the database was replaced, as a long-running server must. */
  noticeReplacement?: boolean | undefined;
  /** How long to wait for a connection, be it a new one or one of the pool. */
  connectTimeoutMs: number;
  /** How long the database may take for one query. */
  statementTimeoutMs: number;
  /** After this long without a query the database rolls a transaction back: its process is gone or hangs. */
  idleTransactionTimeoutMs: number;
}

/** Disables a time-out. */
export const FOREVER = 0;

/** Converts the types of PostgreSQL to those of the tables. */
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

/** For this program's connections only: a plugin may use the same library for other databases. */
const types = { getTypeParser: (type: number) => PARSERS.get(type) ?? asItIs } as pg.CustomTypesConfig;

/** `2026-03-10 12:00:00.5+00` as `2026-03-10T12:00:00.500Z`. */
function timeTextOf(text: string): string {
  const [, date, time, fraction = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\+00$/.exec(text) ?? [];
  if (date === undefined)
    throw new StoreBrokenError(`The database contains the time ${text}, which this program cannot have written`);
  return `${date}T${time}.${fraction.padEnd(3, '0')}Z`;
}

/**
 * Every connection returns times as above, whatever the database's settings are. If an instance's machine is gone, the
 * database ends its connections, with all their locks, within half a minute.
 */
const SESSION_OPTIONS = [
  '-c timezone=UTC -c datestyle=ISO',
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
].join(' ');

/** Certificates are fully verified unless the URL says `no-verify`; libpq's `require` would not verify them. */
const CHECKED_MODES: ReadonlySet<string | null> = new Set(['prefer', 'require', 'verify-ca', 'verify-full']);

/** The configuration of each connection to the database of a `postgres://` URL. */
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

/** An idle connection may be closed. The next query on it fails, or the pool opens another one. */
const ignore = () => undefined;

export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on('error', ignore);
  pool.on('connect', (client) => void client.on('error', ignore));
  return pool;
}
