import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { jsonExample } from '#test/docs/documents.ts';
import { closeEngines } from '#test/engine.ts';
import { webhookStage } from '#test/webhooks-out/stage.ts';
import { endpoint } from '#webhooks/http/schemas.ts';
import { eventMessage } from '#webhooks/messages.ts';

/** What the example of the page exports; it is JavaScript, as receivers are. */
interface ReceiverExample {
  isGenuine(secret: string, headers: Record<string, string>, body: Buffer): boolean;
  createReceiver(secret: string, handle: (event: { type: string }) => void): Server;
}

const EXAMPLE = '../../docs/examples/receive-webhooks.mjs';
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await closeEngines();
});

it('docs/webhooks.md shows an endpoint as it is answered, and a message as it is sent', () => {
  const shown = jsonExample('docs/webhooks.md', 'webhook-endpoint');
  const whole = { id: BigInt(shown.id), delivered: BigInt(shown.delivered), failed: BigInt(shown.failed) };
  expect(endpoint.parse({ ...shown, ...whole })).toMatchObject({ id: 1n, state: 'active' });
  expect(Object.keys(shown).sort()).toEqual(Object.keys(endpoint.shape).sort());
  const { id, type, timestamp, data } = jsonExample('docs/webhooks.md', 'webhook');
  const event = { id: BigInt(id), type, createdAt: new Date(timestamp), payload: data };
  const sent = eventMessage(event, 'tag').body.toString();
  expect(JSON.parse(sent)).toEqual({ id, type, timestamp, data });
});

it('its example verifies what the server sends, takes each event once, and refuses what is forged or old', async () => {
  const { isGenuine, createReceiver } = (await import(EXAMPLE)) as ReceiverExample;
  const stage = await webhookStage();
  // Receivers look at the time of the machine.
  stage.test.clock.advance(Date.now() - stage.test.clock.now().getTime());
  const handled: string[] = [];
  const seen: [Record<string, string>, Buffer][] = [];
  let secret = '';
  const server = createReceiver('to be replaced', () => undefined);
  server.removeAllListeners('request');
  server.on('request', async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.push([request.headers as Record<string, string>, Buffer.concat(chunks)]);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const added = await stage.add(`http://127.0.0.1:${port}/`, 'NewOrder');
  secret = added.secret;
  await stage.test.order({ orderId: '1' });
  await stage.carryAll();
  const [headers = {}, body = Buffer.of()] = seen[0] ?? [];
  expect(isGenuine(secret, headers, body)).toBe(true);
  expect(isGenuine(`whsec_${Buffer.alloc(32, 1).toString('base64')}`, headers, body)).toBe(false);
  expect(isGenuine(secret, headers, Buffer.concat([body, Buffer.from(' ')]))).toBe(false);
  expect(isGenuine(secret, { ...headers, 'webhook-id': 'msg_other' }, body)).toBe(false);
  expect(isGenuine(secret, { ...headers, 'webhook-signature': '' }, body)).toBe(false);
  for (const timestamp of ['', 'soon', String(Math.floor(Date.now() / 1000) - 301)]) {
    expect(isGenuine(secret, { ...headers, 'webhook-timestamp': timestamp }, body)).toBe(false);
  }
  // The whole example takes the same message twice and handles it once.
  const whole = createReceiver(secret, ({ type }) => handled.push(type));
  await new Promise<void>((resolve) => whole.listen(0, '127.0.0.1', resolve));
  servers.push(whole);
  const url = `http://127.0.0.1:${(whole.address() as AddressInfo).port}/`;
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const signed = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']));
  const post = async (sent: Buffer) => (await fetch(url, { method: 'POST', headers: signed, body: sent })).status;
  expect([await post(body), await post(body), await post(Buffer.from('{}'))]).toEqual([204, 204, 401]);
  expect(handled).toEqual(['NewOrder']);
});
