import { connect } from 'node:net';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_IN_FLIGHT } from '#platform/http/load-shedding.ts';
import { tokenHashOf } from '#pull-payments/token-hash.ts';
import { eventually } from '#test/eventually.ts';
import { SPSP_TYPE, type SpspServer, startSpsp } from '#test/pull-payments/spsp-server.ts';

const BEARER = { authorization: 'Bearer test' };
const QUERY = { accept: SPSP_TYPE };
const JSON_BODY = { ...BEARER, 'content-type': 'application/json' };
const TERMS = { amount: '100', interval: 'P1D', cycles: '10', assetCode: 'XRP', assetScale: '6' };

let server: SpspServer;
afterEach(() => server.close());

async function create(fields: object = TERMS): Promise<string> {
  const answer = await server.send('POST', '/', { headers: JSON_BODY, body: JSON.stringify(fields) });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.pointer.split('/')[1];
}

function tokenOf(claims: object, { secret = 'test', alg = 'HS256' } = {}): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, typ: 'JWT' }).sign(new TextEncoder().encode(secret));
}

const query = (path: string) => server.send('GET', `/${path}`, { headers: QUERY });

describe('a query', () => {
  it('shows the fields of RFC 0036 beside those of the original, and our own', async () => {
    server = await startSpsp();
    const id = await create({ ...TERMS, cap: true, expiry: '2040-01-01T00:00Z', start: '2030-01-01T02:00:00+02:00' });
    const answer = await query(id);
    expect(answer.json.pull).toEqual({
      balance: { total: '0', interval: '0', available: '0' },
      cycle: 1,
      agreement: {
        amount: '100',
        start: '2030-01-01T00:00:00.000Z',
        expiry: '2040-01-01T00:00:00.000Z',
        interval: 'P1D',
        cycles: 10,
        cap: true,
        asset: { code: 'XRP', scale: 6 },
      },
      interval_ends_at: '2030-01-02T00:00:00.000Z',
      obstacle: 'not_started',
    });
    expect(answer.headers['cache-control']).toBe('no-cache');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it('gets new credentials each time, for the agreement’s own id and never for a token', async () => {
    server = await startSpsp();
    const token = await tokenOf(TERMS);
    const answers = [await query(token), await query(token)];
    expect(new Set(answers.map(({ json }) => json.shared_secret)).size).toBe(2);
    expect(Buffer.from(answers[0]?.json.shared_secret, 'base64')).toHaveLength(32);
    const [agreement] = [...server.stands.agreements.values()];
    for (const { json } of answers) expect(json.destination_account).toMatch(new RegExp(`~${agreement?.id}$`));
  });

  it('is 503 with Retry-After while the uplink is down, and pointers can be made all the same', async () => {
    server = await startSpsp();
    const token = await tokenOf(TERMS);
    server.endpoint.isUp = false;
    const id = await create();
    for (const path of [id, token, '.well-known/pay']) {
      const answer = await query(path);
      expect([path, answer.status]).toEqual([path, 503]);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    // A token begins at its first use, and this was none.
    expect(server.stands.agreements.has(tokenHashOf(token.split('.').slice(0, 2).join('.')))).toBe(false);
    server.endpoint.isUp = true;
    expect((await query(id)).status).toBe(200);
  });

  it('of an unknown pointer answers the JSON of RFC 0036 to who asks for JSON beside', async () => {
    server = await startSpsp();
    const headers = { accept: `${SPSP_TYPE}, application/json` };
    const answer = await server.send('GET', '/unknown', { headers });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe(SPSP_TYPE);
    expect(answer.json).toEqual({ id: 'InvalidPointerError', message: 'Pointer does not exist.' });
  });

  it('without its Accept header registers no token', async () => {
    server = await startSpsp();
    const token = await tokenOf(TERMS);
    expect((await server.send('GET', `/${token}`)).status).toBe(404);
    expect(server.stands.agreements.size).toBe(0);
    expect((await server.send('HEAD', `/${token}`, { headers: QUERY })).status).toBe(200);
    expect(server.stands.agreements.size).toBe(1);
  });

  it('of the server’s own pointer takes what receipts are made with', async () => {
    server = await startSpsp();
    const [nonce, secret] = [Buffer.alloc(16, 1), Buffer.alloc(32, 2)];
    const receipt = { 'receipt-nonce': nonce.toString('base64'), 'receipt-secret': secret.toString('base64') };
    const send = (headers: Record<string, string>) =>
      server.send('GET', '/.well-known/pay', { headers: { ...QUERY, ...headers } });
    expect((await send(receipt)).json).toMatchObject({ receipts_enabled: true });
    expect(server.endpoint.asked.at(-1)).toEqual({
      agreementId: null,
      receipt: { nonce: new Uint8Array(nonce), secret: new Uint8Array(secret) },
    });
    expect((await send({})).json).not.toHaveProperty('receipts_enabled');
    for (const wrong of [
      { 'receipt-nonce': receipt['receipt-nonce'] },
      { ...receipt, 'receipt-secret': 'AAAA' },
      { ...receipt, 'receipt-nonce': `${receipt['receipt-nonce']}!` },
    ]) {
      expect((await send(wrong)).status).toBe(400);
    }
  });
});

describe('a token', () => {
  it('makes one agreement, whatever it is spelt like and however often it is posted', async () => {
    server = await startSpsp();
    // Its signature ends in a letter of which two bits count for nothing.
    const token = await tokenOf({ ...TERMS, n: 1 });
    expect((await query(token)).status).toBe(200);
    const last = token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const place = alphabet.indexOf(last);
    const siblings = [1, 2, 3].map((more) => token.slice(0, -1) + alphabet[(place & ~3) + ((place + more) & 3)]);
    const [header, payload, signature] = token.split('.');
    const spellings = [
      ...siblings,
      `${token}=`,
      `${token}%20`,
      `${header}=.${payload}.${signature}`,
      `${token}.`,
      `${header}.${payload}.`,
      `${header}.${payload}.${'A'.repeat(43)}`,
      `${header}.${payload}`,
    ];
    for (const spelling of spellings) {
      expect([spelling.slice(-8), (await query(spelling)).status]).toEqual([spelling.slice(-8), 404]);
      expect((await server.send('POST', `/${spelling}`)).status).toBe(401);
    }
    expect((await query(`%65${token.slice(1)}`)).status).toBe(200);
    for (let times = 0; times < 3; times += 1) {
      const posted = await server.send('POST', `/${token}`);
      expect(posted.json).toEqual({ pointer: `$localhost:${server.port}/${token}` });
    }
    expect(server.stands.agreements.size).toBe(1);
  });

  it('that is not signed by our secret is unknown although its claims are registered', async () => {
    server = await startSpsp();
    expect((await query(await tokenOf(TERMS))).status).toBe(200);
    expect((await query(await tokenOf(TERMS, { secret: 'tset' }))).status).toBe(404);
  });

  it('is signed by HS256, and by others only if a setting allows them', async () => {
    server = await startSpsp({ settings: { SPSP_JWT_ALGORITHMS: 'HS256, HS512' } });
    expect((await query(await tokenOf(TERMS, { alg: 'HS512' }))).status).toBe(200);
    expect((await query(await tokenOf(TERMS, { alg: 'HS384' }))).status).toBe(404);
  });

  it('says amounts past 2^53 without loss', async () => {
    server = await startSpsp();
    const claims = JSON.stringify(TERMS).replace('"100"', '9007199254740993');
    const part = (text: string) => Buffer.from(text).toString('base64url');
    const signed = `${part('{"alg":"HS256"}')}.${part(claims)}`;
    const { createHmac } = await import('node:crypto');
    const token = `${signed}.${createHmac('sha256', 'test').update(signed).digest('base64url')}`;
    expect((await query(token)).json.pull.balance.available).toBe('9007199254740993');
  });

  it('is unknown once exp is over and before nbf, also if it was registered', async () => {
    server = await startSpsp();
    const seconds = Math.floor(server.clock.now().getTime() / 1000);
    const token = await tokenOf({ ...TERMS, exp: seconds + 60, nbf: seconds + 10 });
    expect((await query(token)).status).toBe(404);
    server.clock.advance(10_000);
    expect((await query(token)).status).toBe(200);
    server.clock.advance(50_000);
    expect((await query(token)).status).toBe(404);
    expect((await server.send('POST', `/${token}`)).status).toBe(401);
  });

  it('never comes back once its expiry is over, or once it was cancelled', async () => {
    server = await startSpsp();
    const expiry = new Date(server.clock.now().getTime() + 60_000).toISOString();
    const [ends, cancelled] = [await tokenOf({ ...TERMS, expiry }), await tokenOf({ ...TERMS, n: 2 })];
    for (const token of [ends, cancelled]) expect((await query(token)).status).toBe(200);
    server.stands.cancel(tokenHashOf(cancelled.split('.').slice(0, 2).join('.')));
    server.clock.advance(60_000);
    for (const token of [ends, cancelled]) {
      expect((await query(token)).status).toBe(404);
      expect((await server.send('POST', `/${token}`)).status).toBe(401);
      expect((await query(token)).status).toBe(404);
    }
    expect(server.stands.agreements.size).toBe(2);
  });

  it('has at most 4 KiB', async () => {
    server = await startSpsp();
    const sized = (length: number) => tokenOf({ ...TERMS, note: 'x'.repeat(length) });
    const [fits, tooLong] = [await sized(2800), await sized(3000)];
    expect([fits.length <= 4096, tooLong.length > 4096]).toEqual([true, true]);
    expect((await query(fits)).status).toBe(200);
    expect((await query(tooLong)).status).toBe(404);
    expect((await query('x'.repeat(6000))).status).toBeGreaterThanOrEqual(400);
  });

  it('that agrees on nonsense is refused with a sentence', async () => {
    server = await startSpsp();
    const answer = await query(await tokenOf({ ...TERMS, interval: 'P0D' }));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('interval must be')]);
    expect(server.stands.agreements.size).toBe(0);
  });
});

describe('the payer’s own programs', () => {
  it.each([
    ['bearer test'],
    ['xBearer test'],
    ['Basic Bearer test'],
    ['Bearer  test'],
    ['Bearer test x'],
    ['Bearer tes'],
    ['Bearer'],
    ['test'],
  ])('are not known by Authorization: %s', async (authorization) => {
    server = await startSpsp();
    const body = JSON.stringify(TERMS);
    for (const [method, path] of [
      ['POST', '/'],
      ['POST', '/update/x'],
      ['GET', '/exchange?amount=1&assetCode=XRP&assetScale=6'],
    ] as const) {
      const answer = await server.send(method, path, { headers: { ...JSON_BODY, authorization }, body });
      expect([answer.status, answer.text]).toEqual([401, 'Invalid token']);
    }
    expect(server.stands.agreements.size).toBe(0);
  });

  it('send numbers and booleans, or forms', async () => {
    server = await startSpsp();
    const id = await create({
      ...TERMS,
      amount: 18446744073709551615n.toString(),
      cycles: 3,
      cap: true,
      assetScale: 0,
    });
    expect((await query(id)).json.pull).toMatchObject({
      balance: { available: '18446744073709551615' },
      agreement: { cycles: 3, cap: true, asset: { code: 'XRP', scale: 0 } },
    });
    const form = await server.send('POST', '/', {
      headers: { ...BEARER, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: new URLSearchParams({ ...TERMS, start: '2019-01-01T08:00+01:00', cap: 'true' }).toString(),
    });
    expect(form.status).toBe(200);
  });

  it.each([
    [{ amount: '18446744073709551616' }, 'amount must be'],
    [{ amount: ' 5' }, 'amount must be'],
    [{ amount: '0x10' }, 'amount must be'],
    [{ amount: 1.5 }, 'amount must be'],
    [{ amount: ['100'] }, 'amount must be'],
    [{ amount: { a: 1 } }, 'amount must be'],
    [{ amount: true }, 'amount must be'],
    [{ cycles: 1_000_001 }, 'cycles must be'],
    [{ interval: 'PT0.5S' }, 'interval must be'],
    [{ interval: 'P' }, 'interval must be'],
    [{ start: '2026-02-30T00:00:00Z' }, 'start must be'],
    [{ start: 1_700_000_000_000 }, 'start must be'],
    [{ start: '2026-01-01' }, 'start must be'],
    [{ expiry: '2019-01-01T00:00Z' }, 'expiry must be after start'],
    [{ start: '2030-01-01T00:00Z', expiry: '2030-01-01T00:00Z' }, 'expiry must be after start'],
    [{ cap: 'yes' }, 'cap must be'],
    [{ cap: 1 }, 'cap must be'],
    [{ assetCode: 'A'.repeat(21) }, 'assetCode must be'],
    [{ assetCode: 'X\u0000' }, 'assetCode must be'],
    [{ assetScale: '256' }, 'assetScale must be'],
    [{ assetScale: null }, 'Asset code and scale'],
    [{ webhook: 'ftp://host.example' }, 'webhook must be'],
    [{ webhook: `http://host.example/${'x'.repeat(2000)}` }, 'webhook must be'],
    [{ maxPull: '0' }, 'maxPull must be'],
    [{ description: 'x'.repeat(501) }, 'description must be'],
    [{ reference: 'a\u0000b' }, 'reference must be'],
  ])('are told what is wrong with %j', async (fields, start) => {
    server = await startSpsp();
    const body = JSON.stringify({ ...TERMS, ...fields });
    const answer = await server.send('POST', '/', { headers: JSON_BODY, body });
    expect([answer.status, answer.text.startsWith(start)]).toEqual([400, true]);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(server.stands.agreements.size).toBe(0);
  });

  it('change what they name, and nothing by half an asset', async () => {
    server = await startSpsp();
    const id = await create();
    const update = (fields: object) =>
      server.send('POST', `/update/${id}`, { headers: JSON_BODY, body: JSON.stringify(fields) });
    expect((await update({ amount: 200, cap: true, cycles: 3 })).json).toMatchObject({
      amount: '200',
      cap: true,
      cycles: 3,
    });
    expect((await update({ assetScale: 9 })).status).toBe(400);
    expect((await update({})).json).toMatchObject({ amount: '200', assetScale: '6' });
    const none = await update({ assetCode: 'EUR', assetScale: 2 });
    expect([none.status, none.text]).toEqual([409, 'There is no rate from XRP to EUR.']);
  });

  it('has little room for bodies of strangers, whose senders may never end them', async () => {
    server = await startSpsp();
    const { hostname, port } = new URL(server.url);
    const bytes = 1024 * 1024;
    const head = `POST /no-token HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;
    const sockets = Array.from({ length: 4 }, () => connect(Number(port), hostname).on('error', () => undefined));
    try {
      for (const socket of sockets) socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(bytes - 1, 0x20)]));
      const send = () => server.send('POST', '/', { headers: JSON_BODY, body: JSON.stringify(TERMS) });
      await eventually(async () => expect((await send()).status).toBe(503));
      for (const socket of sockets) socket.destroy();
      await eventually(async () => expect((await send()).status).toBe(200));
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('may send so much and no more', async () => {
    server = await startSpsp();
    const send = (type: string, bytes: number) =>
      server.send('POST', '/', {
        headers: { ...BEARER, 'content-type': type },
        body: type.includes('json') ? `{"x":"${'x'.repeat(bytes - 8)}"}` : `x=${'x'.repeat(bytes - 2)}`,
      });
    expect((await send('application/json', 1024 * 1024)).status).toBe(400);
    expect((await send('application/json', 1024 * 1024 + 1)).text).toBe('request entity too large');
    expect((await send('application/x-www-form-urlencoded', 56 * 1024)).status).toBe(400);
    const tooLarge = await send('application/x-www-form-urlencoded', 56 * 1024 + 1);
    expect([tooLarge.status, tooLarge.text]).toEqual([413, 'request entity too large']);
  });
});

describe('paths and methods', () => {
  it.each([
    ['OPTIONS', '/', 200, 'POST'],
    ['OPTIONS', '/abc', 200, 'HEAD, GET, POST'],
    ['OPTIONS', '/.well-known/pay', 200, 'HEAD, GET'],
    ['OPTIONS', '/update/abc', 200, 'POST'],
    ['OPTIONS', '/a/b', 404, undefined],
    ['HEAD', '/', 405, 'POST'],
    ['PUT', '/', 405, 'POST'],
    ['DELETE', '/exchange', 405, 'HEAD, GET, POST'],
    ['PATCH', '/update/abc', 405, 'POST'],
    ['POST', '/.well-known/pay', 405, 'HEAD, GET'],
    ['GET', '/a/b/c', 404, undefined],
    ['GET', '/%E0%A4%A', 400, undefined],
  ])('%s %s is %i', async (method, path, status, allow) => {
    server = await startSpsp();
    const answer = await server.send(method, path, { headers: QUERY });
    expect([answer.status, answer.headers.allow]).toEqual([status, allow]);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('of what is no HTTP gets a text as well', async () => {
    server = await startSpsp();
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*text\/plain[\s\S]*Bad Request$/);
  });
});

describe('strangers', () => {
  it('may guess so often a minute, and good pointers are answered all the same', async () => {
    server = await startSpsp({ settings: { TPG_RATE_LIMIT: '3' } });
    const [id, token] = [await create(), await tokenOf(TERMS)];
    const guesses = [
      () => query('guess'),
      () => server.send('POST', '/guess'),
      () => server.send('POST', '/', { headers: { authorization: 'Bearer guess' } }),
    ];
    for (const guess of guesses) expect((await guess()).status).toBeLessThan(429);
    for (const guess of guesses) {
      const refused = await guess();
      expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true]);
    }
    expect((await query(id)).status).toBe(200);
    expect((await query(token)).status).toBe(200);
    await create();
  });

  it('do not get as far as the database with what is no pointer', async () => {
    server = await startSpsp();
    for (const path of [
      'a',
      'a.b.c',
      `${'0'.repeat(8)}-${'0'.repeat(27)}`,
      await tokenOf(TERMS, { secret: 'guess' }),
    ]) {
      expect((await query(path)).status).toBe(404);
    }
    expect(server.stands.calls).toEqual([]);
  });
});

describe('under load', () => {
  it('queries beyond what can be answered soon are refused with a text, and are answered later', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = { findByToken: () => held.then(() => undefined) };
    server = await startSpsp({ service: slow as never });
    const id = '6b5e79c7-15a7-4a08-877f-dbe1377ec819';
    const waiting = Array.from({ length: MAX_IN_FLIGHT }, () => query(id));
    const refused = await eventually(async () => {
      const answer = await query(id);
      if (answer.status !== 503) throw new Error(`It is ${answer.status}`);
      return answer;
    });
    expect(refused.headers['content-type']).toBe('text/plain; charset=utf-8');
    release();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(404);
  });
});

describe('an error inside', () => {
  it('is answered without its text, and its log has no pointer', async () => {
    const broken = { findByToken: () => Promise.reject(new Error('the secret of the database')) };
    server = await startSpsp({ service: broken as never });
    const id = '6b5e79c7-15a7-4a08-877f-dbe1377ec819';
    const answer = await query(id);
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error']);
    expect(server.logText()).toContain('the secret of the database');
    expect(server.logText()).not.toContain(id);
  });
});

describe('POST /ilp', () => {
  const HTTP = {
    SPSP_ILP_HTTP_URL: 'http://127.0.0.1:1/ilp',
    SPSP_ILP_HTTP_TOKEN: 'out',
    SPSP_ILP_HTTP_INCOMING_TOKEN: 'in',
  };
  const packet = (headers: Record<string, string>, body: Uint8Array = new Uint8Array([12, 0])) =>
    server.send('POST', '/ilp', { headers, body });
  const OCTETS = { authorization: 'Bearer in', 'content-type': 'application/octet-stream' };

  it.each([
    ['Bearer in', 'application/octet-stream'],
    ['bearer in', 'application/ilp+octet-stream'],
  ])('takes a packet from the parent: %s, %s', async (authorization, type) => {
    server = await startSpsp({ settings: HTTP });
    const answer = await packet({ authorization, 'content-type': type });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
    expect(Buffer.from(answer.text)).toEqual(Buffer.from([14, 0]));
    expect(server.endpoint.received).toEqual([Buffer.from([12, 0])]);
  });

  it('takes it from the parent only, of its types only, and no larger than a packet', async () => {
    server = await startSpsp({ settings: HTTP });
    for (const authorization of ['Bearer out', 'Bearer', 'Bearer in2', '']) {
      expect((await packet({ ...OCTETS, authorization })).status).toBe(401);
    }
    expect((await packet({ ...OCTETS, 'content-type': 'application/json' })).status).toBe(400);
    expect((await packet(OCTETS, new Uint8Array(0))).status).toBe(400);
    expect((await packet(OCTETS, new Uint8Array(36 * 1024 + 1))).status).toBe(413);
    expect(server.endpoint.received).toEqual([]);
    expect((await packet(OCTETS, new Uint8Array(36 * 1024))).status).toBe(200);
  });

  it('is no path of its own over BTP', async () => {
    server = await startSpsp();
    expect((await packet(OCTETS)).status).toBe(401);
    expect(server.endpoint.received).toEqual([]);
  });
});
