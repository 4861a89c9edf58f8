import type { LookupAddress } from 'node:dns';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isPublicIpAddress } from '#platform/ip-address.ts';
import { type PostOptions, post, TEXT_WITHIN_MS } from '#platform/outgoing-post/post.ts';
import { PrivateAddressError, type Resolve } from '#platform/outgoing-post/public-lookup.ts';

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

/** A receiver on loopback, and what it was sent. */
async function receiver(answer: RequestListener) {
  const received: { url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ url: request.url, headers: request.headers, body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/hook?a=1`, received };
}

const send = (url: string, options: Partial<PostOptions> = {}, signal = new AbortController().signal) =>
  post(
    { url: new URL(url), body: Buffer.from('{"a":1}'), headers: { 'content-type': 'application/json' }, signal },
    { allowPrivate: true, maxTextBytes: 100, ...options },
  );

describe('a post to a URL of a user', () => {
  it('sends the body and tells the status, the beginning of the answer and Retry-After', async () => {
    const { url, received } = await receiver((_, response) => {
      response.writeHead(503, { 'retry-after': '7' }).end('busy\0');
    });
    expect(await send(url)).toEqual({ status: 503, retryAfter: '7', text: 'busy\ufffd' });
    expect(received).toMatchObject([{ url: '/hook?a=1', body: '{"a":1}' }]);
    expect(received[0]?.headers).toMatchObject({ 'content-length': '7', connection: 'close' });
  });

  it('reads nothing of the answer unless told', async () => {
    const { url } = await receiver((_, response) => response.end('secret'));
    expect(await send(url, { maxTextBytes: 0 })).toMatchObject({ status: 200, text: '' });
  });

  it('reads no more than it is told of an answer without an end', async () => {
    let sent = 0;
    const { url } = await receiver((_, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.byteLength;
        response.once('drain', more);
      };
      more();
    });
    const { status, text } = await send(url);
    expect([status, text]).toEqual([200, 'x'.repeat(100)]);
    expect(sent).toBeLessThan(100_000_000);
  });

  it('takes the status of an answer that drips, and what has come of it by then', async () => {
    const { url } = await receiver((_, response) => {
      response.writeHead(200);
      response.write('drip');
    });
    const from = performance.now();
    expect(await send(url)).toMatchObject({ status: 200, text: 'drip' });
    expect(performance.now() - from).toBeLessThan(TEXT_WITHIN_MS + 2_000);
  });

  it('takes the status of an answer that breaks off', async () => {
    const { url } = await receiver((_, response) => {
      response.writeHead(200, { 'content-length': '50' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await send(url)).toMatchObject({ status: 200, text: 'half' });
  });

  it('gives up on a receiver that hangs, with a sentence', async () => {
    const { url } = await receiver(() => undefined);
    await expect(send(url, { answerWithinMs: 50 })).rejects.toThrow('It did not answer within 0.05 s.');
  });

  it('gives up on a head that drips', async () => {
    const sockets: Socket[] = [];
    const server = createNetServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('x-drip: 1\r\n'), 10);
      socket.on('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    await expect(send(`http://127.0.0.1:${port}/`, { answerWithinMs: 200 })).rejects.toThrow();
    for (const socket of sockets) socket.destroy();
  });

  it('ends when its caller gives up', async () => {
    const { url } = await receiver(() => undefined);
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 20);
    await expect(send(url, {}, caller.signal)).rejects.toThrow(/abort/i);
  });

  it('tells of a connection that is closed without an answer', async () => {
    const { url } = await receiver((request) => request.socket.destroy());
    await expect(send(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('an address that is not public', () => {
  const refusing = async (url: string, resolve?: Resolve) => {
    await expect(send(url, { allowPrivate: false, resolve })).rejects.toBeInstanceOf(PrivateAddressError);
  };

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.0.8',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[ff02::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[2001:db8::1]',
  ])('is not connected to: %s', (host) => refusing(`http://${host}:9/`));

  it('is not connected to by a name, and not even if only one of its addresses is', async () => {
    await refusing('http://localhost:9/');
    const named =
      (...addresses: string[]): Resolve =>
      (_, __, done) =>
        done(
          null,
          addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
    await refusing('http://inside.example:9/', named('10.0.0.1'));
    await refusing('http://both.example:9/', named('93.184.216.34', '127.0.0.1'));
    await refusing('http://six.example:9/', named('::ffff:127.0.0.1'));
    await refusing('http://none.example:9/', named());
  });

  it('is not reached by a name that means another address a moment later: it is resolved once', async () => {
    const { port, received } = await receiver((_, response) => response.end());
    let asked = 0;
    const rebinding: Resolve = (_, __, done) => {
      asked += 1;
      done(null, [{ address: asked === 1 ? '192.88.99.1' : '127.0.0.1', family: 4 }]);
    };
    const sent = send(`http://rebind.example:${port}/`, {
      allowPrivate: false,
      resolve: rebinding,
      answerWithinMs: 200,
    });
    await expect(sent).rejects.toThrow();
    expect(asked).toBe(1);
    expect(received).toEqual([]);
  });

  it('is not reached by a redirect', async () => {
    const inner = await receiver((_, response) => response.end('inside'));
    const outer = await receiver((_, response) => response.writeHead(307, { location: inner.url }).end());
    expect(await send(outer.url)).toMatchObject({ status: 307 });
    expect(inner.received).toEqual([]);
  });

  it.each(['93.184.216.34', '1.1.1.1', '2606:4700::1111'])('is none: %s', (address) => {
    expect(isPublicIpAddress(address)).toBe(true);
  });
});
