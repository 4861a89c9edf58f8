import { afterEach, describe, expect, it } from 'vitest';
import { writePrepare } from '#interledger/ilp/packet.ts';
import { NotSentError } from '#interledger/stream/driver.ts';
import { HttpUplink } from '#pull-payments/http/uplinks/http-uplink.ts';
import type { UplinkLimits } from '#pull-payments/http/uplinks/limits.ts';
import type { OwnNode } from '#pull-payments/http/uplinks/uplink.ts';
import type { UplinkSettings } from '#pull-payments/uplink-settings.ts';
import { eventually } from '#test/eventually.ts';
import { HTTP_TOKEN, HttpParent, networkError } from '#test/pull-payments/http-parent.ts';
import { Connector } from '#test/pull-payments/parent.ts';
import { recordingLog } from '#test/recording-log.ts';

/** ILP over HTTP: what is sent, which failures are certain, and when the parent counts as reachable. */

const QUICK: Partial<UplinkLimits> = { firstPauseMs: 5, maxPauseMs: 20, checkMs: 20, replyGraceMs: 200 };
const IN_A_SECOND = () => Date.now() + 1_000;

const uplinks: HttpUplink[] = [];
afterEach(async () => {
  for (const uplink of uplinks.splice(0)) await uplink.stop();
});

function start(settings: Partial<UplinkSettings & { kind: 'http' }> = {}, limits: Partial<UplinkLimits> = {}) {
  const connector = new Connector();
  connector.attach('private.parent.other', async () => Buffer.from('reply'));
  const parent = new HttpParent(connector);
  const told: (OwnNode | string)[] = [];
  const given: UplinkSettings & { kind: 'http' } = {
    kind: 'http',
    url: 'http://parent.test/ilp',
    outgoingToken: HTTP_TOKEN,
    incomingToken: 'incoming',
    peerName: null,
    address: null,
    asset: null,
    ...settings,
  };
  const ports = {
    nowMs: Date.now,
    random: () => 0.5,
    log: recordingLog(),
    fetch: parent.fetch,
    receive: async () => new Uint8Array(),
    isUp: (node: OwnNode) => void told.push(node),
    isDown: (problem: string) => void told.push(problem),
  };
  const uplink = new HttpUplink(given, ports, { ...QUICK, ...limits });
  uplinks.push(uplink);
  uplink.start();
  const whenUp = () => eventually(() => expect(told.at(-1)).toBeTypeOf('object'));
  return { connector, parent, told, uplink, whenUp, log: ports.log };
}

const packet = (destination = 'private.parent.other') =>
  writePrepare({
    amount: 1n,
    expiresAtMs: Date.now() + 1_000,
    condition: new Uint8Array(32),
    destination,
    data: new Uint8Array(),
  });

