import { get as httpGet, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_STREAMS_OF_ADDRESS } from '#checkout/http/streams.ts';
import { eventually, startServer, type TestServer } from '#test/server.ts';
import { NUMBER, ORDERS } from './orders.ts';
import { type PageServer, startPageServer } from './page-server.ts';

/** What an open page hears. */
interface Listener {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  isEnded: boolean;
  close(): void;
}

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function listen(url: string, headers: Record<string, string> = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const request = httpGet(url, { headers }, (response) => {
      const listener: Listener = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: '',
        isEnded: false,
        close: () => request.destroy(),
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        listener.text += chunk;
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        listener.isEnded = true;
      });
      closers.push(listener.close);
      resolve(listener);
    });
    request.on('error', reject);
  });
}

async function pageServer(): Promise<PageServer> {
  const server = await startPageServer();
  closers.push(server.close);
  return server;
}

const eventsOf = async (server: PageServer, name: string): Promise<string> => {
  const { body } = await server.app.inject(server.pathOf(name));
  const path = /data-events="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
  return `${server.url}${path}`;
};
const states = ({ text }: Listener) => [...text.matchAll(/data-state="(\w+)"/g)].map(([, state]) => state);

describe('an open page', () => {
  it('hears nothing that it shows already, and everything that changes, at once', async () => {
    const server = await pageServer();
    const listener = await listen(await eventsOf(server, 'waiting'));
    expect([listener.status, listener.headers['content-type'], listener.headers['x-accel-buffering']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no',
    ]);
    expect(listener.headers['content-security-policy']).toContain("default-src 'none'");
    await eventually(() => expect(listener.text).toBe('retry: 3000\n\n'));
    server.orders.waiting = { ...ORDERS.seen_1 };
    server.tell(['waiting']);
    await eventually(() => expect(states(listener)).toEqual(['seen']));
    server.orders.waiting = { ...ORDERS.paid };
    server.tell(['waiting']);
    await eventually(() => expect(states(listener)).toEqual(['seen', 'paid']));
  });

  it('is not told again what has not changed, nor of other orders', async () => {
    const server = await pageServer();
    server.orders.other = { ...ORDERS.waiting, orderId: '2', customerId: '2' };
    const listener = await listen(await eventsOf(server, 'other'));
    server.tell(['waiting']);
    server.tell(['other']);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(states(listener)).toEqual([]);
  });

  it('that comes back says what it knows, and hears only what it missed', async () => {
    const server = await pageServer();
    const url = `${server.url}${server.pathOf('waiting')}/events`;
    const first = await listen(url);
    await eventually(() => expect(states(first)).toEqual(['waiting']));
    const id = /^id: (\S+)$/m.exec(first.text)?.[1] ?? '';
    first.close();
    const same = await listen(url, { 'last-event-id': id });
    await eventually(() => expect(same.text).toContain('retry'));
    expect(states(same)).toEqual([]);
    server.orders.waiting = { ...ORDERS.paid };
    const missed = await listen(url, { 'last-event-id': id });
    await eventually(() => expect(states(missed)).toEqual(['paid']));
  });

  it('of an order that is not here yet is loaded again when it comes', async () => {
    const server = await pageServer();
    const listener = await listen(`${server.url}${server.pathOf('soon')}/events?since=none`);
    server.orders.soon = { ...ORDERS.waiting, orderId: 'soon' };
    server.tell(['soon']);
    await eventually(() => expect(listener.text).toContain('event: reload'));
  });

  it('tells a stranger nothing when an order comes whose number the stranger does not know', async () => {
    const server = await pageServer();
    const listener = await listen(`${server.url}/o/soon/WRONGNUMB/events`);
    await eventually(() => expect(states(listener)).toEqual(['unknown']));
    server.orders.soon = { ...ORDERS.waiting, orderId: 'soon' };
    server.tell(['soon']);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([states(listener), listener.text.includes('reload')]).toEqual([['unknown'], false]);
  });

  it('is one of twenty from one address; the next is refused, until one is closed', async () => {
    const server = await pageServer();
    const url = `${server.url}${server.pathOf('waiting')}/events`;
    const open = await Promise.all(Array.from({ length: MAX_STREAMS_OF_ADDRESS }, () => listen(url)));
    expect(open.every(({ status }) => status === 200)).toBe(true);
    const refused = await listen(url);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    open[0]?.close();
    await eventually(async () => expect((await listen(url)).status).toBe(200));
  });

  it('ends in order when the server does', async () => {
    const server = await startPageServer();
    const listener = await listen(`${server.url}/o/waiting/${NUMBER}/events`);
    await eventually(() => expect(states(listener)).toEqual(['waiting']));
    await server.close();
    await eventually(() => expect(listener.isEnded).toBe(true));
  });
});

describe('over the books', () => {
  it('a page hears of its webhook, of payments, and of what pays the order', async () => {
    const server: TestServer = await startServer({ settings: { TPG_PUBLIC_URL: 'https://pay.example.com' } });
    closers.push(() => server.close());
    await server.order({ id: 7, name: '#7', confirmation_number: 'AAAAAAAAA' });
    const early = await listen(`${server.url}/o/8/BBBBBBBBB/events`);
    const listener = await listen(`${server.url}/o/%237/AAAAAAAAA/events`);
    await eventually(() => expect([states(early), states(listener)]).toEqual([['unknown'], ['waiting']]));
    await server.order({ id: 8, name: '#8', confirmation_number: 'BBBBBBBBB' });
    await eventually(() => expect(early.text).toContain('event: reload'));
    await server.reportPayment({ txid: '1', order_id: '#7' });
    await eventually(() => expect(states(listener)).toEqual(['waiting', 'seen']));
    await server.reportConfirmation('1');
    await eventually(() => expect(states(listener)).toEqual(['waiting', 'seen', 'paid']));
  });
});
