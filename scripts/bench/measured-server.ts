import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TestPostgres } from '#test/database/postgres-server.ts';
import { freePort, memoryMb, startServer } from '#test/processes/server-process.ts';

/** A server to be measured: one process, or more over a PostgreSQL of this machine. */
export interface MeasuredServer {
  /** Where its instances take requests. */
  urls: readonly string[];
  /** How long the slowest of them took to be ready, all started at once. */
  startMs: number;
  /** What all of them hold in memory; without PostgreSQL's own processes. */
  memoryMb(): number;
  /** The most that they held, each at a time of its own. */
  peakMemoryMb(): number;
  /** Ends it, where it has not ended. */
  stop(): Promise<void>;
}

/** Starts the bare route in a process of its own. */
export async function startBareRoute(hmacSecret: string): Promise<MeasuredServer> {
  const startedAt = performance.now();
  const port = await freePort();
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(
    process.execPath,
    ['--import', loader, fileURLToPath(new URL('./bare-server.ts', import.meta.url))],
    { env: { ...process.env, BENCH_PORT: String(port), BENCH_HMAC_SECRET: hmacSecret }, stdio: 'inherit' },
  );
  const ended = once(child, 'exit');
  const pid = child.pid ?? 0;
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200 && !(await fetch(url).catch(() => undefined)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    urls: [url],
    startMs: performance.now() - startedAt,
    memoryMb: () => memoryMb(pid),
    peakMemoryMb: () => memoryMb(pid, 'VmHWM'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A PostgreSQL whose commits are durable, on a disk as SQLite's file is. The caller removes it. */
export function postgresToMeasure(): Promise<TestPostgres> {
  return TestPostgres.start({ isDurable: true, parent: tmpdir() });
}

/**
 * Starts so many instances with the same settings, each with a port of its own.
 * @param settings with the database as TPG_DATABASE_URL, which is up to date.
 */
export async function startInstances(
  settings: Readonly<Record<string, string>>,
  instances: number,
  folder: string,
): Promise<MeasuredServer> {
  const startedAt = performance.now();
  const servers = await Promise.all(
    Array.from({ length: instances }, async (_, index) =>
      startServer({ ...settings, TPG_PORT: String(await freePort()) }, join(folder, `server-${index + 1}.log`)),
    ),
  );
  return {
    urls: servers.map(({ url }) => url),
    startMs: performance.now() - startedAt,
    memoryMb: () => servers.reduce((sum, { pid }) => sum + memoryMb(pid), 0),
    peakMemoryMb: () => servers.reduce((sum, { pid }) => sum + memoryMb(pid, 'VmHWM'), 0),
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
