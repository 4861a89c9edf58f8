import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES_OF_ONE_ADDRESS } from '#platform/http/body-budget.ts';
import { aPlace, differencesIn, keptOrders, type Place, sendOrder, WEBHOOK } from '#test/faults/server.ts';
import { memoryMb, type ServerProcess } from '#test/processes/server-process.ts';
import { eventually } from '#test/server.ts';

const CONNECTIONS = 400;
const BODY_BYTES = 2 * 1024 * 1024;
const MAX_MEMORY_MB = 250;
const CONTENT = Buffer.alloc(BODY_BYTES, 'x');

let place: Place;
let server: ServerProcess;
let sockets: Socket[];

beforeEach(() => {
  place = aPlace();
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await place.clear();
});

interface Stranger {
  path?: string;
  headers?: readonly string[];
  bytes?: number;
  /** How many bytes of the body are sent; all of them unless told. */
  sent?: number;
  isChunked?: boolean;
}

/** A connection that sends a request and collects what is answered. */
function stranger({ path = WEBHOOK, headers = [], bytes = BODY_BYTES, sent = bytes, isChunked }: Stranger) {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  const found = { socket, answer: '', isClosed: false };
  socket.on('data', (chunk: Buffer) => {
    found.answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    found.isClosed = true;
  });
  const length = isChunked ? 'transfer-encoding: chunked' : `content-length: ${bytes}`;
  socket.write(
    [`POST ${path} HTTP/1.1`, 'host: pay.example', 'content-type: application/json', length, ...headers, '', ''].join(
      '\r\n',
    ),
  );
  const body = CONTENT.subarray(0, sent);
  if (isChunked) socket.write(Buffer.concat([Buffer.from(`${sent.toString(16)}\r\n`), body, Buffer.from('\r\n')]));
  else socket.write(body);
  return found;
}

const WRONG_HMAC = ['x-shopify-hmac-sha256: bm90IHNpZ25lZCBieSBhbnlib2R5'];
const statusOf = ({ answer }: { answer: string }) => /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1];

/** So many strangers at once, each with an address of its own; answers the most memory that the server had. */
async function attack(about: Stranger): Promise<number> {
  const strangers = Array.from({ length: CONNECTIONS }, (_, index) => {
    const address = `x-forwarded-for: 198.51.${index >> 8}.${index & 255}`;
    return stranger({ ...about, headers: [...(about.headers ?? []), address] });
  });
  // Most are refused, and the others stay as they are.
  const isDone = (one: { answer: string; isClosed: boolean }) => one.answer !== '' || one.isClosed;
  await eventually(() => expect(strangers.filter(isDone).length).toBeGreaterThan(CONNECTIONS / 2), 30_000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return memoryMb(server.pid, 'VmHWM');
}

describe('bodies of strangers', { timeout: 120_000 }, () => {
  it.each<[string, Stranger]>([
    ['whole, with a wrong signature', { headers: WRONG_HMAC }],
    ['without their last byte', { headers: WRONG_HMAC, sent: BODY_BYTES - 1 }],
    ['in pieces of no known length', { headers: WRONG_HMAC, isChunked: true, sent: BODY_BYTES - 1 }],
    ['to routes that read JSON', { path: '/wallet/incoming_payment', bytes: 256 * 1024 }],
    ['to routes that read JSON, without their end', { path: '/order/claim', bytes: 256 * 1024, sent: 200 * 1024 }],
  ])('do not take the memory: %s', async (_, about) => {
    // The limit is off: it would be of no use against many addresses.
    server = await place.start({ TPG_RATE_LIMIT: '0', TPG_USE_X_FORWARDED_FOR: 'true' });
    const mostMb = await attack(about);
    expect(mostMb).toBeLessThan(MAX_MEMORY_MB);
    for (const socket of sockets.splice(0)) socket.destroy();
    const accepted = await eventually(async () => {
      const answer = await sendOrder(server.url, 1);
      expect(answer.status).toBe(200);
      return answer;
    });
    expect(accepted.status).toBe(200);
    expect(keptOrders(place.database)).toEqual(new Set([1]));
    expect(await differencesIn(place.database)).toEqual([]);
  });

  it('of one address do not keep out another, nor the shop behind a proxy that tells them apart', async () => {
    server = await place.start({ TPG_RATE_LIMIT: '0', TPG_USE_X_FORWARDED_FOR: 'true' });
    const count = Math.ceil(MAX_BODY_BYTES_OF_ONE_ADDRESS / BODY_BYTES) + 2;
    const headers = [...WRONG_HMAC, 'x-forwarded-for: 203.0.113.1'];
    const held = Array.from({ length: count }, () => stranger({ headers, sent: BODY_BYTES - 1 }));
    await eventually(() => expect(held.map(statusOf)).toContain('503'));
    const refused = stranger({ headers, sent: 0 });
    await eventually(() => expect(statusOf(refused)).toBe('503'));
    expect(refused.answer.toLowerCase()).toContain('retry-after: 5');
    const other = stranger({ headers: [...WRONG_HMAC, 'x-forwarded-for: 203.0.113.2'] });
    await eventually(() => expect(statusOf(other)).toBe('403'));
    expect((await sendOrder(server.url, 1)).status).toBe(200);
    // Nothing that is announced and not sent takes room.
    for (const { socket } of held) socket.destroy();
    const silent = Array.from({ length: 50 }, () => stranger({ headers, sent: 0 }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const again = stranger({ headers });
    await eventually(() => expect(statusOf(again)).toBe('403'));
    expect(silent.every(({ answer }) => answer === '')).toBe(true);
  });

  it('are refused before they come where there is no signature, or the address had too many', async () => {
    server = await place.start({ TPG_RATE_LIMIT: '3' });
    const unsigned = stranger({ sent: 0 });
    await eventually(() => expect(statusOf(unsigned)).toBe('403'));
    expect(unsigned.answer).toContain('hmac_missing');
    for (let index = 0; index < 2; index += 1) {
      const wrong = stranger({ headers: WRONG_HMAC, bytes: 100 });
      await eventually(() => expect(statusOf(wrong)).toBe('403'));
    }
    for (const about of [
      { headers: WRONG_HMAC, sent: 0 },
      { headers: WRONG_HMAC, sent: 0, isChunked: true },
      { path: '/wallet/incoming_payment', bytes: 200 * 1024, sent: 0 },
      { path: '/auth', bytes: 100, sent: 0 },
      { path: '/order/claim', bytes: 100, sent: 0 },
      { sent: 0 },
    ]) {
      const late = stranger(about);
      await eventually(() => expect(statusOf(late), JSON.stringify(about)).toBe('429'));
      expect(late.answer.toLowerCase()).toContain('retry-after: ');
    }
    // The shop, at the same address, is heard.
    expect((await sendOrder(server.url, 1)).status).toBe(200);
  });
});
