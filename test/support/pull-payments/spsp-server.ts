import { request } from 'node:http';
import { createLogger } from '#platform/logging/json-log.ts';
import { createSpspListener } from '#pull-payments/http/spsp/listener.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import { type ManualClock, manualClock } from '#test/clock.ts';
import { parseSettings } from '#test/settings.ts';
import { EndpointStandIn } from './endpoint-stand-in.ts';
import { ServiceStandIn } from './service-stand-in.ts';

export const SPSP_TYPE = 'application/spsp4+json';

export interface SpspAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and say what they expect.
  json: any;
}

export interface SpspRequest {
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface SpspServer {
  url: string;
  port: number;
  stands: ServiceStandIn;
  endpoint: EndpointStandIn;
  clock: ManualClock;
  /** All lines of the log. */
  logText: () => string;
  send(method: string, path: string, options?: SpspRequest): Promise<SpspAnswer>;
  close(): Promise<void>;
}

export interface SpspServerOptions {
  settings?: Record<string, string>;
  /** In place of the stand-in. */
  service?: PullPaymentsService;
  clock?: ManualClock;
}

/** The listener for payees on a free port of this machine. */
export async function startSpsp(options: SpspServerOptions = {}): Promise<SpspServer> {
  const parsed = parseSettings({ SPSP_PORT: '0', TPG_RATE_LIMIT: '0', ...options.settings });
  if (!parsed.ok || parsed.settings.pullPayments === null) throw new Error('These settings are not good');
  const { settings } = parsed;
  const clock = options.clock ?? manualClock();
  const lines: string[] = [];
  const log = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } });
  const stands = new ServiceStandIn(clock.now);
  const endpoint = new EndpointStandIn();
  const listener = await createSpspListener({
    http: { settings, clock, log, isEnding: () => false },
    settings: parsed.settings.pullPayments,
    service: options.service ?? stands.service,
    endpoint,
  });
  await listener.start();
  const url = listener.url ?? '';
  const port = Number(new URL(url).port);
  return {
    url,
    port,
    stands,
    endpoint,
    clock,
    logText: () => lines.join(''),
    send: (method, path, sent) => sendTo(port, method, path, sent),
    close: () => listener.stop(),
  };
}

/** By Node's own client: fetch sends an Accept header of its own, and shortens paths. */
function sendTo(port: number, method: string, path: string, { headers = {}, body }: SpspRequest = {}) {
  return new Promise<SpspAnswer>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request({ host: '127.0.0.1', port, method, path, headers: { ...length, ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        const named = response.headers as Record<string, string>;
        resolve({ status: response.statusCode ?? 0, headers: named, text, json: jsonOrUndefined(text) });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
