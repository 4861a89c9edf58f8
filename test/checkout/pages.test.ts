import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressToBase58, dualAddress, parseAddress } from '#tari/address.ts';
import { signMessage } from '#tari/message-signature.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { ADMIN, type Answer, orderBody, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';
import { startPageServer } from './page-server.ts';

const [alice, bob] = ACCOUNTS;
const SHOP = dualAddress('mainnet', publicKeyOf(personOf(91).secretKey), publicKeyOf(HOT_WALLET.secretKey), 3);
const NUMBER = 'XPAV284CT';
const PAGE = `/o/1001/${NUMBER}`;
const XTM = 1_000_000n;

const SETTINGS = {
  TPG_PUBLIC_URL: 'https://pay.example.com',
  TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(SHOP),
  TPG_SHOP_NAME: 'Gem <Street>',
  TPG_SHOP_URL: 'https://gem-street.example.com',
  TPG_SHOP_SUPPORT_URL: 'mailto:help@example.com',
};

let server: TestServer;

const start = async (settings: Record<string, string> = {}) => {
  server = await startServer({ settings: { ...SETTINGS, ...settings } });
};
const order = (fields: Record<string, unknown> = {}) => server.order({ confirmation_number: NUMBER, ...fields });
const state = ({ text }: Answer) => /data-state="(\w+)"/.exec(text)?.[1];
const pay = (amount: bigint, fields: object = {}) => server.payConfirmed({ amount, order_id: '1001', ...fields });

afterEach(() => server.close());

