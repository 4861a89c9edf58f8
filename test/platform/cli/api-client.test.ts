import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientWithLogin } from '#auth/cli/login.ts';
import { type EngineClient, engineClient } from '#engine/cli/requests.ts';
import { callServer, ServerRefusal, ServerUnreachable } from '#platform/cli/server-call.ts';
import { issueAccessToken, verifyLoginToken } from '#tari/ristretto-jwt.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
const random = (length: number) => new Uint8Array(length).fill(9);

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

describe('the client of the server', () => {
  let server: Server;
  let url: string;
  let now: Date;
  let requests: { path: string; headers: IncomingMessage['headers']; body: string }[];
  let handlers: Record<string, Handler>;
  let pauses: number[];

  const json = (response: ServerResponse, status: number, body: string) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  const refuse = (response: ServerResponse, status: number, code: string, error = 'It is refused.') =>
    json(response, status, JSON.stringify({ error, code, request_id: 'x' }));
  const giveToken: Handler = (_, response) => {
    const claims = { address: alice.tariAddress, roles: ['user'], issuedAt: now };
    const expiresAt = new Date(now.getTime() + 3_600_000);
    json(response, 200, issueAccessToken({ ...claims, expiresAt }, alice.secretKey, random));
  };
  const balance = `{"address":"x","total_confirmed":9007199254740993,"total_paid":0,"current_balance":9007199254740993,"last_update":"2026-01-01T00:00:00.000Z"}`;

  beforeEach(async () => {
    requests = [];
    pauses = [];
    now = new Date('2026-11-21T12:00:00.000Z');
    handlers = { '/auth': giveToken, '/api/balance': (_, response) => json(response, 200, balance) };
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const path = (request.url ?? '').replace(/^\/tari/, '');
      requests.push({ path, headers: request.headers, body });
      const handler = handlers[path.split('?')[0] ?? ''];
      if (handler === undefined) refuse(response, 404, 'route_not_found');
      else handler(request, response, body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // Behind a prefix, as a proxy may have it. What answers here is no server of ours.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tari`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const client = (): EngineClient =>
    engineClient(
      clientWithLogin(
        {
          fetch: globalThis.fetch,
          clock: { now: () => now },
          randomBytes: random,
          sleep: async (milliseconds) => void pauses.push(milliseconds),
        },
        { server: url, signer: { secretKey: alice.secretKey, address: alice.tariAddress }, roles: ['user'] },
      ),
    );
  const logins = () => requests.filter(({ path }) => path === '/auth');
  const nonceOf = (request: (typeof requests)[number]) =>
    verifyLoginToken(String(request.headers.tpg_auth_token)).nonce;

  it('logs in once, keeps the token in memory, and renews it before it ends', async () => {
    const api = client();
    await api.myBalance();
    await api.myBalance();
    expect(logins()).toHaveLength(1);
    now = new Date(now.getTime() + 3_600_000 - 59_000);
    await api.myBalance();
    expect(logins()).toHaveLength(2);
    expect(logins().map(nonceOf)).toEqual([1795262400n, 1795265941n]);
  });

  it('reads amounts without loss', async () => {
    expect((await client().myBalance()).current_balance).toBe(9_007_199_254_740_993n);
  });

  it('logs in again, once, when its token is not taken any more', async () => {
    let refusals = 0;
    handlers['/api/balance'] = (_, response) => {
      refusals += 1;
      if (refusals === 1) refuse(response, 401, 'access_token_invalid');
      else json(response, 200, balance);
    };
    await client().myBalance();
    expect(logins()).toHaveLength(2);
    handlers['/api/balance'] = (_, response) => refuse(response, 401, 'access_token_invalid');
    await expect(client().myBalance()).rejects.toMatchObject({ status: 401, code: 'access_token_invalid' });
  });

  it('tries a login again with a higher nonce when another process was quicker, and gives up in the end', async () => {
    let refusals = 0;
    handlers['/auth'] = (request, response, body) => {
      refusals += 1;
      if (refusals <= 2) refuse(response, 401, 'login_nonce_not_increasing');
      else giveToken(request, response, body);
    };
    await client().myBalance();
    const nonces = logins().map(nonceOf);
    expect(nonces).toEqual([...new Set(nonces)].sort());
    for (const nonce of nonces) expect(Math.abs(Number(nonce) - now.getTime() / 1000)).toBeLessThan(60);
    handlers['/auth'] = (_, response) => refuse(response, 401, 'login_nonce_not_increasing');
    await expect(client().myBalance()).rejects.toThrow(ServerRefusal);
    // An address whose nonces were counted in milliseconds is not locked out.
    expect(logins().map(nonceOf).at(-1)).toBe(BigInt(now.getTime()));
  });

  it('sends a change again under the same key where no answer came, so that it is made once', async () => {
    let sent = 0;
    handlers['/api/credit'] = (request, response) => {
      sent += 1;
      if (sent < 3) request.socket.destroy();
      else json(response, 200, '{"orders_paid":[],"settlements":[]}');
    };
    await client().credit('c1', 5n, 'prize');
    const changes = requests.filter(({ path }) => path === '/api/credit');
    expect(new Set(changes.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(changes.map(({ body }) => body)).toEqual(Array(3).fill('{"customer_id":"c1","amount":5,"reason":"prize"}'));
    expect(pauses).toEqual([1000, 1000]);
  });

  it('never sends a change again that was answered, and says so where none of the answers came', async () => {
    handlers['/api/credit'] = (_, response) => refuse(response, 503, 'unavailable');
    await expect(client().credit('c1', 5n)).rejects.toMatchObject({ status: 503 });
    expect(requests.filter(({ path }) => path === '/api/credit')).toHaveLength(1);
    handlers['/api/credit'] = (request) => request.socket.destroy();
    await expect(client().credit('c1', 5n)).rejects.toThrow('Look whether the change was made');
  });

  it('tells what is no answer of this server, or of another version of it', async () => {
    handlers['/api/balance'] = (_, response) => json(response, 200, '{"address":"x"}');
    await expect(client().myBalance()).rejects.toThrow('is not as expected at total_confirmed');
    handlers['/api/balance'] = (_, response) => response.writeHead(200).end('<html>');
    await expect(client().myBalance()).rejects.toThrow('is not as expected');
    handlers['/api/balance'] = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    await expect(client().myBalance()).rejects.toThrow('Is the address right?');
    handlers['/auth'] = (_, response) => json(response, 200, 'no token');
    await expect(client().myBalance()).rejects.toThrow('/auth is not as expected');
  });

  it('lets no error of the server steer a terminal', async () => {
    handlers['/api/balance'] = (_, response) => refuse(response, 400, 'x', 'bad \u001b[2J news');
    await expect(client().myBalance()).rejects.toThrow('bad �[2J news');
  });

  it('waits for no answer for ever, and takes none without end', async () => {
    handlers['/slow'] = () => undefined;
    const slow = callServer(
      { fetch: globalThis.fetch },
      { server: url, method: 'GET', path: '/slow' },
      { timeoutMs: 50 },
    );
    await expect(slow).rejects.toThrow('it took too long');
    await expect(slow).rejects.toThrow(ServerUnreachable);
  });
});
