import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressToEmoji } from '#tari/address.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { STAGED, type Stage, setStage } from './stage.ts';
import { visitorCookie } from './stand-in-visitors.ts';

/** Every page of the console over a shop in which everything has happened. */

const [alice, bob] = ACCOUNTS;
const HTML = 'text/html,application/xhtml+xml';

/** Pages that are there from the start. */
const LISTS = [
  '',
  '/search',
  '/orders',
  '/orders?money=short',
  '/orders?money=late',
  '/orders?money=over',
  '/orders?amount=477%20XTM',
  '/orders?status=Paid&since=2020-01-01',
  '/orders?text=wrap',
  '/customers',
  '/payments',
  '/payments?amount=300%20XTM',
  '/held',
  '/held?reason=late',
  '/deliveries',
  '/deliveries/webhooks',
  '/deliveries/endpoints',
  '/deliveries/events',
  '/deliveries/events/1',
  '/rates',
  '/rates/USD',
  '/wallets',
  `/wallets/of/${alice.address}`,
  '/pull-pointers',
  '/audit-log',
  '/audit-log/1',
  '/settings',
  '/views',
  '/customers/7002',
] as const;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => stage?.close());

const get = async (path: string, cookie = visitorCookie('Ana', 'support')) => {
  const answer = await fetch(stage.console.url + path, { redirect: 'manual', headers: { accept: HTML, cookie } });
  return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() };
};

