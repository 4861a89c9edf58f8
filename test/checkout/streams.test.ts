import { get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FoundOrder } from '#checkout/http/pages.ts';
import { MAX_STREAMS_OF_ADDRESS } from '#checkout/http/stream-room.ts';
import type { OrderNews } from '#checkout/payer-orders.ts';
import { eventually, startServer, type TestServer } from '#test/server.ts';
import { findNamed, NUMBER, ORDERS, type ShownWithCustomer } from './orders.ts';
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

  it.each([
    ['name that no database can hold', `%00/${NUMBER}`],
    ['number that no database can hold', 'waiting/%00'],
    ['number that is longer than any', `waiting/${'A'.repeat(65)}`],
  ])('of a %s has no order, and none is asked for, whatever happens', async (_name, path) => {
    let asked = 0;
    let told = 0;
    const server = await startPageServer(
      {},
      {
        payerOrders: {
          // As PostgreSQL answers.
          find: () => {
            asked += 1;
            return Promise.reject(new Error('invalid byte sequence for encoding "UTF8": 0x00'));
          },
          setRefundAddress: async () => undefined,
          linkOf: async (orderId) => ({ orderId, code: NUMBER }),
          news: (after) => {
            told += 1;
            return after === undefined
              ? Promise.resolve({ last: 0n, orders: [], customers: [] })
              : new Promise(() => undefined);
          },
        },
      },
    );
    closers.push(server.close);
    const listener = await listen(`${server.url}/o/${path}/events`);
    await eventually(() => expect([states(listener), told]).toEqual([['unknown'], 2]));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toBe(0);
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

  it.each([
    ['8A', '%238A'],
    ['#8A', '8A'],
  ])('a page that came before its order %s hears of it when it is typed in as %s', async (name, typed) => {
    const server: TestServer = await startServer({ settings: { TPG_PUBLIC_URL: 'https://pay.example.com' } });
    closers.push(() => server.close());
    const early = await listen(`${server.url}/o/${typed}/BBBBBBBBB/events`);
    await eventually(() => expect(states(early)).toEqual(['unknown']));
    await server.order({ id: 8, name, confirmation_number: 'BBBBBBBBB' });
    await eventually(() => expect(early.text).toContain('event: reload'));
  });
});

describe('what happens to open pages', () => {
  it('is not kept from the page that was there first by one that is opened after it', async () => {
    const server = await pageServer();
    const url = await eventsOf(server, 'waiting');
    const first = await listen(url);
    await eventually(() => expect(first.text).toContain('retry'));
    server.orders.waiting = { ...ORDERS.expired };
    const second = await listen(url);
    await eventually(() => expect(states(second)).toEqual(['expired']));
    server.tell(['waiting']);
    await eventually(() => expect(states(first)).toEqual(['expired']));
    expect(states(second)).toEqual(['expired']);
  });

  it('loads a page again that was sent before its order came, and opened its stream after that', async () => {
    const server = await pageServer();
    const url = await eventsOf(server, 'soon');
    server.orders.soon = { ...ORDERS.waiting, orderId: 'soon' };
    const listener = await listen(url);
    await eventually(() => expect(listener.text).toContain('event: reload'));
    expect(states(listener)).toEqual([]);
  });

  it('is told when it can be, where the database was out of reach', { timeout: 15_000 }, async () => {
    let failures = 0;
    const orders: Record<string, ShownWithCustomer> = {};
    let tell: (news: OrderNews) => void = () => undefined;
    const kept: OrderNews = { last: 1n, orders: ['soon'], customers: [] };
    const server = await startPageServer(
      {},
      {
        payerOrders: {
          find: (named, code) => {
            failures -= 1;
            return failures >= 0 ? Promise.reject(new Error('out of reach')) : findNamed(orders)(named, code);
          },
          setRefundAddress: async () => undefined,
          linkOf: async (orderId) => ({ orderId, code: NUMBER }),
          news: (after) => {
            if (after === undefined) return Promise.resolve({ last: 0n, orders: [], customers: [] });
            if (after === 0n && orders.soon !== undefined) return Promise.resolve(kept);
            return new Promise((resolve) => {
              tell = resolve;
            });
          },
        },
      },
    );
    closers.push(server.close);
    const listener = await listen(`${server.url}${server.pathOf('soon')}/events`);
    await eventually(() => expect(states(listener)).toEqual(['unknown']));
    orders.soon = { ...ORDERS.waiting, orderId: 'soon' };
    failures = 1;
    tell(kept);
    await eventually(() => expect(listener.text).toContain('event: reload'), 10_000);
  });
});

