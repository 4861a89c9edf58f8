import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_SETTINGS_FILE, spawn } from '#test/processes/child-process.ts';
import { eventually, HMAC_SECRET, hmacOf, orderBody } from '#test/server.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
/** A machine with much else to do takes a hundred times the second that a start takes. */
const PATIENT_MS = 240_000;
const PATIENT = { timeout: 3 * PATIENT_MS };

let folder: string;
const running = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tari-process-'));
});

afterEach(() => {
  for (const process of running) process.kill('SIGKILL');
  running.clear();
  rmSync(folder, { recursive: true });
});

const BUILT = ['dist/tari-payment-server.js'];
/** As `npm run dev` starts it. */
const WATCHED = ['--import', 'tsx', 'scripts/dev.ts'];

/** The server as a process of its own, with nothing in its environment and in its settings file but these settings. */
function run(settings: Record<string, string>, program = BUILT) {
  const child = spawn(process.execPath, program, {
    cwd: PROJECT,
    env: {
      PATH: process.env.PATH,
      ...NO_SETTINGS_FILE,
      TPG_DATABASE_URL: `sqlite://${join(folder, 'store.db')}`,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const url = () =>
    eventually(() => {
      const found = /is listening at (http:[^"]+)/.exec(output.stdout)?.[1];
      if (found === undefined) throw new Error(`The server does not listen yet: ${output.stdout} ${output.stderr}`);
      return found;
    }, PATIENT_MS);
  return { child, output, ended, url };
}

function integrityOf(file: string): unknown {
  const database = new SqliteDatabase(file, { readonly: true });
  try {
    return database.pragma('integrity_check', { simple: true });
  } finally {
    database.close();
  }
}

describe('the server as a process', PATIENT, () => {
  it('names all that is wrong with its settings and ends with 1', async () => {
    const { output, ended } = run({
      TPG_PORT: '99999',
      TPG_RATE_LIMIT: 'often',
      TPG_JWT_SIGNING_KEY: 'this-is-a-secret-and-no-key',
      TPG_SHOPIFY_SHOP: 'our-shop',
      TPG_EXPIRY_SCHEDULE: 'now and then',
    });
    expect(await ended).toEqual({ code: 1, signal: null });
    const problems = output.stderr.split('\n').filter((line) => line.startsWith('  - '));
    expect(problems).toHaveLength(6);
    for (const name of ['TPG_PORT', 'TPG_RATE_LIMIT', 'TPG_JWT_SIGNING_KEY', 'TPG_EXPIRY_SCHEDULE']) {
      expect(problems.filter((problem) => problem.includes(`- ${name} must be`))).toHaveLength(1);
    }
    expect(problems.filter((problem) => problem.includes('TPG_SHOPIFY_SHOP is set'))).toHaveLength(2);
    expect(output.stderr).not.toContain('this-is-a-secret');
    expect(output.stdout).toBe('');
    expect(existsSync(join(folder, 'store.db'))).toBe(false);
  });

  it('says in one sentence that it cannot listen, and ends with 1', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { output, ended } = run({ TPG_PORT: String((other.address() as AddressInfo).port) });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(output.stderr).toMatch(/^The server could not start: .*EADDRINUSE.*\n$/);
    other.close();
  });

  it('serves, keeps made keys to its owner, and ends in order when told to', async () => {
    const server = run({ TPG_PORT: '0', TPG_SHOPIFY_HMAC_SECRET: HMAC_SECRET }, WATCHED);
    const url = await server.url();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const body = orderBody();
    const headers = { 'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET), 'content-type': 'application/json' };
    const taken = await fetch(`${url}/shopify/webhook/checkout_create`, { method: 'POST', body, headers });
    expect(await taken.json()).toMatchObject({ success: true });

    const keyFile = join(folder, 'jwt-keys.env');
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(server.output.stdout).toContain('RANDOM KEY');
    const keys = readFileSync(keyFile, 'utf8').match(/[0-9a-f]{64}/g) ?? [];
    expect(keys).toHaveLength(2);

    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual({ code: 0, signal: null });

    expect(server.output.stderr).toBe('');
    expect(server.output.stdout).toContain('Received SIGTERM');
    expect(server.output.stdout.trimEnd().split('\n').at(-1)).toContain('The server has stopped');
    for (const secret of [...keys.slice(0, 1), HMAC_SECRET]) expect(server.output.stdout).not.toContain(secret);
    const file = join(folder, 'store.db');
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect(integrityOf(file)).toBe('ok');
    const database = new SqliteDatabase(file, { readonly: true });
    expect(database.prepare('select order_id from orders').all()).toEqual([{ order_id: '1001' }]);
    database.close();
  });

  it('loses nothing that it answered when it is killed, and serves again with the same keys', async () => {
    const settings = { TPG_PORT: '0', TPG_SHOPIFY_HMAC_SECRET: HMAC_SECRET };
    const first = run(settings);
    const url = await first.url();
    const send = (index: number) => {
      const body = orderBody({ id: index });
      const headers = { 'x-shopify-hmac-sha256': hmacOf(body, HMAC_SECRET), 'content-type': 'application/json' };
      return fetch(`${url}/shopify/webhook/checkout_create`, { method: 'POST', body, headers });
    };
    const answered: string[] = [];
    const sending = Array.from({ length: 100 }, async (_, index) => {
      const answer = await send(index + 1).catch(() => undefined);
      if (answer?.status !== 200) return;
      answered.push(String(index + 1));
      if (answered.length === 20) first.child.kill('SIGKILL');
    });
    await Promise.all(sending);
    expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
    const keys = readFileSync(join(folder, 'jwt-keys.env'), 'utf8');

    const second = run(settings);
    expect((await fetch(`${await second.url()}/health/ready`)).status).toBe(200);
    const database = new SqliteDatabase(join(folder, 'store.db'), { readonly: true });
    const kept = new Set(database.prepare('select order_id from orders').pluck().all() as string[]);
    database.close();
    expect(answered.filter((orderId) => !kept.has(orderId))).toEqual([]);
    expect(readFileSync(join(folder, 'jwt-keys.env'), 'utf8')).toBe(keys);
    second.child.kill('SIGINT');
    expect(await second.ended).toEqual({ code: 0, signal: null });
  });
});
