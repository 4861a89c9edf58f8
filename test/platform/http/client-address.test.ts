import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClientAddress } from '#platform/http/client-address.ts';

const PROXY = '127.0.0.1';
const trustedProxies = ['127.0.0.0/8', '10.0.0.0/8', '::1'];

const byXForwardedFor = createClientAddress({ useXForwardedFor: true, useForwarded: false, trustedProxies });
const byForwarded = createClientAddress({ useXForwardedFor: false, useForwarded: true, trustedProxies });
const byBoth = createClientAddress({ useXForwardedFor: true, useForwarded: true, trustedProxies });
const byNeither = createClientAddress({ useXForwardedFor: false, useForwarded: false, trustedProxies });

describe('the peer of the connection', () => {
  it('is the client where no header counts, in its canonical form', () => {
    const headers = { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=2.2.2.2' };
    expect(byNeither(PROXY, headers)).toBe(PROXY);
    expect(byBoth('192.0.2.1', headers)).toBe('192.0.2.1');
    expect(byBoth('::ffff:192.0.2.1', headers)).toBe('192.0.2.1');
    expect(byBoth('2001:DB8:0::1', headers)).toBe('2001:db8::1');
    expect(byBoth(PROXY, {})).toBe(PROXY);
    expect(byBoth('', headers)).toBe('');
  });

  it('cannot change who it is with any header, unless it is a trusted proxy', () => {
    const peer = fc.oneof(
      fc.ipV4().filter((address) => !/^(?:127|10)\./.test(address)),
      fc.constantFrom('2001:db8::5', '::ffff:192.0.2.1', 'nonsense', ''),
    );
    const value = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.array(fc.ipV4()).map((addresses) => addresses.join(', ')),
      fc.ipV6().map((address) => `for="[${address}]"`),
    );
    const headers = fc.record({ 'x-forwarded-for': value, forwarded: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(peer, headers, (address, sent) => {
        expect(byBoth(address, sent)).toBe(byBoth(address, {}));
      }),
    );
  });
});

describe('X-Forwarded-For from a trusted proxy', () => {
  it.each([
    ['1.1.1.1', '1.1.1.1'],
    ['9.9.9.9, 1.1.1.1', '1.1.1.1'],
    ['9.9.9.9, 1.1.1.1, 10.0.0.2', '1.1.1.1'],
    ['1.1.1.1,10.0.0.1,10.0.0.2,127.0.0.3', '1.1.1.1'],
    ['10.0.0.9', '10.0.0.9'],
    ['10.0.0.9, 10.0.0.8', '10.0.0.9'],
    ['1.1.1.1:8080', '1.1.1.1'],
    ['2001:DB8::7', '2001:db8::7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['::ffff:1.1.1.1', '1.1.1.1'],
    ['garbage, 1.1.1.1', '1.1.1.1'],
    ['garbage', PROXY],
    ['1.1.1.1, garbage, 10.0.0.2', '10.0.0.2'],
    ['1.1.1.1, unknown', PROXY],
    ['1.1.1.1,', PROXY],
    ['1.1.1.1:99999999', PROXY],
    ['', PROXY],
    [',,,', PROXY],
    ['"', PROXY],
    ['", 1.1.1.1', '1.1.1.1'],
  ])('%j means %s', (header, client) => {
    expect(byXForwardedFor(PROXY, { 'x-forwarded-for': header })).toBe(client);
    expect(byForwarded(PROXY, { 'x-forwarded-for': header })).toBe(PROXY);
  });

  it('counts the address that the nearest proxy added, whatever the client wrote before it', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(byXForwardedFor, byBoth), (forged, clientAddress) => {
        expect(clientAddress(PROXY, { 'x-forwarded-for': `${forged}, 1.1.1.1` })).toBe('1.1.1.1');
      }),
    );
  });

  it('is walked no further than 50 entries', () => {
    const proxies = Array.from({ length: 60 }, (_, index) => `10.0.0.${60 - index}`).join(',');
    expect(byXForwardedFor(PROXY, { 'x-forwarded-for': `1.1.1.1,${proxies}` })).toBe('10.0.0.50');
  });

  it('is read from its end when it is too long, and an address that was cut is no address', () => {
    const cut = (first: string) => `${first}${' '.repeat(4096 - 13)},10.0.0.1`;
    expect(byXForwardedFor(PROXY, { 'x-forwarded-for': cut('211.1.1.1') })).toBe('10.0.0.1');
    expect(byXForwardedFor(PROXY, { 'x-forwarded-for': `${'x'.repeat(100_000)}, 1.1.1.1` })).toBe('1.1.1.1');
  });
});

describe('Forwarded from a trusted proxy', () => {
  it.each([
    ['for=1.1.1.1', '1.1.1.1'],
    ['For="1.1.1.1:80";proto=https;by=10.0.0.1', '1.1.1.1'],
    ['proto=http; for=1.1.1.1 ; host=example.com', '1.1.1.1'],
    ['for="[2001:db8::7]"', '2001:db8::7'],
    ['for="[2001:db8::7]:4711"', '2001:db8::7'],
    ['for="[2001:db8::7]:_port"', '2001:db8::7'],
    ['for=9.9.9.9, for=1.1.1.1', '1.1.1.1'],
    ['for=1.1.1.1, for="10.0.0.2:1234"', '1.1.1.1'],
    ['for=1.1.1.1, for=_hidden', PROXY],
    ['for=1.1.1.1, for="_hidden"', PROXY],
    ['for=1.1.1.1, for=unknown, for=10.0.0.2', '10.0.0.2'],
    ['for=1.1.1.1;for=2.2.2.2', PROXY],
    ['proto=https', PROXY],
    ['1.1.1.1', PROXY],
    ['for=1.1.1.1;host="a, for=6.6.6.6"', '1.1.1.1'],
    ['for=1.1.1.1;host="a\\", for=6.6.6.6;x=\\""', '1.1.1.1'],
    ['for="6.6.6.6, for=1.1.1.1', '1.1.1.1'],
    ['for="6.6.6.6, for="[2001:db8::7]"', '2001:db8::7'],
    ['', PROXY],
    ['"', PROXY],
    ['for=', PROXY],
    [';;;', PROXY],
  ])('%j means %s', (header, client) => {
    expect(byForwarded(PROXY, { forwarded: header })).toBe(client);
    expect(byXForwardedFor(PROXY, { forwarded: header })).toBe(PROXY);
  });

  it('counts the address that the nearest proxy added, whatever the client wrote before it', () => {
    const forged = fc.string({
      unit: fc.constantFrom('"', '\\', ',', ';', '=', 'f', 'o', 'r', '1', '.', ' ', '[', ']'),
    });
    fc.assert(
      fc.property(forged, fc.constantFrom('for=1.1.1.1', 'for="1.1.1.1:80";proto=https'), (text, added) => {
        expect(byForwarded(PROXY, { forwarded: `${text}, ${added}` })).toBe('1.1.1.1');
      }),
    );
  });

  it('comes after X-Forwarded-For where both are on', () => {
    expect(byBoth(PROXY, { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=2.2.2.2' })).toBe('1.1.1.1');
    expect(byBoth(PROXY, { forwarded: 'for=2.2.2.2' })).toBe('2.2.2.2');
  });

  it.each(['\\', '"', '\\"', ',', '"\\', 'for=', ';', 'a="', ' '])('takes no time when it is all %j', (piece) => {
    const started = performance.now();
    byForwarded(PROXY, { forwarded: piece.repeat(100_000) });
    expect(performance.now() - started).toBeLessThan(200);
  });
});
