import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hex } from '@scure/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signClaim } from '#tari/claim.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { privateKeyOf } from '#test/database/certificates/private-key.ts';
import { example, ROOT } from '#test/docs/documents.ts';
import { spawn } from '#test/processes/child-process.ts';
import { freePort, type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { eventually, HMAC_SECRET, hmacOf, orderBody } from '#test/server.ts';
import { HOT_WALLET, personOf } from '#test/test-wallets.ts';

const PAGE = 'docs/operator.md';
const BOSS = personOf(7);
const CUSTOMER = personOf(8);
const AUTHORITY = join(ROOT, 'test/support/database/certificates/authority.pem');
const run = promisify(execFile);
const random = (length: number) => new Uint8Array(length).fill(5);

/** Debian's own; its folder is not in everybody's PATH. */
const NGINX = '/usr/sbin/nginx';

let folder: string;
let server: ServerProcess;
let nginx: ChildProcess;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tps-nginx-'));
  const database = `sqlite://${join(folder, 'store.db')}`;
  await tool('setup', 'add-user', '-d', database, '-a', BOSS.address, '-r', 'super_admin', '-r', 'read_all');
  const settings = {
    TPG_HOST: '127.0.0.1',
    TPG_PORT: String(await freePort()),
    TPG_DATABASE_URL: database,
    TPG_SHOPIFY_HMAC_SECRET: HMAC_SECRET,
    TPG_PAYMENT_WALLET_ADDRESS: HOT_WALLET.address,
    TPG_USE_X_FORWARDED_FOR: 'true',
    TPG_TRUSTED_PROXIES: '127.0.0.1',
    TPG_METRICS: 'on',
  };
  server = await startServer(settings, join(folder, 'server.log'));
});
afterEach(async () => {
  if (nginx !== undefined && nginx.exitCode === null) {
    nginx.kill('SIGQUIT');
    await new Promise((resolve) => nginx.once('exit', resolve));
  }
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The documented text with the places of this machine in place of those of the document, and nothing else changed. */
async function startNginx(documented: string): Promise<void> {
  const port = await freePort();
  const [certificate, key] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  writeFileSync(certificate, readFileSync(join(ROOT, 'test/support/database/certificates/server.pem')));
  writeFileSync(key, privateKeyOf('server of tests'));
  const replacements: [string | RegExp, string][] = [
    ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
    ['/etc/nginx/pay.example.com.pem', certificate],
    ['/etc/nginx/pay.example.com.key', key],
    [/10\.0\.0\.1\d:8360|127\.0\.0\.1:8360/g, new URL(server.url).host],
  ];
  let site = documented;
  for (const [from, to] of replacements) {
    const changed = site.replace(from, to);
    expect(changed, `the document has ${from}`).not.toBe(site);
    site = changed;
  }
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (of) => `${of}_temp_path ${folder}/${of};`,
  );
  const configuration = join(folder, 'nginx.conf');
  writeFileSync(
    configuration,
    `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
     events { worker_connections 256; }
     http { access_log off; ${temporary.join(' ')}\n${site}\n}`,
  );
  nginx = spawn(NGINX, ['-c', configuration, '-p', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  nginx.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  nginx.once('error', (error) => {
    said += `${error.message}; install it: apt-get install nginx-light`;
  });
  url = `https://localhost:${port}`;
  await eventually(async () => {
    if (nginx.exitCode !== null || nginx.pid === undefined) throw new Error(`nginx has not started: ${said}`);
    expect((await send('GET', '/health')).status).toBe(200);
  }, 15_000);
}

interface Answer {
  status: number;
  text: string;
}

function send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers, ca: readFileSync(AUTHORITY) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The built tool, at home in the folder of the test. */
function tool(...given: string[]): Promise<{ stdout: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    NODE_EXTRA_CA_CERTS: AUTHORITY,
    BOSS_KEY: hex.encode(BOSS.secretKey),
  };
  return run(process.execPath, [join(ROOT, 'dist/taritools.js'), ...given], { env });
}

let nonce = BigInt(Date.now());

function loginToken(): string {
  nonce += 1n;
  return signToken({ address: BOSS.address, nonce, desired_roles: ['user', 'read_all'] }, BOSS.secretKey, random);
}

function webhook(body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET) };
  return send('POST', '/shopify/webhook/checkout_create', headers, body);
}

const TAKEN = { status: 200, text: expect.stringContaining('"success":true') };

describe.each(['nginx', 'nginx-several'])('the documented configuration %s', (name) => {
  it('lets through logins, webhooks, claims and events', { timeout: 90_000 }, async () => {
    await startNginx(example(PAGE, name));

    // A login, as old clients and new ones send it.
    for (const headers of [{ tpg_auth_token: loginToken() }, { authorization: `Bearer ${loginToken()}` }]) {
      expect(await send('POST', '/auth', headers as Record<string, string>)).toMatchObject({ status: 200 });
    }
    const access = (await send('POST', '/auth', { authorization: `Bearer ${loginToken()}` })).text;
    for (const headers of [{ tpg_access_token: access }, { authorization: `Bearer ${access}` }]) {
      expect((await send('GET', '/api/check_token', headers as Record<string, string>)).text).toContain(
        'Token is valid',
      );
    }
    expect((await send('POST', '/auth')).text).toContain('underscores_in_headers on');

    // Webhooks, of the usual size and of nearly 2 MiB.
    expect(await webhook(orderBody({ id: 1, name: '#1' }))).toMatchObject(TAKEN);
    const large = orderBody({ id: 2, name: '#2', note_attributes: [{ name: 'x', value: 'y'.repeat(1_900_000) }] });
    expect(await webhook(large)).toMatchObject(TAKEN);

    // A claim, and the events of it while they come.
    const events = follow(access);
    const claim = signClaim(CUSTOMER.secretKey, CUSTOMER.tariAddress, '1', random);
    const claimed = await send('POST', '/order/claim', { 'content-type': 'application/json' }, JSON.stringify(claim));
    expect([claimed.status, JSON.parse(claimed.text)]).toEqual([200, expect.objectContaining({ order_id: '1' })]);
    expect(await events).toEqual(['NewOrder', 'NewOrder', 'OrderClaimed']);

    // The tool, which keeps its token.
    await tool(
      'profile',
      'add',
      'boss',
      '--server',
      url,
      '--secret-key-env',
      'BOSS_KEY',
      '-r',
      'user',
      '-r',
      'read_all',
    );
    for (let times = 0; times < 2; times += 1) {
      const { stdout } = await tool('admin', 'orders', 'get', '1', '--json', '-p', 'boss');
      expect(JSON.parse(stdout)).toMatchObject({ order_id: '1', status: 'New' });
    }

    // The server knows who asks, and strangers don't see the metrics.
    const lines = readFileSync(join(folder, 'server.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('/order/claim'));
    expect(JSON.parse(lines[0] ?? '{}').access).toMatchObject({ address: '127.0.0.1', xForwardedFor: '127.0.0.1' });
    expect((await send('GET', '/metrics')).status).toBe(404);
  });
});

/** Reads events as they come, as followers do, until an order is claimed. Answers their types. */
async function follow(access: string): Promise<string[]> {
  const types: string[] = [];
  for (let after = 0; !types.includes('OrderClaimed'); await sleep(100)) {
    const answer = await send('GET', `/api/events?after=${after}&limit=10`, { tpg_access_token: access });
    for (const event of JSON.parse(answer.text) as { id: number; type: string }[]) {
      types.push(event.type);
      after = event.id;
    }
  }
  return types;
}
