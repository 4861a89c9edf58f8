import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { customerRepository } from '#engine/store/customers.ts';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import type { OpenedStore } from '#platform/database/open.ts';
import { openStore } from '#test/database/open.ts';
import { queryPostgres } from '#test/database/postgres-queries.ts';
import { certificateFile, TestPostgres } from '#test/database/postgres-server.ts';
import { orderBody, startServer } from '#test/server.ts';
import { NOW } from '#test/test-wallets.ts';

/** A PostgreSQL that speaks TLS, and is called localhost. */
let server: TestPostgres;

beforeAll(async () => {
  server = await TestPostgres.start({ identity: 'server' });
});
afterEach(() => showCertificateOf('server'));
afterAll(() => server.remove());

function showCertificateOf(identity: 'server' | 'stranger'): void {
  server.identify(identity);
  queryPostgres(server.url, 'select pg_reload_conf()');
}

const TRUSTED = { sslmode: 'verify-full', sslrootcert: certificateFile('authority') };

/** The URL of a database by the name of its server and with settings of TLS. */
function urlWith(settings: Record<string, string>, { name = 'localhost', serverUrl = server.url } = {}): string {
  const url = new URL(serverUrl);
  url.hostname = name;
  for (const [setting, value] of Object.entries(settings)) url.searchParams.set(setting, value);
  return url.href;
}

const open = (url: string): Promise<OpenedStore> => openStore(url, { maxConnections: 2 });

/** How many connections are encrypted. */
function encrypted(): unknown {
  return queryPostgres(server.url, 'select count(*) as connections from pg_stat_ssl where ssl')[0]?.connections;
}

describe('a server whose certificate an authority of ours has signed', () => {
  it.each(['verify-full', 'verify-ca', 'require', 'prefer'])('is worked with, encrypted, by %s', async (sslmode) => {
    const store = await open(urlWith({ ...TRUSTED, sslmode }));
    await store.run((tx) => tx.use(customerRepository).ensure('c1', NOW));
    expect(await store.read(async (tx) => (await tx.use(customerRepository).totals('c1'))?.current)).toBe(0n);
    expect(encrypted()).toBeGreaterThan(0n);
    // What listens and what holds leases are encrypted too.
    store.onCommitted(() => undefined);
    const lease = await store.acquireLease('tests');
    expect(lease).toBeDefined();
    await expect.poll(encrypted).toBe(3n);
    expect(
      queryPostgres(
        server.url,
        `select 1 from pg_stat_ssl join pg_stat_activity using (pid)
      where application_name = 'tari-payment-server' and not ssl`,
      ),
    ).toEqual([]);
    await lease?.release();
    await store.close();
  });
});

describe('a connection is refused, and says why', () => {
  const UNTRUSTED = /^The database can't be reached: unable to verify the first certificate; .* sslrootcert/;

  it.each(['verify-full', 'verify-ca', 'require', 'prefer'])(
    'by %s, where another authority has signed the certificate, or none that is known',
    async (sslmode) => {
      const another = urlWith({ sslmode, sslrootcert: certificateFile('stranger') });
      await expect(open(another)).rejects.toThrow(UNTRUSTED);
      await expect(open(urlWith({ sslmode }))).rejects.toThrow(UNTRUSTED);
    },
  );

  it.each(['verify-full', 'verify-ca', 'require', 'prefer'])(
    'by %s, where the certificate is for another name',
    async (sslmode) => {
      const opening = open(urlWith({ ...TRUSTED, sslmode }, { name: '127.0.0.1' }));
      await expect(opening).rejects.toThrow(StoreUnavailableError);
      await expect(open(urlWith({ ...TRUSTED, sslmode }, { name: '127.0.0.1' }))).rejects.toThrow(
        /127\.0\.0\.1 is not in the cert's list; .* TPG_DATABASE_URL/,
      );
    },
  );

  it('where the certificate is signed by nobody else', async () => {
    showCertificateOf('stranger');
    await expect(open(urlWith(TRUSTED))).rejects.toThrow(/self-signed certificate; .* sslrootcert/);
  });

  it('where the server speaks no TLS', async () => {
    const { serverUrl } = inject('postgres');
    const plain = urlWith(TRUSTED, { serverUrl, name: new URL(serverUrl).hostname });
    await expect(open(plain)).rejects.toThrow(
      "The database can't be reached: The server does not support SSL connections",
    );
  });

  it('where the file of the authority is missing', async () => {
    const missing = urlWith({ ...TRUSTED, sslrootcert: '/nowhere/ca.pem' });
    await expect(open(missing)).rejects.toThrow(/no such file or directory, open '\/nowhere\/ca.pem'/);
  });
});

describe('a server of ours whose database shows another certificate one day', () => {
  it('is not ready and refuses, until it shows the right one again', async () => {
    const ours = await startServer({ settings: { TPG_DATABASE_URL: urlWith(TRUSTED) } });
    try {
      expect((await ours.webhook(orderBody())).status).toBe(200);
      showCertificateOf('stranger');
      queryPostgres(server.url, 'select pg_terminate_backend(pid) from pg_stat_ssl where ssl');
      expect((await ours.webhook(orderBody())).status).toBe(503);
      await expect
        .poll(async () => (await ours.get('/health/ready')).json, { timeout: 5_000 })
        .toMatchObject({
          ready: false,
          database: 'unavailable',
          reasons: [expect.stringContaining('The database cannot be written')],
        });
      expect(ours.logLines.join('\n')).toContain('self-signed certificate');
      showCertificateOf('server');
      await expect.poll(async () => (await ours.get('/health/ready')).status, { timeout: 5_000 }).toBe(200);
    } finally {
      await ours.close();
    }
  });
});
