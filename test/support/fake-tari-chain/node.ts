import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringifyJson } from '#platform/json.ts';
import { type Answer, answerTo, DEFAULT_VIEW, type NodeView } from './node-answers.ts';
import { misbehave, type NodeFault } from './node-faults.ts';
import { type ChainRecording, readRecording } from './recording.ts';
import { recordedChain, type ServedChain, upTo } from './served-chain.ts';

/** A base node's HTTP interface on 127.0.0.1, over any chain. */

export interface FakeNodeOptions extends Partial<Omit<NodeView, 'chain'>> {
  /** How old an answer from the cache may be; 0: there is no cache. Real ones keep answers for up to a minute. */
  cacheMs?: number;
  /** The cache's clock. */
  now?: () => number;
  /** Where it is to listen again after it was stopped. */
  port?: number;
}

export interface NodeRequest {
  path: string;
  query: Record<string, string>;
}

export interface FakeNode {
  readonly url: string;
  readonly port: number;
  /** Every request that came, in order. */
  readonly requests: NodeRequest[];
  /** Another chain, or what a liar makes of one: from the next answer on that no cache has. */
  show(chain: ServedChain): void;
  /** Lets the node know the chain only up to this height, or, with Infinity, all of it. */
  knowUpTo(height: number): void;
  change(view: Partial<Omit<NodeView, 'chain'>>): void;
  /** Every answer, or every one of this path, goes wrong until `heal`. */
  fail(fault: NodeFault, path?: string): void;
  /** The next answers do, each once. */
  failNext(count: number, fault: NodeFault, path?: string): void;
  heal(): void;
  /** Changes answers after they are made: for lies of any kind. Without a function, none. */
  alter(change?: (path: string, answer: Answer) => Answer): void;
  /** Ends without a word to those who wait. */
  close(): Promise<void>;
}

interface Fault {
  fault: NodeFault;
  path: string | undefined;
  left: number;
}

export async function startFakeNode(chain: ServedChain, options: FakeNodeOptions = {}): Promise<FakeNode> {
  const { cacheMs = 0, now = Date.now, port = 0, ...given } = options;
  let shown = chain;
  let highest = Number.POSITIVE_INFINITY;
  let view = { ...DEFAULT_VIEW, ...given };
  let alter = (_: string, answer: Answer): Answer => answer;
  const requests: NodeRequest[] = [];
  const faults: Fault[] = [];
  const cache = new Map<string, { answer: Answer; at: number }>();

  const answer = (url: URL): Answer => {
    const key = url.pathname + url.search;
    const cached = cache.get(key);
    if (cached !== undefined && now() - cached.at < cacheMs) return cached.answer;
    const known = upTo(shown, () => highest);
    const fresh = alter(url.pathname, answerTo(url.pathname, url.searchParams, { ...view, chain: known }));
    if (cacheMs > 0 && fresh.status === 200) cache.set(key, { answer: fresh, at: now() });
    return fresh;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://node');
    requests.push({ path: url.pathname, query: Object.fromEntries(url.searchParams) });
    const fault = takeFault(faults, url.pathname);
    if (fault === undefined) reply(request, response, answer(url));
    else misbehave(fault, response, answer(url), stringifyJson);
  });
  await listen(server, port);
  const listening = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    requests,
    show: (other) => {
      shown = other;
    },
    knowUpTo: (height) => {
      highest = height;
    },
    change: (changes) => {
      view = { ...view, ...changes };
    },
    fail: (fault, path) => {
      faults.push({ fault, path, left: Number.POSITIVE_INFINITY });
    },
    failNext: (count, fault, path) => {
      faults.push({ fault, path, left: count });
    },
    heal: () => {
      faults.length = 0;
    },
    alter: (change = (_, answered) => answered) => {
      alter = change;
    },
    close: () => close(server),
  };
}

/** A node that serves a recorded chain as it was recorded. */
export function recordedNode(file?: URL, options: FakeNodeOptions = {}): Promise<FakeNode> {
  const recording: ChainRecording = readRecording(file);
  return startFakeNode(recordedChain(recording), { isSynced: recording.tip.is_synced, ...options });
}

function takeFault(faults: Fault[], path: string): NodeFault | undefined {
  const fault = faults.find((each) => each.left > 0 && (each.path === undefined || each.path === path));
  if (fault === undefined) return undefined;
  fault.left -= 1;
  return fault.fault;
}

function reply(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  if (request.method !== 'GET') {
    response.writeHead(405).end();
    return;
  }
  const isText = typeof body === 'string';
  const text = isText ? body : stringifyJson(body);
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'public, max-age=30, s-maxage=30, stale-while-revalidate=15',
  });
  response.end(text);
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