describe('the page of an order', () => {
  beforeEach(() => start());

  it('waits for its webhook, and then shows what to pay and where to', async () => {
    const early = await server.get(PAGE);
    expect([early.status, state(early)]).toEqual([200, 'unknown']);
    await order();
    const page = await server.get(PAGE);
    expect([page.status, state(page)]).toEqual([200, 'waiting']);
    const address = /data-copy="(1\w{90,})"/.exec(page.text)?.[1] ?? '';
    const { paymentId, spendKey } = parseAddress(address);
    expect(new TextDecoder().decode(paymentId ?? undefined)).toBe('1001');
    expect(spendKey).toEqual(SHOP.spendKey);
    expect(page.text).toContain(`tari://mainnet/transactions/send?tariAddress=${address}&amp;amount=100000000"`);
    expect(page.text).toContain('data-copy="100"');
  });

  it('is found by the order’s name too, with and without #, in letters of either case', async () => {
    await order();
    for (const path of [`/o/%231001/${NUMBER}`, '/o/1001/xpav284ct', `/o/1001/${NUMBER}/`]) {
      expect(state(await server.get(path)), path).toBe('waiting');
    }
  });

  it('of two orders with one name is the one whose number was given', async () => {
    await order({ id: 1, name: '#7', total_price: '1.00' });
    await order({ id: 2, name: '#7', total_price: '2.00', confirmation_number: 'ZZZZZZZZZ' });
    expect((await server.get('/o/7/ZZZZZZZZZ')).text).toContain('2 XTM');
    expect((await server.get(`/o/7/${NUMBER}`)).text).toContain('1 XTM');
  });

  it('goes from waiting over seen and short to over, with what came to its own address', async () => {
    await order();
    await server.reportPayment({ txid: '1', amount: 60n * XTM, order_id: '1001' });
    const seen = await server.get(PAGE);
    expect([state(seen), seen.text.includes('40 XTM will still be missing')]).toEqual(['seen', true]);
    await server.reportConfirmation('1');
    const short = await server.get(PAGE);
    expect([state(short), short.text.includes('amount=40000000')]).toEqual(['short', true]);
    await pay(63n * XTM, { txid: '2', sender: bob.address });
    const over = await server.get(PAGE);
    expect([state(over), over.text.includes('23 XTM were too much')]).toEqual(['over', true]);
    expect(over.text).not.toContain('tari://');
  });

  it('says what was given back', async () => {
    await order();
    await pay(123n * XTM);
    await server.app.engine.orderChanges.credit(
      { actor: 'test' },
      { customerId: '7001', amount: (-23n * XTM) as never, reason: 'sent back' },
    );
    const page = await server.get(PAGE);
    expect([state(page), page.text.includes('23 XTM were given back')]).toEqual(['refunded', true]);
  });

  it('stops inviting when the time is over, and says that late money is safe', async () => {
    await order();
    server.clock.advance(3 * 3_600_000);
    const over = await server.get(PAGE);
    expect([state(over), over.text.includes('tari://')]).toEqual(['expired', false]);
    await server.app.engine.expiry.run();
    expect(state(await server.get(PAGE))).toBe('expired');
    await pay(100n * XTM);
    expect(state(await server.get(PAGE))).toBe('late');
  });

  it('shows that an order was cancelled', async () => {
    await order();
    await server.app.engine.orderChanges.cancel({ actor: 'test' }, { orderId: '1001', reason: 'sold out' });
    expect(state(await server.get(PAGE))).toBe('cancelled');
  });

  it('says how much of the customer’s credit is used, and no more of it', async () => {
    await server.app.engine.orderChanges.credit(
      { actor: 'test' },
      { customerId: '7001', amount: (40n * XTM) as never, reason: undefined },
    );
    await order();
    const page = await server.get(PAGE);
    expect(page.text).toContain('Your credit of 40 XTM is used');
    expect(page.text).toContain('amount=60000000');
  });

  it('is sent with the policies of a page that nobody keeps, finds or frames', async () => {
    await order();
    const { headers, text } = await server.get(PAGE);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(text).not.toMatch(/<style|style="|<script>|\son\w+="/);
  });

  it('shows a text of the shop as text', async () => {
    await order();
    const { text } = await server.get(PAGE);
    expect(text).toContain('Gem &lt;Street&gt;');
    expect(text).not.toContain('<Street>');
  });

  it('speaks the language that was asked for, that of the browser, or that of the order', async () => {
    await order({ customer_locale: 'tr-TR' });
    const shown = async (path: string, accepted?: string) =>
      /<html lang="([^"]+)"/.exec(
        (await server.get(path, { headers: { 'accept-language': accepted ?? 'ja' } })).text,
      )?.[1];
    expect(await shown(PAGE)).toBe('tr');
    expect(await shown(PAGE, 'fr')).toBe('fr');
    expect(await shown(`${PAGE}?lang=zh`, 'fr')).toBe('zh');
    expect(await shown(`${PAGE}?lang=<script>`, 'fr')).toBe('fr');
  });

  it('refreshes itself without a script, and stops when it is told to', async () => {
    await order();
    const first = await server.get(PAGE);
    expect(first.text).toContain(
      `<noscript><meta http-equiv="refresh" content="0; url=${PAGE}?news=timed"></noscript>`,
    );
    const timed = await server.get(`${PAGE}?news=timed`);
    expect([timed.headers.get('refresh'), timed.text.includes('http-equiv')]).toEqual(['15', false]);
    expect(timed.text).toContain(`href="${PAGE}?news=off"`);
    expect((await server.get(`${PAGE}?news=off`)).headers.get('refresh')).toBeNull();
  });

  it('compresses its files, which a browser may keep for ever', async () => {
    await order();
    const { text } = await server.get(PAGE);
    const files = [...text.matchAll(/\/o\/assets\/[\w.-]+/g)].map(([path]) => path);
    expect(files).toHaveLength(2);
    for (const path of files) {
      const file = await server.get(path, { headers: { 'accept-encoding': 'gzip' } });
      expect(file.headers.get('content-encoding')).toBe('gzip');
      expect(file.headers.get('cache-control')).toContain('immutable');
    }
    expect((await server.get('/o/assets/..%2f..%2fpackage.json')).status).toBe(404);
  });

  it('is found by what is typed in', async () => {
    const entry = (await server.get('/o')).text;
    expect(entry).toContain('name="number"');
    // A link without the number, known order or not.
    for (const path of ['/o/1001/', '/o/1001', '/o/9999/']) expect((await server.get(path)).text, path).toBe(entry);
    const answer = await fetch(`${server.url}/o?order=%231001&number=${NUMBER}&lang=de`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/o/%231001/${NUMBER}?lang=de`]);
  });
});

describe('a stranger', () => {
  it('gets one answer for a wrong order and a wrong number, letter for letter', async () => {
    await start();
    await order();
    const answers = [
      await server.get('/o/1001/WRONGWRON'),
      await server.get('/o/9999/WRONGWRON'),
      await server.get(`/o/9999/${NUMBER}`),
      await server.get('/o/%00/x'),
      await server.get(`/o/${'9'.repeat(400)}/x`),
    ];
    const plain = answers.map(({ status, text }) => [status, text.replaceAll(/\/o\/[^/]+\/[^/"?]+/g, '/o/…/…')]);
    for (const answer of plain) expect(answer).toEqual(plain[0]);
    const names = (answer: Answer) => [...answer.headers.keys()].sort();
    for (const answer of answers) expect(names(answer)).toEqual(names(answers[0] as Answer));
  });

  it('is asked for the same work, whether or not there is such an order', async () => {
    await start();
    await order();
    const find = server.app.engine.payerOrders.find;
    const took = async (named: string) => {
      const times: number[] = [];
      for (let round = 0; round < 60; round += 1) {
        const begun = performance.now();
        await find(named, 'WRONGWRON');
        times.push(performance.now() - begun);
      }
      return times.sort((a, b) => a - b)[10] ?? 0;
    };
    await took('1001');
    const [known, unknown] = [await took('1001'), await took('9999')];
    // What an order costs beyond being looked up would be many times as much.
    expect(Math.abs(known - unknown)).toBeLessThan(0.5 + 0.5 * Math.max(known, unknown));
  });

  it('is limited, on all ways together, and by the same count; who has the number is not', async () => {
    await start({ TPG_RATE_LIMIT: '5' });
    await order();
    for (let count = 0; count < 10; count += 1) expect((await server.get(PAGE)).status).toBe(200);
    const tries = ['/o/1001/A', '/o/9999/B', '/o/1001/C/events', `/o/9998/${NUMBER}`, '/o/1001/D'];
    for (const path of tries) (await fetch(`${server.url}${path}`)).body?.cancel();
    const refused = await server.get('/o/1001/E', { headers: { accept: 'text/html', 'accept-language': 'de' } });
    expect([refused.status, refused.headers.get('retry-after') !== null]).toEqual([429, true]);
    expect(refused.text).toContain('Zu viele Anfragen');
    expect((await server.get('/o/1001/F')).json.code).toBe('rate_limited');
    // Also with the right number: otherwise the answer would tell that it is right.
    expect((await server.get(PAGE)).status).toBe(429);
  });

  it('cannot read the numbers in the log', async () => {
    await start();
    await order();
    await server.get(`${PAGE}?lang=de`);
    await server.get(`/o?order=1001&number=${NUMBER}`);
    await server.accessRecordOf('/o/1001/…?lang=de');
    expect(server.logText).not.toContain(NUMBER);
  });
});

describe('a claim on the page', () => {
  beforeEach(async () => {
    await start();
    await order();
  });

  const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${PAGE}/claim`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(fields),
      headers,
    });

  it('is taken by the claim’s own signature, and by a wallet’s signature of the text', async () => {
    const { address, signature } = server.claimOf(alice, '1001');
    const own = await send({ address, signature });
    expect([own.status, own.headers.get('location')]).toEqual([303, `${PAGE}?claim=done#details`]);
    const text = new TextEncoder().encode(`${bob.address}:1001`);
    const wallets = signMessage(text, bob.secretKey, (length) => new Uint8Array(length).fill(3));
    expect((await send({ address: bob.address, signature: wallets })).headers.get('location')).toContain('claim=done');
    const { text: page } = await server.get(`${PAGE}?claim=done`);
    expect(page).toContain('<details class="more" id="details" open>');
    expect((await server.app.engine.accounts.anyOrder('1001'))?.signers).toHaveLength(2);
  });

  it('is refused with another’s signature, without one, from another site, and without the number', async () => {
    const { signature } = server.claimOf(bob, '1001');
    for (const fields of [
      { address: alice.address, signature },
      { address: 'x', signature },
      { address: alice.address },
    ]) {
      expect((await send(fields as Record<string, string>)).headers.get('location')).toContain('claim=wrong');
    }
    const claim = server.claimOf(alice, '1001');
    expect((await send({ ...claim }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const stranger = await fetch(`${server.url}/o/1001/WRONG1234/claim`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ ...claim }),
    });
    expect(stranger.headers.get('location')).toContain('claim=refused');
    expect((await server.app.engine.accounts.anyOrder('1001'))?.order.status).toBe('Unclaimed');
  });
});

