import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  generateSecretKey,
  publicKeyOf,
  signSchnorr,
  verifySchnorr,
  verifySchnorrReference,
} from '../src/tari/schnorr.ts';
import { makeOrder } from '../test/fakes/shopify/orders.ts';
import { webhookBody } from '../test/fakes/shopify/webhooks.ts';
import { type LoadResult, load, type PreparedRequest } from './bench/load.ts';
import { freePort, startServer } from './server-process.ts';

/** Measures the server beside its limit, in one run on one machine, and prints a table and JSON. */

const CONNECTIONS = 64;
const WARM_UP_REQUESTS = 3_000;
const MEASURED_REQUESTS = 20_000;
const SECRET = 'bench-secret';

let nextOrder = 8_000_000_000_000;

interface Row extends LoadResult {
  name: string;
  memoryMb: number;
}

const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-bench-'));
try {
  const bare = await measureBare();
  const webhook = await measureWebhook();
  print([bare, webhook]);
  const signature = signatureCost();
  console.log(
    `\nOne signature check: ${signature.fastMs.toFixed(3)} ms, by plain noble ${signature.referenceMs.toFixed(3)} ms.`,
  );
  console.log(JSON.stringify({ rows: [bare, webhook], signature }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureBare(): Promise<Row> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      '--import',
      pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
      fileURLToPath(new URL('./bench/bare-server.ts', import.meta.url)),
    ],
    { env: { ...process.env, BENCH_PORT: String(port), BENCH_HMAC_SECRET: SECRET }, stdio: 'inherit' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200 && !(await fetch(url).catch(() => undefined)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const result = await measure(url, child.pid ?? 0, 'bare route (HMAC and parse)', webhooks);
  await end(child);
  return result;
}

async function measureWebhook(): Promise<Row> {
  const port = await freePort();
  const settings = {
    TPG_HOST: '127.0.0.1',
    TPG_PORT: String(port),
    TPG_DATABASE_URL: `sqlite://${join(folder, 'store.db')}`,
    TPG_SHOPIFY_HMAC_SECRET: SECRET,
  };
  const server = await startServer(settings, join(folder, 'server.log'));
  const result = await measure(server.url, server.pid, 'order webhook', webhooks);
  await server.stop();
  return result;
}

async function measure(
  url: string,
  pid: number,
  name: string,
  make: (count: number) => PreparedRequest[],
): Promise<Row> {
  await load(url, make(WARM_UP_REQUESTS), CONNECTIONS);
  const result = await load(url, make(MEASURED_REQUESTS), CONNECTIONS);
  if (result.failures > 0) throw new Error(`${name}: ${result.failures} requests failed`);
  return { name, ...result, memoryMb: residentMb(pid) };
}

/** Orders of real size, each its own, signed. */
function webhooks(count: number): PreparedRequest[] {
  return Array.from({ length: count }, () => {
    nextOrder += 1;
    const id = String(nextOrder);
    const body = webhookBody(
      makeOrder({
        id,
        name: `#${id.slice(-7)}`,
        currency: 'XTM',
        price: '12.50',
        customerId: String(7_000_000 + (nextOrder % 50_000)),
      }),
    );
    const headers = {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': randomBytes(16).toString('hex'),
      'x-shopify-hmac-sha256': createHmac('sha256', SECRET).update(body).digest('base64'),
    };
    return { method: 'POST', path: '/shopify/webhook/checkout_create', headers, body };
  });
}

function signatureCost(): { fastMs: number; referenceMs: number } {
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const secretKey = generateSecretKey(random);
  const publicKey = publicKeyOf(secretKey);
  const message = random(100);
  const signature = signSchnorr('MemoSignature', message, secretKey, random(64));
  const msOf = (verify: typeof verifySchnorr) => {
    const once = (count: number) => {
      const startedAt = performance.now();
      for (let index = 0; index < count; index += 1) {
        if (!verify('MemoSignature', message, publicKey, signature)) throw new Error('The signature must be valid');
      }
      return (performance.now() - startedAt) / count;
    };
    once(300);
    return Math.min(...Array.from({ length: 5 }, () => once(500)));
  };
  return { fastMs: msOf(verifySchnorr), referenceMs: msOf(verifySchnorrReference) };
}

function print(rows: readonly Row[]): void {
  const limit = rows[0]?.requestsPerSecond ?? 1;
  console.log('| | requests/s | of the bare route | p50 ms | p99 ms | memory MB |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const ratio = row.requestsPerSecond / limit;
    console.log(
      `| ${row.name} | ${row.requestsPerSecond.toFixed(0)} | ${ratio.toFixed(2)} | ${row.p50Ms} | ${row.p99Ms} | ${row.memoryMb} |`,
    );
  }
}

function residentMb(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
