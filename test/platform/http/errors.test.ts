import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, type Answer, borrowServer, errorOf, startServer, type TestServer } from '#test/server.ts';
import { personOf } from '#test/test-wallets.ts';

const MAX_BODY_BYTES = 256 * 1024;

let server: TestServer;

afterEach(() => server.close());

/** The answer in what came over a raw connection. */
function rawAnswer(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]));
  return { status: Number(statusLine.split(' ')[1]), headers, text: body, json: JSON.parse(body) };
}

describe('errors', () => {
  it('have one form, with an id of their own that no caller chooses', async () => {
    server = await borrowServer();
    const headers = { 'x-request-id': 'mine', 'request-id': 'mine' };
    const [one, other] = [await server.get('/nothing', { headers }), await server.get('/nothing', { headers })];
    expect(errorOf(one)).toEqual({ status: 404, code: 'route_not_found', error: 'There is nothing at GET /nothing.' });
    expect(one.json.request_id).not.toBe(other.json.request_id);
  });

  it('are in that form for every unknown path', async () => {
    server = await borrowServer();
    const requests: [string, string][] = [
      ['GET', '/'],
      ['GET', '/api'],
      ['POST', '/shopify/webhook/unknown'],
      ['GET', '/../../etc/passwd'],
      ['GET', '/constructor'],
      ['GET', `/${'a'.repeat(3000)}`],
    ];
    for (const [method, path] of requests) {
      const answer = await server.request(method, path);
      expect(errorOf(answer)).toMatchObject({ status: 404, code: 'route_not_found' });
      expect(answer.text.length).toBeLessThan(500);
    }
  });

  it('do not repeat the query, which may hold what is private', async () => {
    server = await borrowServer();
    expect((await server.get('/nothing?token=verysecret')).text).not.toContain('verysecret');
  });

  it('have that form also where the path cannot be read', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    for (const path of ['/%zz', '/api/balance/%E0%A4%A', `/api/balance/${'a'.repeat(6000)}`]) {
      const answer = await server.get(path, { token });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(answer.text.length).toBeLessThan(500);
    }
  });

  it('have that form also for what is hardly HTTP', async () => {
    server = await borrowServer();
    const garbage = [
      'HELLO\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /health HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n',
      'POST /auth HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /auth HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n',
      'GET /health HTTP/1.1\r\nhost: a\r\nx: a\u0000b\r\n\r\n',
    ];
    for (const text of garbage) {
      expect(errorOf(rawAnswer(await server.raw(text)))).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    const longHeader = `GET /health HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`;
    expect(errorOf(rawAnswer(await server.raw(longHeader)))).toMatchObject({ status: 431, code: 'headers_too_large' });
    expect((await server.get('/health')).status).toBe(200);
  });

  it('refuse a body that is too large, and say how large it may be', async () => {
    server = await borrowServer();
    const sentence = `larger than the ${MAX_BODY_BYTES} bytes`;
    const large = 'x'.repeat(MAX_BODY_BYTES + 1);
    for (const path of ['/wallet/incoming_payment', '/order/claim', '/auth']) {
      const answer = errorOf(await server.post(path, large));
      expect(answer).toMatchObject({
        status: 413,
        code: 'body_too_large',
        error: expect.stringContaining(sentence),
      });
    }
  });

  it('refuse it also when it comes in chunks without a length', async () => {
    server = await borrowServer();
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const head =
      'POST /wallet/incoming_payment HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n';
    const answer = await server.raw(`${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}`, { waitMs: 500 });
    expect(errorOf(rawAnswer(answer))).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=a',
    'x',
  ])('refuse a body of the type %s', async (type) => {
    server = await borrowServer();
    for (const path of ['/wallet/incoming_payment', '/wallet/tx_confirmation', '/order/claim', '/auth']) {
      const answer = await server.post(path, '{}', { headers: { 'content-type': type } });
      expect(errorOf(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    }
  });

  it.each([
    ['malformed JSON', '{"payment":'],
    ['two values', '{}{}'],
    ['a word', 'hello'],
    ['nothing but space', '   '],
    ['NaN', '{"a":NaN}'],
    ['nesting of 100 000 lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nesting of 40 000 objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`],
    ['open lists alone', '['.repeat(200_000)],
    ['a number of 200 000 digits', `{"a":${'9'.repeat(200_000)}}`],
    ['__proto__', '{"__proto__":{"isAdmin":true}}'],
    ['__proto__ deeper down', '{"payment":{"__proto__":{"amount":1}}}'],
    ['__proto__ in escapes', '{"\\u005f_proto__":{"isAdmin":true}}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"isAdmin":true}}}'],
  ])('refuse %s as a body', async (_, body) => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin', 'write');
    for (const path of ['/wallet/incoming_payment', '/api/exchange_rate', '/api/roles']) {
      const answer = await server.post(path, body, { token });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'unreadable_body' });
      expect(answer.text.length).toBeLessThan(500);
    }
    expect(errorOf(await server.post('/order/claim', body))).toMatchObject({ status: 400, code: 'invalid_claim' });
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it.each(['null', '[]', '"text"', '1', 'true', '{}', '{"payment":null,"auth":null}', '{"payment":[],"auth":[]}'])(
    'refuse %s where something else is expected',
    async (body) => {
      server = await borrowServer();
      for (const path of ['/wallet/incoming_payment', '/wallet/tx_confirmation']) {
        expect(errorOf(await server.post(path, body))).toMatchObject({ status: 400, code: 'invalid_request' });
      }
    },
  );

  it('name what is wrong with a request, but not everything of a thousand things', async () => {
    server = await borrowServer();
    const { payment, auth } = server.paymentBody();
    const wrong = { payment: { ...payment, amount: 'much' }, auth: { address: auth.address, nonce: auth.nonce } };
    const { error } = errorOf(await server.post('/wallet/incoming_payment', wrong));
    expect(error).toContain('payment.amount: must be a whole number');
    expect(error).toContain('auth.signature');

    const token = await server.logIn(ADMIN, 'super_admin');
    const many = Array.from({ length: 90 }, () => ({ address: 1 }));
    const answer = errorOf(await server.post('/api/roles', many, { token }));
    expect(answer.error).toContain('more');
    expect(answer.error.length).toBeLessThan(1000);
  });

  it('hide what went wrong inside, and log it whole under the request_id', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin', 'read_all');
    await server.get('/api/wallets', { token });
    server.database.execute('alter table wallets rename to purses');
    const answer = await server.get('/api/wallets', { token });
    expect(errorOf(answer)).toEqual({
      status: 500,
      code: 'internal_error',
      error: 'Something went wrong in the server. It has been logged under this request_id.',
    });
    const logged = server.logRecords.find((record) => record.requestId === answer.json.request_id);
    expect(logged).toMatchObject({ level: 'error', method: 'GET', url: '/api/wallets' });
    expect(JSON.stringify(logged?.err)).toContain('stack');
  });

  it('hide as well why the database cannot keep anything, and say when to come back', async () => {
    server = await startServer();
    const body = server.paymentBody();
    await server.app.store.close();
    for (const answer of [
      await server.claim(personOf(1), '1001'),
      await server.postAuth(server.loginToken(ADMIN, [])),
    ]) {
      expect(errorOf(answer)).toMatchObject({ status: 503, code: 'unavailable' });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.text).not.toMatch(/sqlite|closed/i);
    }
    const answer = await server.post('/wallet/incoming_payment', body);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.text).not.toMatch(/sqlite|connection|stack|\.ts/i);
  });
});

