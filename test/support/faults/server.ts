import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '#engine/reconciliation.ts';
import { newFolder, SqliteTestDatabase, type TestDatabase } from '#test/database/database.ts';
import { openReader } from '#test/database/open.ts';
import { freePort, type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { HMAC_SECRET, hmacOf, orderBody } from '#test/server.ts';

/** The built server as a process of its own, that can be killed, and whose database can be damaged. */
export interface Place {
  folder: string;
  /** Always of SQLite. */
  database: SqliteTestDatabase;
  file: string;
  start(settings?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** Ends what runs and removes everything. */
  clear(): Promise<void>;
}

/** @param databaseFolder where the database is kept; a folder of its own unless told. */
export function aPlace(databaseFolder?: string): Place {
  const folder = newFolder();
  const database = new SqliteTestDatabase(mkdtempSync(join(databaseFolder ?? folder, 'database-')));
  const { file, url } = database;
  const started = new Set<ServerProcess>();
  return {
    folder,
    database,
    file,
    async start(settings = {}) {
      const server = await startServer(
        {
          TPG_HOST: '127.0.0.1',
          TPG_PORT: String(await freePort()),
          TPG_DATABASE_URL: url,
          TPG_SHOPIFY_HMAC_SECRET: HMAC_SECRET,
          TPG_RATE_LIMIT: '0',
          ...settings,
        },
        join(folder, 'server.log'),
      );
      started.add(server);
      return server;
    },
    async clear() {
      for (const server of started) await server.kill();
      await database.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An orders/create webhook of 100 XTM, as it is sent. */
export function orderRequest(id: number): { body: string; headers: Record<string, string> } {
  const body = orderBody({ id, name: `#${id}` });
  const headers = {
    'content-type': 'application/json',
    'x-shopify-topic': 'orders/create',
    'x-shopify-webhook-id': randomUUID(),
    'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET),
  };
  return { body, headers };
}

export const WEBHOOK = '/shopify/webhook/checkout_create';

export function sendOrder(url: string, id: number): Promise<Response> {
  return fetch(`${url}${WEBHOOK}`, { method: 'POST', ...orderRequest(id) });
}

/** The ids of the orders that are kept, seen past the server. */
export function keptOrders(database: TestDatabase): Set<number> {
  return new Set(database.rows('select order_id from orders').map((row) => Number(row.order_id)));
}

/** What the audit finds wrong with the books. */
export async function differencesIn({ url }: TestDatabase): Promise<unknown[]> {
  const reader = await openReader(url);
  try {
    return [...(await audit(reader)).differences];
  } finally {
    await reader.close();
  }
}
