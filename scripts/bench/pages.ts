import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { prepareChainStage } from '#test/demo/demo-environment.ts';
import { walkthrough } from '#test/demo/walkthrough.ts';
import { type ServerProcess, startServer } from '#test/processes/server-process.ts';

/** Measures the pay page of the built server: a page, open streams, and what the page costs while nobody asks for it. */

const STREAMS = 2_000;
/** Fewer than one address may have open. */
const STREAMS_OF_ADDRESS = 20;
const PAGES = 500;
const WARM_UP = 300;
const PATH = '/o/8997470732594/812F9C09E';

const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-pages-'));
const stage = await prepareChainStage(folder, { unclaimedTimeoutMs: 3_600_000 });
try {
  for (const isOn of [false, true]) await measureStart(isOn);
  const server = await startServer({ ...stage.settings, TPG_LOG_LEVEL: 'warn' }, join(folder, 'server.log'));
  try {
    await measurePages(server);
  } finally {
    await server.stop();
  }
} finally {
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measureStart(isOn: boolean): Promise<void> {
  const begun = performance.now();
  const server = await startServer({ ...stage.settings, TPG_PAY_PAGE: isOn ? 'on' : 'off' }, join(folder, 'start.log'));
  const startMs = performance.now() - begun;
  await settle();
  say(`page ${isOn ? 'on ' : 'off'}: start ${startMs.toFixed(0)} ms, ${residentMb(server).toFixed(1)} MB resident`);
  await server.stop();
}

async function measurePages(server: ServerProcess): Promise<void> {
  const steps = walkthrough({ ...stage, serverUrl: () => server.url });
  for (const step of steps.slice(0, 4)) await step.run();
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  let bytes = 0;
  for (let count = 0; count < WARM_UP; count += 1) await body(get(`${server.url}${PATH}`, { agent }));
  const cpuBeforeMs = cpuMs(server);
  for (let count = 0; count < PAGES; count += 1) {
    const begun = performance.now();
    const page = await body(get(`${server.url}${PATH}`, { agent }));
    times.push(performance.now() - begun);
    bytes = gzipSync(page).length;
  }
  const cpu = (cpuMs(server) - cpuBeforeMs) / PAGES;
  times.sort((a, b) => a - b);
  say(
    `page: ${cpu.toFixed(2)} ms of CPU; ${at(times, 0.05)} ms 5 %, ${at(times, 0.5)} ms median, with the client's part and what else the machine does; HTML ${bytes} bytes compressed`,
  );
  agent.destroy();
  await settle();
  const before = residentMb(server);
  const streams = await openStreams(server.url);
  await settle();
  say(`${streams.length} streams: ${(residentMb(server) - before).toFixed(1)} MB more resident`);
  const heard = Promise.all(streams.map(({ seen }) => seen));
  const begun = performance.now();
  // The fifth step claims the order, which can be paid for longer then.
  await steps[4]?.run();
  const answered = performance.now();
  await heard;
  say(
    `an event: ${(performance.now() - begun).toFixed(0)} ms from the claim to all, ${(performance.now() - answered).toFixed(0)} ms after its answer`,
  );
  for (const { request } of streams) request.destroy();
}

interface Stream {
  request: ClientRequest;
  seen: Promise<void>;
}

/** From as many addresses of this machine as it takes. */
async function openStreams(url: string): Promise<Stream[]> {
  const streams: Stream[] = [];
  for (let index = 0; index < STREAMS; index += 1) {
    const localAddress = `127.0.1.${1 + Math.floor(index / STREAMS_OF_ADDRESS)}`;
    const request = get(`${url}${PATH}/events`, { localAddress, agent: false });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', reject);
    });
    if (response.statusCode !== 200) throw new Error(`Stream ${index} was answered ${response.statusCode}`);
    let events = 0;
    const seen = new Promise<void>((resolve) => {
      response.on('data', (chunk: Buffer) => {
        if (chunk.includes('event: state')) events += 1;
        if (events > 1) resolve();
      });
    });
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    streams.push({ request, seen });
  }
  return streams;
}

function body(request: ClientRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
    });
  });
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
}

/** What the process has computed for, in all of its threads: other programs on the machine do not count. */
function cpuMs({ pid }: ServerProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // In hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentMb({ pid }: ServerProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2_000));
}

function say(text: string): void {
  console.log(text);
}