/** Of the connection, the content and what a route has to say beside it. */
const OTHER_HEADERS =
  /^(?:connection|keep-alive|date|content-(?:type|length)|cache-control|www-authenticate|vary|x-ratelimit-.*|ratelimit-.*)$/;

describe('security headers', () => {
  it('are on every answer', async () => {
    server = await borrowServer();
    const answers = [
      await server.get('/health'),
      await server.get('/nothing'),
      await server.get('/api/wallets'),
      await server.post('/order/claim', '{'),
      await server.postAuth(server.loginToken(ADMIN, ['user'])),
    ];
    for (const { headers } of answers) {
      const sent = Object.fromEntries([...headers].filter(([name]) => !OTHER_HEADERS.test(name)));
      expect(sent).toEqual({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    }
  });
});

describe('requests that Node would answer by itself', () => {
  it('are answered in the one form, and stand in the access log', async () => {
    server = await borrowServer();
    const noHost = await server.raw('GET /health HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(noHost).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(noHost.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'invalid_request' });
    const expecting = 'GET /health HTTP/1.1\r\nhost: a\r\nexpect: wonders\r\nconnection: close\r\n\r\n';
    expect(await server.raw(expecting)).toMatch(/^HTTP\/1\.1 200 /);
    expect(server.accessRecords.map(({ status }) => status)).toEqual([400, 200]);
  });
});
