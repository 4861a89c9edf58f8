import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Lease } from '#platform/database/store.ts';
import { translate } from './errors.ts';

/** The first half of the keys of these advisory locks: other programs may use some in the same database. */
const LOCK_SPACE = 1_951_625_573;

/**
 * The database ends the session of a holder that sends nothing for this long, and releases its lock: its process hangs,
 * or its machine is gone. If a process is killed, the database notices immediately.
 */
const SILENT_FOR = '8s';

/** Interval of the holder's keep-alive query. */
const PULSE_MS = 2_000;

/** Time-out of that query: together with the interval less than `SILENT_FOR`, so that the holder notices the loss first. */
const ANSWER_WITHIN_MS = 4_000;

/** How long to wait for a connection to end cleanly. */
const END_WITHIN_MS = 1_000;

/** Acquires a lease by an advisory lock, which lasts as long as its own connection. */
export async function acquirePostgresLease(config: pg.ClientConfig, name: string): Promise<Lease | undefined> {
  const client = new pg.Client({ ...config, query_timeout: ANSWER_WITHIN_MS });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  try {
    await client.connect();
    await client.query(`set idle_session_timeout = '${SILENT_FOR}'`);
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1::int, hashtext($2)) as taken',
      [LOCK_SPACE, name],
    );
    if (rows[0]?.taken !== true) {
      await end(client);
      return undefined;
    }
  } catch (error) {
    await end(client);
    throw translate(error);
  }
  let isAsking = false;
  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    await client.query('select 1').catch(() => lost.abort());
    isAsking = false;
  };
  const pulse = setInterval(ask, PULSE_MS);
  const stop = async () => {
    clearInterval(pulse);
    await end(client);
  };
  lost.signal.addEventListener('abort', () => void stop(), { once: true });
  return { lost: lost.signal, release: stop };
}

/** If the peer is gone it never answers, so the wait is bounded. */
async function end(client: pg.Client): Promise<void> {
  await Promise.race([client.end().catch(() => undefined), sleep(END_WITHIN_MS, undefined, { ref: false })]);
}
