import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Duty } from '#platform/database/store.ts';
import { translate } from './errors.ts';

/** The first half of the keys of all locks of this kind: other programs may lock things in the same database. */
const DUTIES = 1_951_625_573;

/**
 * The database ends the session of a holder that says nothing for so long, and lets go of its lock: its process hangs, or
 * its machine is gone. Of a process that was killed it hears at once.
 */
const SILENT_FOR = '8s';

/** So often the holder says that it is there. */
const PULSE_MS = 2_000;

/** So long it waits for the answer: with the pulse less than `SILENT_FOR`, so that it knows of its loss before others do. */
const ANSWER_WITHIN_MS = 4_000;

/** So long it waits for a connection to end in order. */
const END_WITHIN_MS = 1_000;

/** Takes a duty by a lock that lasts as long as a connection of its own. */
export async function takePostgresDuty(config: pg.ClientConfig, name: string): Promise<Duty | undefined> {
  const client = new pg.Client({ ...config, query_timeout: ANSWER_WITHIN_MS });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  try {
    await client.connect();
    await client.query(`set idle_session_timeout = '${SILENT_FOR}'`);
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1::int, hashtext($2)) as taken',
      [DUTIES, name],
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

/** A peer that is gone answers nothing, and nobody waits for it for ever. */
async function end(client: pg.Client): Promise<void> {
  await Promise.race([client.end().catch(() => undefined), sleep(END_WITHIN_MS, undefined, { ref: false })]);
}
