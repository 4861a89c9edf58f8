import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openStore } from '#platform/database/open.ts';
import { databaseUrlOf, type PostgresOfTests } from '#test/database/database.ts';
import { TestPostgres } from '#test/database/postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL that tests keep their stores in. There is none where they keep them in SQLite. */
    postgres: PostgresOfTests;
  }
}

/**
 * Starts a PostgreSQL for all tests of the project, or takes the one that TPG_TEST_POSTGRES_URL names, and makes the
 * database there whose copies the tests get.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TPG_TEST_POSTGRES_URL;
  const server = given === undefined ? await TestPostgres.start() : undefined;
  const serverUrl = given ?? (server as TestPostgres).url;
  const prefix = `tps_test_${process.pid}_`;
  const template = `${prefix}template`;
  await withClient(serverUrl, (client) => client.query(`create database ${template}`));
  const store = await openStore(databaseUrlOf(serverUrl, template), { maxConnections: 1 });
  await store.close();
  project.provide('postgres', { serverUrl, template, prefix });
  return async () => {
    if (server) await server.remove();
    else await withClient(serverUrl, (client) => dropAll(client, prefix));
  };
}

async function dropAll(client: pg.Client, prefix: string): Promise<void> {
  const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [prefix]);
  for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`);
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