describe('the link to the page', () => {
  const link = async () => server.get('/api/order/1001/link', { token: await server.logIn(ADMIN, 'super_admin') });

  it('has the shop’s number in it, or a code of ours that nobody guesses', async () => {
    await start();
    await order();
    expect((await link()).json).toEqual({ order_id: '1001', url: `https://pay.example.com${PAGE}` });
    await server.order({ id: 1002, name: '#1002' });
    const { json } = await server.get('/api/order/1002/link', { token: await server.logIn(ADMIN, 'super_admin') });
    expect(json.url).toMatch(/\/o\/1002\/[0-9A-Z]{16}$/);
    expect(state(await server.get(new URL(json.url).pathname))).toBe('waiting');
  });

  it('is given to operators only, for orders that there are', async () => {
    await start();
    await order();
    expect((await server.get('/api/order/1001/link')).status).toBe(401);
    expect((await server.get('/api/order/1001/link', { token: await server.logIn(alice, 'user') })).status).toBe(403);
    const token = await server.logIn(ADMIN, 'super_admin');
    expect((await server.get('/api/order/77/link', { token })).json.code).toBe('order_not_found');
  });

  it('is refused, and the page not there, where it is off', async () => {
    await start({ TPG_PAY_PAGE: 'off' });
    await order();
    expect((await link()).json.code).toBe('pay_page_off');
    expect((await server.get(PAGE)).status).toBe(404);
  });
});

