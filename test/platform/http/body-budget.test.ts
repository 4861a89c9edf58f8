import { connect, type Socket } from 'node:net';
import Fastify, { type FastifyRequest } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { limitBodies, MAX_BODY_BYTES_OF_ONE_ADDRESS } from '#platform/http/body-budget.ts';
import { createErrorHandler } from '#platform/http/errors.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { eventually } from '#test/server.ts';

/** The bytes of bodies that the process holds, by address. */

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(clientAddress: (request: FastifyRequest) => string = () => '192.0.2.1') {
  const app = Fastify({ bodyLimit: 2 * MAX_BODY_BYTES_OF_ONE_ADDRESS, forceCloseConnections: true });
  app.setErrorHandler(createErrorHandler(silentLog));
  limitBodies(app, silentLog, clientAddress);
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));
  let taken = 0;
  app.get('/hang', () => new Promise(() => undefined));
  app.addHook('preParsing', (request, _reply, payload, done) => {
    request.raw.on('data', (part: Buffer) => {
      taken += part.length;
    });
    done(null, payload);
  });
  app.post('/take', () => 'ok');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  closers.push(() => app.close());
  return { url, taken: () => taken };
}

function connection(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  closers.push(() => socket.destroy());
  return socket;
}

const post = (bytes: number, more = '') =>
  `POST /take HTTP/1.1\r\nhost: x\r\ncontent-type: a/b\r\n${more}content-length: ${bytes}\r\n\r\n`;
const send = (url: string, bytes: number, headers = {}) =>
  fetch(`${url}/take`, { method: 'POST', body: Buffer.alloc(bytes), headers: { 'content-type': 'a/b', ...headers } });

it('are given back by a caller who leaves while the body waits behind another answer', async () => {
  const { url, taken } = await start();
  const bytes = MAX_BODY_BYTES_OF_ONE_ADDRESS - 1024;
  const socket = connection(url);
  socket.write(`GET /hang HTTP/1.1\r\nhost: x\r\n\r\n${post(bytes)}`);
  socket.write(Buffer.alloc(bytes - 1));
  await eventually(() => expect(taken()).toBe(bytes - 1));
  expect((await send(url, 4096)).status).toBe(503);
  socket.destroy();
  await eventually(async () => expect((await send(url, 4096)).status).toBe(200));
});

it('stay those of one address where one of its bodies has not begun to come as another is over', async () => {
  const { url, taken } = await start();
  const bytes = MAX_BODY_BYTES_OF_ONE_ADDRESS - 1024;
  const socket = connection(url);
  socket.write(`${post(1)}x${post(bytes)}`);
  await eventually(() => expect(taken()).toBe(1));
  expect((await send(url, 1)).status).toBe(200);
  socket.write(Buffer.alloc(bytes - 1));
  await eventually(() => expect(taken()).toBe(1 + 1 + bytes - 1));
  expect((await send(url, 4096)).status).toBe(503);
});

it('are those of a whole network, where the address is one of IPv6', async () => {
  const { url, taken } = await start((request) => String(request.headers['x-from']));
  const bytes = MAX_BODY_BYTES_OF_ONE_ADDRESS - 1024;
  const socket = connection(url);
  socket.write(post(bytes, 'x-from: 2001:db8:1:1::1\r\n'));
  socket.write(Buffer.alloc(bytes - 1));
  await eventually(() => expect(taken()).toBe(bytes - 1));
  expect((await send(url, 4096, { 'x-from': '2001:db8:1:1:ffff::2' })).status).toBe(503);
  expect((await send(url, 4096, { 'x-from': '2001:db8:1:2::1' })).status).toBe(200);
});
