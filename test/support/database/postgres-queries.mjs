import { workerData } from 'node:worker_threads';
import pg from 'pg';

/** Answers queries of a thread that stands still meanwhile. Values are as the store's rows have them. */

const { INT8, INT4, NUMERIC, TIMESTAMPTZ, JSONB } = pg.types.builtins;

const parsers = new Map([
  [INT8, BigInt],
  [INT4, BigInt],
  [NUMERIC, BigInt],
  [TIMESTAMPTZ, (text) => new Date(text).toISOString()],
  [JSONB, (text) => JSON.stringify(JSON.parse(text))],
]);

const types = { getTypeParser: (type) => parsers.get(type) ?? ((text) => text) };

/** The open connections, by session and URL. */
const clients = new Map();

async function clientOf(key, url) {
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = new pg.Client({ connectionString: url, types, options: '-c timezone=UTC -c datestyle=ISO' });
  client.on('error', () => clients.delete(key));
  await client.connect();
  clients.set(key, client);
  return client;
}

async function answer({ url, text, values, session }) {
  const key = `${session} ${url}`;
  if (text !== undefined) {
    const client = await clientOf(key, url);
    const results = await client.query(values.length === 0 ? text : { text, values });
    return Array.isArray(results) ? results.map(({ rows }) => rows) : results.rows;
  }
  await clients.get(key)?.end();
  clients.delete(key);
  return [];
}

const { port, state } = workerData;

port.on('message', async (question) => {
  const answered = await answer(question).then(
    (rows) => ({ rows }),
    (error) => ({ message: error.message }),
  );
  port.postMessage(answered);
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
});
