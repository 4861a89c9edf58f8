import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stringifyJson } from '#platform/json.ts';
import { newDatabase, newFolder, SqliteTestDatabase, type TestDatabase } from '#test/database/database.ts';
import { prepareChainStage } from '#test/demo/demo-environment.ts';
import { walkthrough } from '#test/demo/walkthrough.ts';
import { startServer } from '#test/processes/server-process.ts';

/** The whole walkthrough against the server as a process that logs all it can, and then a search for what is secret. */

const CLIENT_SECRET = 'shpss_client-secret-of-the-security-tests';

let folder: string;
let database: TestDatabase;
const plainFetch = globalThis.fetch;

beforeEach(async () => {
  folder = newFolder();
  database = await newDatabase();
});

afterEach(async () => {
  globalThis.fetch = plainFetch;
  await database.release();
  rmSync(folder, { recursive: true, force: true });
});

/** A secret in every form in which it might be written down. */
function formsOf(secret: string): string[] {
  const bytes = /^[0-9a-f]{64}$/.test(secret) ? Buffer.from(secret, 'hex') : Buffer.from(secret);
  return [secret, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), [...bytes].join(',')];
}

/** Everything that is stored, and on SQLite what is left of what was. */
function contentOf(stored: TestDatabase): string {
  if (!(stored instanceof SqliteTestDatabase)) return stringifyJson(stored.dump());
  return readdirSync(stored.folder)
    .map((name) => readFileSync(join(stored.folder, name), 'latin1'))
    .join('\n');
}

it.each([
  ['a permanent access token', {}],
  ['client id and secret', { id: 'client-id-of-tests', secret: CLIENT_SECRET }],
])(
  'nothing secret is logged or stored, with %s',
  { timeout: 180_000 },
  async (_, client: { id?: string; secret?: string }) => {
    const secrets = new Map<string, string>();
    const keep = (name: string, secret: string | undefined) => {
      if (secret !== undefined && secret !== '') secrets.set(secret, name);
    };
    const stage = await prepareChainStage(folder, {
      unclaimedTimeoutMs: 10_000,
      databaseUrl: database.url,
      ...(client.id !== undefined && {
        shop: {
          access: {
            kind: 'client_credentials' as const,
            clientId: client.id,
            clientSecret: CLIENT_SECRET,
            lifetimeSeconds: 3600,
          },
        },
      }),
    });
    const settings: Record<string, string> = {
      ...stage.settings,
      TPG_LOG_LEVEL: 'trace',
      TPG_METRICS: 'on',
      TPG_SHOPIFY_HMAC_SECRET_PREVIOUS: 'the-secret-before-of-the-security-tests',
      TPG_SHOPIFY_STOREFRONT_ACCESS_TOKEN: 'storefront-token-of-the-security-tests',
      ...(client.id !== undefined && {
        TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: '',
        TPG_SHOPIFY_API_KEY: client.id,
        TPG_SHOPIFY_API_SECRET: CLIENT_SECRET,
      }),
    };
    for (const name of Object.keys(settings)) {
      if (/SIGNING_KEY|VIEW_KEY|SECRET|ACCESS_TOKEN/.test(name)) keep(name, settings[name]);
    }
    keep('the operator’s key', hex.encode(stage.operator.secretKey));

    // What the clients of the walkthrough send is seen here as it goes out.
    globalThis.fetch = async (input, init) => {
      const headers = new Headers(init?.headers);
      keep('a login token', headers.get('tpg_auth_token') ?? undefined);
      keep('an access token', headers.get('tpg_access_token') ?? undefined);
      keep('an HMAC', headers.get('x-shopify-hmac-sha256') ?? undefined);
      const [, signature] = /"signature":"([0-9a-f]{128})"/.exec(String(init?.body ?? '')) ?? [];
      keep('a signature', signature);
      return plainFetch(input, init);
    };

    const logFile = join(folder, 'server.log');
    const server = await startServer(settings, logFile);
    try {
      for (const step of walkthrough({ ...stage, serverUrl: () => server.url })) await step.run();
      // What fails is logged at greater length.
      const headers = { tpg_auth_token: 'not.a.token-of-tests', authorization: 'Bearer not-a-bearer-of-tests' };
      for (const path of ['/auth', '/api/settle', '/order/claim']) {
        await fetch(`${server.url}${path}`, { method: 'POST', headers, body: '{' });
      }
      keep('a bad login token', 'not.a.token-of-tests');
      keep('a bad access token', 'not-a-bearer-of-tests');
    } finally {
      await server.stop();
      await stage.close();
    }

    expect([...new Set(secrets.values())].length).toBeGreaterThan(10);
    const log = readFileSync(logFile, 'utf8');
    expect(log.split('\n').length).toBeGreaterThan(40);
    const content = contentOf(database);
    expect(content).toContain('8997470732594');
    const found: string[] = [];
    for (const [secret, name] of secrets) {
      for (const form of formsOf(secret)) {
        if (log.includes(form)) found.push(`${name} stands in the log`);
        if (content.includes(form)) found.push(`${name} stands in the database`);
      }
    }
    expect([...new Set(found)]).toEqual([]);
  },
);
