import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { settingDescriptions } from '#test/settings.ts';
import { spawn } from './child-process.ts';

/** The real server as a process of its own, to be started, killed and started again. */
export interface ServerProcess {
  /** Where it takes requests. */
  url: string;
  pid: number;
  /** Its exit code, when it has ended; null where it was killed. */
  ended: Promise<number | null>;
  /** Ends it in order and answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Those that run, so that none outlives the one that started it. */
const running = new Set<ChildProcess>();

/** Ends whatever runs of those that were started here: a test that failed or ran out of time may have left some. */
export function killServers(): void {
  for (const child of running) child.kill('SIGKILL');
}
process.once('exit', killServers);

/** A loaded machine may take many times the second that a start takes. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/**
 * Starts the built server (`npm run build`) with exactly the given settings: what the environment or a `.env` says does not count.
 * @param logFile what it logs is added there.
 * @throws {Error} where it does not take requests in time, or ends by itself.
 */
export async function startServer(settings: Readonly<Record<string, string>>, logFile: string): Promise<ServerProcess> {
  const main = fileURLToPath(new URL('../../../dist/tari-payment-server.js', import.meta.url));
  const unset = Object.fromEntries(settingDescriptions.map(({ name }) => [name, '']));
  // It writes there by itself, as under a supervisor: what passes through here would take time from whoever measures.
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...unset, ...settings },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  running.add(child);
  child.once('exit', () => running.delete(child));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const url = `http://${settings.TPG_HOST}:${settings.TPG_PORT}`;
  await untilItAnswers(child, url, logFile);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await ended;
  };
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      await end('SIGTERM');
      return ended;
    },
    kill: () => end('SIGKILL'),
  };
}

async function untilItAnswers(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}; see ${logFile}`);
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  child.kill('SIGKILL');
  throw new Error(`The server took no requests within ${START_TIMEOUT_MS / 1000} s; see ${logFile}`);
}

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port could be had');
  return address.port;
}

/** The memory of a process, in MB: now, or the most that it ever had. */
export function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const kib = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