describe('a frame', () => {
  it('may show the page where the settings name its origin, and nowhere else', async () => {
    await start({ TPG_FRAME_ANCESTORS: 'https://gem-street.example.com' });
    await order();
    const embedded = await server.get(`${PAGE}?embed=1`);
    expect(embedded.headers.get('content-security-policy')).toContain('frame-ancestors https://gem-street.example.com');
    expect(embedded.headers.get('x-frame-options')).toBeNull();
    expect(embedded.text).not.toContain('<footer');
    expect((await server.get(PAGE)).headers.get('x-frame-options')).toBe('DENY');
  });
});

it('links to itself below the path that a proxy puts before it', async () => {
  await start({ TPG_PUBLIC_URL: 'https://shop.example.com/pay/' });
  await order();
  const { text } = await server.get(PAGE);
  const links = [...text.matchAll(/(?:href|src|action|data-events)="(\/[^"]*)"/g)].map(([, path]) => path);
  expect(links.length).toBeGreaterThan(5);
  for (const path of links) expect(path).toMatch(/^\/pay\/o\//);
  const answer = await fetch(`${server.url}/o?order=7&number=A`, { redirect: 'manual' });
  expect(answer.headers.get('location')).toBe('/pay/o/7/A');
});

it('shows the shop’s logo, if it is a picture', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logo-'));
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  await start({ TPG_SHOP_LOGO: file('logo', '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>') });
  await order();
  const path = /<img src="([^"]+)"/.exec((await server.get(PAGE)).text)?.[1] ?? '';
  const logo = await server.get(path);
  expect([logo.status, logo.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect(logo.headers.get('content-security-policy')).toContain("default-src 'none'");
  for (const wrong of [file('a', '<html>'), file('b', Buffer.alloc(200_000)), join(folder, 'none')]) {
    await expect(startPageServer({ logo: wrong })).rejects.toThrow('TPG_SHOP_LOGO');
  }
  rmSync(folder, { recursive: true });
});

it('takes an odd number or language of the shop for none', async () => {
  await start();
  const answer = await server.webhook(orderBody({ confirmation_number: { a: 1 }, customer_locale: '<script>' }));
  expect(answer.json.success).toBe(true);
  const { url } = (await server.get('/api/order/1001/link', { token: await server.logIn(ADMIN, 'super_admin') })).json;
  expect((await server.get(new URL(url).pathname)).text).toContain('<html lang="en"');
});
