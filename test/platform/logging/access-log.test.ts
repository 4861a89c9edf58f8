import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnsweredRequest, accessLogFields, formatAccessLine } from '#platform/logging/access-log.ts';

function answered(changes: Partial<AnsweredRequest> = {}): AnsweredRequest {
  return {
    receivedAt: new Date('2024-05-29T08:42:20.029Z'),
    address: '127.0.0.1',
    method: 'POST',
    url: '/shopify/webhook/checkout_create',
    httpVersion: '1.1',
    headers: {},
    status: 200,
    durationMs: 5.3531,
    ...changes,
  };
}

const lineOf = (changes: Partial<AnsweredRequest>) => formatAccessLine(accessLogFields(answered(changes)));

describe('the access line', () => {
  it('is the documented one', () => {
    expect(lineOf({})).toBe(
      '2024-05-29T08:42:20.029Z 127.0.0.1 x-forwarded-for: - forwarded: - "POST /shopify/webhook/checkout_create HTTP/1.1" 200 ua:"-" auth:"-" access:"-" 5.353 ms',
    );
  });

  it('shows the headers it is about', () => {
    const headers = { 'x-forwarded-for': '1.1.1.1, 2.2.2.2', forwarded: 'for=3.3.3.3', 'user-agent': 'curl/8' };
    expect(lineOf({ headers, durationMs: 12 })).toBe(
      '2024-05-29T08:42:20.029Z 127.0.0.1 x-forwarded-for: 1.1.1.1, 2.2.2.2 forwarded: for=3.3.3.3 "POST /shopify/webhook/checkout_create HTTP/1.1" 200 ua:"curl/8" auth:"-" access:"-" 12.000 ms',
    );
  });

  it.each([
    [{ tpg_auth_token: 'topsecret' }, 'auth:"present" access:"-"'],
    [{ tpg_access_token: 'topsecret' }, 'auth:"-" access:"present"'],
    [{ authorization: 'Bearer topsecret' }, 'auth:"-" access:"present"'],
    [{ cookie: 'a=b; tpg_access_token=topsecret' }, 'auth:"-" access:"present"'],
    [{ authorization: 'Basic topsecret', cookie: 'not_tpg_access_token=topsecret' }, 'auth:"-" access:"-"'],
    [{ tpg_auth_token: '', tpg_access_token: '' }, 'auth:"-" access:"-"'],
  ])('tells of %j only that it was there', (headers, shown) => {
    const line = lineOf({ headers });
    expect(line).toContain(shown);
    expect(`${line}${JSON.stringify(accessLogFields(answered({ headers })))}`).not.toContain('topsecret');
  });

  it('cannot be broken or forged by what a request holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2000 });
    const headers = fc.record({ 'x-forwarded-for': text, forwarded: text, 'user-agent': text }, { requiredKeys: [] });
    const plain = lineOf({ url: '/' }).split('"').length;
    fc.assert(
      fc.property(text, headers, text, (url, sent, address) => {
        const line = lineOf({ url, headers: sent, address });
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line.replace(/\\[\\"]/g, '').split('"')).toHaveLength(plain);
      }),
    );
    expect(lineOf({ url: '/a\r\n"b"\\\u001b[31m\u202e' })).toContain(
      '"POST /a\\u{d}\\u{a}\\"b\\"\\\\\\u{1b}[31m\\u{202e} HTTP',
    );
  });

  it.each([
    ['/o/1001/CODE?lang=de', '/o/1001/…?lang=de'],
    ['/o/1001/CODE/events', '/o/1001/…/events'],
    ['/o/%231001/CODE', '/o/%231001/…'],
    ['/o?order=1001&number=CODE', '/o?order=1001&number=…'],
    // The router serves these as the one above.
    ['/%6F/1001/CODE', '/o/1001/…'],
    ['/o/1001/C%4FDE', '/o/1001/…'],
    ['/api/pull%5Fpointers/6b5e79c7-CODE/pulls', '/api/pull_pointers/6b5e79c7…/pulls'],
    ['/api/pull_pointers/6b5e79c7-CODE', '/api/pull_pointers/6b5e79c7…'],
    // It refuses these, but they hold the code.
    ['//o/1001/CODE', '//o/1001/…'],
    ['/o//1001//CODE', '/o//1001//…'],
    ['/O/1001/CODE', '/O/1001/…'],
    ['/o%2F1001%2FCODE', '/o/1001/…'],
    ['/o/1001%2FCODE/claim', '/o/1001/…/claim'],
    ['http://pay.example.com/o/1001/CODE', 'http://pay.example.com/o/1001/…'],
    ['/o/1001/CODE%', '/o/1001/…'],
    ['/o/assets/page.css', '/o/assets/page.css'],
    ['/api/orders%20', '/api/orders%20'],
  ])('shows nothing in %s by which a page could be opened or money pulled', (url, shown) => {
    expect(accessLogFields(answered({ url })).url).toBe(shown);
  });

  it('is bounded', () => {
    const long = 'x'.repeat(100_000);
    const headers = { 'x-forwarded-for': long, forwarded: long, 'user-agent': long };
    const fields = accessLogFields(answered({ url: long, method: long, httpVersion: long, address: long, headers }));
    expect(fields.url).toHaveLength(1025);
    expect(fields.userAgent).toHaveLength(257);
    expect(formatAccessLine(fields).length).toBeLessThan(2200);
  });
});