describe('an uplink over HTTP', () => {
  it('learns who we are, and posts packets with its token', async () => {
    const { parent, told, uplink, whenUp } = start({ peerName: 'us' });
    await whenUp();
    expect(told[0]).toEqual({ address: 'private.parent.us', asset: { code: 'XRP', scale: 9 } });
    const reply = await uplink.send(packet(), IN_A_SECOND());
    expect(Buffer.from(reply).toString()).toBe('reply');
    const { headers, redirect } = parent.requests.at(-1) as (typeof parent.requests)[number];
    expect(headers.get('authorization')).toBe(`Bearer ${HTTP_TOKEN}`);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('ilp-peer-name')).toBe('us');
    // A parent that is redirected would give the token away.
    expect(redirect).toBe('error');
  });

  it('says what is wrong, and never the token or the address that it calls', async () => {
    const { told, log } = start({ outgoingToken: 'a-wrong-token' });
    await eventually(() => expect(told.length).toBeGreaterThan(2));
    expect(told).not.toContainEqual(expect.objectContaining({ asset: expect.anything() }));
    expect(new Set(told)).toEqual(new Set(['The parent answers with the status 401.']));
    expect(JSON.stringify([told, log.lines])).not.toMatch(/a-wrong-token|parent\.test/);
  });

  it('sends nothing before the parent has said who we are', async () => {
    const { uplink, parent } = start();
    parent.fault = async () => Promise.reject(networkError('ECONNREFUSED'));
    await expect(uplink.send(packet(), IN_A_SECOND())).rejects.toThrow(NotSentError);
  });

  it.each([
    ['no connection', async () => Promise.reject(networkError('ECONNREFUSED')), true],
    ['a host that is not known', async () => Promise.reject(networkError('ENOTFOUND')), true],
    ['a wrong certificate', async () => Promise.reject(networkError('ERR_TLS_CERT_ALTNAME_INVALID')), true],
    ['a token that is refused', async () => new Response('', { status: 401 }), true],
    ['too many requests', async () => new Response('', { status: 429 }), true],
    ['a connection that breaks', async () => Promise.reject(networkError('UND_ERR_SOCKET')), false],
    ['a reset', async () => Promise.reject(networkError('ECONNRESET')), false],
    ['a server error', async () => new Response('', { status: 500 }), false],
    ['a proxy that gives up', async () => new Response('', { status: 504 }), false],
    ['an answer that comes later', async () => new Response('', { status: 202 }), false],
    ['an answer without end', async () => new Response(new Uint8Array(100_000)), false],
  ])('knows whether %s has left the money here', async (_name, fault, isCertain) => {
    const { uplink, parent, whenUp } = start();
    await whenUp();
    parent.fault = fault;
    const error = await uplink.send(packet(), IN_A_SECOND()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(error instanceof NotSentError).toBe(isCertain);
  });

  it('waits for an answer no longer than its packet can be paid', async () => {
    const { uplink, parent, whenUp } = start();
    await whenUp();
    parent.fault = ({ signal }) =>
      new Promise((_, fail) => signal?.addEventListener('abort', () => fail(new DOMException('gone', 'AbortError'))));
    const startedAt = performance.now();
    await expect(uplink.send(packet(), Date.now() + 50)).rejects.not.toThrow(NotSentError);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('sends no more at once than its bound', async () => {
    const { uplink, connector, whenUp } = start({}, { maxUnderWay: 2 });
    await whenUp();
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    connector.meddle = async () => {
      await held;
      return undefined;
    };
    const two = [uplink.send(packet(), IN_A_SECOND()), uplink.send(packet(), IN_A_SECOND())];
    await expect(uplink.send(packet(), IN_A_SECOND())).rejects.toThrow(NotSentError);
    goOn();
    expect(await Promise.all(two)).toHaveLength(2);
  });

  it('goes down when the parent is gone, and up again with what it says then', async () => {
    const { uplink, parent, connector, told, whenUp } = start();
    await whenUp();
    parent.fault = async () => Promise.reject(networkError('ECONNREFUSED'));
    await eventually(() => expect(told.at(-1)).toBe("The parent can't be reached: ECONNREFUSED."));
    await expect(uplink.send(packet(), IN_A_SECOND())).rejects.toThrow(NotSentError);
    connector.move('private.parent.moved');
    parent.fault = async () => undefined;
    await whenUp();
    expect(told.at(-1)).toMatchObject({ address: 'private.parent.moved' });
  });

  it('takes address and asset from the settings for a parent that does not tell them', async () => {
    const asset = { code: 'USD', scale: 2 };
    const { parent, told, whenUp } = start({ address: 'g.rafiki.us', asset });
    parent.fault = async () => new Response('', { status: 500 });
    await whenUp();
    expect(told.at(-1)).toEqual({ address: 'g.rafiki.us', asset });
    parent.fault = async () => new Response('', { status: 403 });
    await eventually(() => expect(told.at(-1)).toBe('The parent answers with the status 403.'));
  });

  it('refuses an address that leaves no room for credentials', async () => {
    const { connector, told } = start();
    connector.move(`private.${'a'.repeat(1000)}`);
    await eventually(() => expect(told.at(-1)).toMatch(/no address that payments can be made to/));
  });
});