describe('a page that is looked at while something happens', () => {
  /** A server whose looks at orders, and whose first news, end when the test says so. */
  async function heldServer() {
    const looks: ((found: FoundOrder) => void)[] = [];
    const news: ((told: OrderNews) => void)[] = [];
    const held = await startPageServer(
      {},
      {
        payerOrders: {
          find: () => new Promise((resolve) => looks.push(resolve)),
          setRefundAddress: async () => undefined,
          linkOf: async (orderId) => ({ orderId, code: NUMBER }),
          news: () => new Promise((resolve) => news.push(resolve)),
        },
      },
    );
    closers.push(held.close);
    const next = <Answer>(waiting: ((answer: Answer) => void)[]) =>
      eventually(() => {
        const first = waiting.shift();
        if (first === undefined) throw new Error('Nothing is asked for');
        return first;
      });
    return {
      listen: (name: string) => listen(`${held.url}${held.pathOf(name)}/events`),
      find: async (found: FoundOrder) => (await next(looks))(found),
      tell: async (orders: readonly string[]) => (await next(news))({ last: 1n, orders, customers: [] }),
      looks,
    };
  }

  it('shows what is newest, however long an older look takes', async () => {
    const server = await heldServer();
    const listening = server.listen('waiting');
    await server.find(ORDERS.waiting);
    const listener = await listening;
    await server.tell([]);
    await server.find(ORDERS.waiting);
    const { orderId } = ORDERS.waiting;
    await server.tell([orderId]);
    await eventually(() => expect(server.looks).toHaveLength(1));
    // While the look is not over, the order is paid.
    await server.tell([orderId]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.looks).toHaveLength(1);
    await server.find(ORDERS.seen_1);
    await server.find(ORDERS.paid);
    await eventually(() => expect(states(listener)).toEqual(['waiting', 'seen', 'paid']));
  });

  it('hears of what happened between the look at its order and the first news', async () => {
    const server = await heldServer();
    const listening = server.listen('waiting');
    await server.find(ORDERS.waiting);
    await listening;
    const late = server.listen('other');
    await eventually(() => expect(server.looks).toHaveLength(1));
    // The first news are that nothing is new since: the other order was paid before.
    const finished = server.looks.shift();
    await server.tell([]);
    await server.find(ORDERS.waiting);
    finished?.({ ...ORDERS.waiting, orderId: '2' });
    await server.find({ ...ORDERS.paid, orderId: '2' });
    const listener = await late;
    await eventually(() => expect(states(listener)).toEqual(['waiting', 'paid']));
  });

  it('is loaded again where it has no details for paying and needs them, and where another order took its name', async () => {
    const server = await pageServer();
    server.orders.live = { ...ORDERS.seen_1 };
    const listener = await listen(await eventsOf(server, 'live'));
    server.orders.live = { ...ORDERS.short };
    server.tell(['live']);
    await eventually(() => expect(listener.text.match(/event: reload/g)).toHaveLength(1));
    server.orders.live = { ...ORDERS.expired };
    server.tell(['live']);
    await eventually(() => expect(states(listener)).toEqual(['expired']));
    server.orders.live = { ...ORDERS.expired, orderId: '3' };
    server.tell([ORDERS.expired.orderId]);
    await eventually(() => expect(listener.text.match(/event: reload/g)).toHaveLength(2));
  });
});

describe('the room for streams', () => {
  it('is not taken for good by streams that wait behind another on one connection', async () => {
    const server = await pageServer();
    const path = `${server.pathOf('waiting')}/events`;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    closers.push(() => socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(MAX_STREAMS_OF_ADDRESS));
    await eventually(() => expect(heard).toContain('retry: 3000'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    await eventually(async () => {
      const open = await Promise.all(Array.from({ length: MAX_STREAMS_OF_ADDRESS }, () => listen(server.url + path)));
      const statuses = open.map(({ status }) => status);
      for (const one of open) one.close();
      expect(new Set(statuses)).toEqual(new Set([200]));
    });
  });

  it('is given back by a visitor who leaves while the order is looked up', async () => {
    let answer: () => void = () => undefined;
    let asked = 0;
    const server = await startPageServer(
      {},
      {
        payerOrders: {
          find: async () => {
            asked += 1;
            if (asked <= MAX_STREAMS_OF_ADDRESS) {
              await new Promise<void>((resolve) => {
                const before = answer;
                answer = () => {
                  before();
                  resolve();
                };
              });
            }
            return ORDERS.waiting;
          },
          setRefundAddress: async () => undefined,
          linkOf: async (orderId) => ({ orderId, code: NUMBER }),
          news: () => new Promise(() => undefined),
        },
      },
    );
    closers.push(server.close);
    const url = `${server.url}${server.pathOf('waiting')}/events`;
    const leaving = Array.from({ length: MAX_STREAMS_OF_ADDRESS }, () => httpGet(url).on('error', () => undefined));
    await eventually(() => expect(asked).toBe(MAX_STREAMS_OF_ADDRESS));
    for (const request of leaving) request.destroy();
    await eventually(async () => {
      const open = await new Promise((resolve) => server.app.server.getConnections((_, count) => resolve(count)));
      expect(open).toBe(0);
    });
    answer();
    expect((await listen(url)).status).toBe(200);
  });

  it('is that of a whole network, where the address is one of IPv6', async () => {
    let host = 0;
    const server = await startPageServer(
      {},
      {
        clientAddress: () => {
          host += 1;
          return `2001:db8:1:${host > MAX_STREAMS_OF_ADDRESS + 1 ? 2 : 1}::${host.toString(16)}`;
        },
      },
    );
    closers.push(server.close);
    const url = `${server.url}${server.pathOf('waiting')}/events`;
    for (let count = 0; count < MAX_STREAMS_OF_ADDRESS; count += 1) expect((await listen(url)).status).toBe(200);
    expect((await listen(url)).status).toBe(503);
    expect((await listen(url)).status).toBe(200);
  });
});