describe('every page', () => {
  const pages = [...LISTS, ...Object.values(STAGED).map((id) => `/orders/${id}`)];

  it.each(pages)('%s shows what strangers wrote as text, and has neither scripts nor styles in it', async (path) => {
    const { status, text } = await get(path);
    expect(status).toBe(200);
    const own = text.replace(/<script src="\/console\/assets\/console-[0-9a-f]{12}\.js" defer><\/script>/, '');
    expect(own).not.toMatch(/<(?:img|script|style)|<[^>]*\s(?:on[a-z]+|style)=/i);
    expect(text).toMatch(/<h1>/);
  });

  it.each([['support'], ['finance'], ['read_all'], ['write'], ['super_admin']])('is there for %s', async (role) => {
    const statuses = [];
    for (const path of pages) statuses.push((await get(path, visitorCookie('Bob', role))).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it.each([['user'], ['payment_wallet'], ['']])('is refused to %s', async (role) => {
    for (const path of pages) {
      const { status, text } = await get(path, visitorCookie('Bob', role));
      expect([status, text.includes('#1001')], path).toEqual([403, false]);
    }
  });

  it.each([
    '/orders/nothing',
    '/orders/%00',
    '/payments/nothing',
    '/customers/nothing',
    '/wallets/of/nothing',
    '/audit-log/99999',
    '/audit-log/99999999999999999999',
    '/deliveries/events/99999',
    '/deliveries/webhooks/99999',
    '/deliveries/endpoints/99999',
  ])('%s is not there, and says so', async (path) => {
    const { status, text } = await get(path);
    expect([status, /<h1>/.test(text)]).toEqual([404, true]);
  });

  it('says so for filters that cannot be read', async () => {
    for (const path of [
      '/orders?after=x',
      '/orders?since=someday',
      '/orders?amount=a%20lot',
      '/orders?money=late&status=New',
      '/payments?reference=zz',
      '/held?reason=whim',
      '/audit-log?after=-1',
    ]) {
      const { status, text } = await get(path);
      expect([status, /cannot be filtered so/.test(text)], path).toEqual([400, true]);
    }
  });
});

describe('the search', () => {
  const search = (q: string) => get(`/search?q=${encodeURIComponent(q)}`);
  const order = (id: string) => `/console/orders/${id}`;

  it.each([
    ['#1002', STAGED.paid],
    ['1002', STAGED.paid],
    [STAGED.paid, STAGED.paid],
    ['XPAV28002', STAGED.paid],
    [' xpav28002 ', STAGED.paid],
    ['wrap it as', STAGED.short],
  ])('opens the only order that %s finds', async (typed, id) => {
    const { status, to } = await search(typed);
    expect([status, to]).toEqual([303, order(id)]);
  });

  it('opens a wallet by its address in any form', async () => {
    for (const typed of [bob.address, addressToEmoji(bob.tariAddress)]) {
      const { status, to } = await search(typed);
      expect([status, to]).toEqual([303, `/console/wallets/of/${bob.address}`]);
    }
  });

  it('opens the order whose own address it is', async () => {
    const page = await get(`/orders/${STAGED.waiting}`);
    const address = /<code title="(1\w{90,})"/.exec(page.text)?.[1] ?? '';
    expect((await search(address)).to).toBe(order(STAGED.waiting));
  });

  it('opens a payment by its transaction', async () => {
    const { rows } = await stage.server.app.engine.lists.searchPayments({}, { limit: 1 });
    const txid = rows[0]?.txid ?? '';
    expect((await search(txid)).to).toBe(`/console/payments/${txid}`);
  });

  it('finds orders and payments of an exact amount', async () => {
    const { status, text } = await search('477 XTM');
    expect(status).toBe(200);
    expect(text).toContain('was read as an exact amount');
    expect(text).toContain('#1002');
    expect(text).toContain('Payments found');
  });

  it('says why it knows no e-mail address', async () => {
    const { text } = await search('someone@example.com');
    expect(text).toContain('This server knows no e-mail addresses');
  });

  it.each(['<b>', '%', "' or 1=1 --", '\u0001', 'x', '0'.repeat(4000)])(
    'finds nothing for %j, and shows what can be typed',
    async (typed) => {
      const { status, text } = await search(typed);
      expect([status, text.includes('What can be typed')]).toEqual([200, true]);
    },
  );
});

describe('the page of a rejected webhook', () => {
  it('shows the body and why, and what can be done to those who may', async () => {
    const [{ id } = { id: 0n }] = await stage.server.app.services.shops.webhooks.setAside(0n, 1);
    const path = `/deliveries/webhooks/${id}`;
    const [ana, wilma] = await Promise.all([get(path), get(path, visitorCookie('Wilma', 'write'))]);
    expect(ana.text).toContain('&quot;ZZZ&quot;');
    expect(ana.text).not.toContain('Dismiss');
    expect(wilma.text).toContain('Dismiss');
    expect(ana.text).not.toMatch(/<img/);
  });
});

describe('the page of an order', () => {
  it('tells its story, its money, and what the shop was told', async () => {
    const { text } = await get(`/orders/${STAGED.short}`);
    for (const expected of [
      'The order came: 477 XTM.',
      'Payment of',
      'stated, not proven',
      'Please wrap it as a gift.',
      'pays the rest tonight',
      'This address is the order’s own',
      'XPAV28004',
      '>short<',
      'missing <span class="amount">154<small> XTM</small></span>',
    ]) {
      expect(text).toContain(expected);
    }
  });

  it('shows what can be done only to those who may', async () => {
    const [ana, wilma] = await Promise.all([
      get(`/orders/${STAGED.short}`),
      get(`/orders/${STAGED.short}`, visitorCookie('Wilma', 'write')),
    ]);
    expect(ana.text).not.toContain('Cancel the order');
    expect(wilma.text).toContain('Cancel the order');
  });
});

describe('the start page', () => {
  it('names what needs a person, and leads there', async () => {
    const { text } = await get('');
    for (const expected of [
      'Paid too late',
      'Part missing',
      'Shared sender',
      'Could not be told',
      'Webhook rejected',
    ]) {
      expect(text).toContain(expected);
    }
  });
});

describe('saved lists', () => {
  const save = (fields: Record<string, string>) =>
    fetch(`${stage.console.url}/views`, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: HTML, cookie: visitorCookie('Ana', 'support') },
      body: new URLSearchParams({ _csrf: 'token-of-Ana', idempotency_key: 'a-key-of-one-form', ...fields }),
    });

  it('are kept for the person who saved them', async () => {
    expect((await save({ name: 'Open ones', path: '/orders?status=New' })).status).toBe(303);
    expect((await get('/orders')).text).toContain('Open ones');
    expect((await get('/orders', visitorCookie('Bob', 'support'))).text).not.toContain('Open ones');
  });

  it.each(['//evil.example', 'https://evil.example', '/orders?x= y', '/\\evil.example', 'javascript:alert(1)'])(
    'never lead to %s',
    async (path) => {
      expect((await save({ name: 'Bad', path })).status).toBe(422);
    },
  );
});
