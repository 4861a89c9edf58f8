import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, borrowServer, eventually, orderBody, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

/** Does nearly everything that can be done, right and wrong. Every secret that it uses is known to the server's helper. */
async function aBusyDay(): Promise<void> {
  const token = await server.logIn(ADMIN, 'super_admin', 'read_all', 'write');
  await server.get('/api/wallets', { headers: { authorization: `Bearer ${token}` } });
  await server.get('/api/wallets', { headers: { cookie: `tpg_access_token=${token}` } });
  await server.get('/nothing', { token, headers: { tpg_auth_token: server.loginToken(ALICE, ['user']) } });
  await server.get('/%zz', { token });
  await server.get('/api/wallets', { token: server.keepToken(`${token.slice(0, -3)}AAA`) });
  const refused = server.loginToken(ALICE, ['super_admin']);
  await server.postAuth(refused);
  await server.postAuth(server.keepToken(refused.replace('.', '.x')));
  await server.postAuth(server.loginToken(BOB, ['user'], 1n));
  await server.postAuth(server.loginToken(BOB, ['user'], 1n));
  await server.dollarOrder({ id: 1, note: JSON.stringify(server.claimOf(ALICE, '1')) });
  await server.webhook(orderBody({ currency: 'EUR', note: JSON.stringify(server.claimOf(ALICE, '2')) }));
  await server.webhook(orderBody(), { secret: 'wrong' });
  await server.claim(BOB, '1');
  await server.claim(BOB, '404');
  await server.post('/order/claim', { ...server.claimOf(BOB, '1'), order_id: '7' });
  await server.payConfirmed({ order_id: '1', memo: JSON.stringify(server.claimOf(ALICE, '1')) });
  const body = server.paymentBody();
  await server.post('/wallet/incoming_payment', { ...body, payment: { ...body.payment, amount: 1 } });
  await server.reportPayment({}, { wallet: BOB });
  await server.post('/wallet/incoming_payment', `${JSON.stringify({ auth: String(body.auth.signature) })}}`);
  await server.post('/api/roles', [{ address: ALICE.address, apply: ['write'] }], { token });
  await eventually(() => {
    if (server.shop.effectCount('1', 'paid') !== 1) throw new Error('The shop does not know yet');
  });
}

describe('the access log', () => {
  it('has one record a request, with the documented fields', async () => {
    server = await startServer({ settings: { TPG_USE_X_FORWARDED_FOR: 'on' } });
    const headers = {
      'user-agent': 'wallet/1.0',
      'x-forwarded-for': '203.0.113.1, 203.0.113.2',
      forwarded: 'for=192.0.2.1',
      tpg_auth_token: 'hello',
    };
    await server.post('/auth?x=1', undefined, { headers });
    expect(await server.accessRecordOf('/auth?x=1')).toEqual({
      receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      address: '203.0.113.2',
      xForwardedFor: '203.0.113.1, 203.0.113.2',
      forwarded: 'for=192.0.2.1',
      method: 'POST',
      url: '/auth?x=1',
      httpVersion: '1.1',
      status: 400,
      userAgent: 'wallet/1.0',
      auth: 'present',
      access: null,
      durationMs: expect.any(Number) as number,
    });
    expect(server.accessRecords).toHaveLength(1);
  });

  it('has requests of every outcome', async () => {
    server = await startServer({ settings: { TPG_RATE_LIMIT: '1' } });
    const token = await server.logIn(ADMIN, 'super_admin');
    const unlock = server.lockDatabase();
    const requests: [string, string, number, string?][] = [
      ['GET', '/health', 200],
      ['GET', '/api/wallets', 200, token],
      ['GET', '/api/balance/nobody', 400, token],
      ['GET', '/%zz', 400],
      ['GET', '/nothing-either', 404],
      ['GET', '/nothing', 429],
      ['POST', '/shopify/webhook/no_op', 429],
      ['GET', '/health/ready', 503],
    ];
    for (const [method, path, status, token] of requests) {
      const answer = await server.request(method, path, token === undefined ? {} : { token });
      expect([path, answer.status]).toEqual([path, status]);
      expect(await server.accessRecordOf(path)).toMatchObject({
        method,
        status,
        address: '127.0.0.1',
        xForwardedFor: null,
        auth: null,
        access: token === undefined ? null : 'present',
      });
    }
    unlock();
  });

  it('cannot be forged by what a request holds, neither as JSON nor as lines for people', async () => {
    const forged = '2024-05-29T08:42:20.029Z 127.0.0.1 "GET /admin HTTP/1.1" 200';
    for (const prettyLog of [false, true]) {
      server = await startServer({ prettyLog });
      const before = server.logLines.length;
      const agent = `a" 200 ua:"\\u2028\\n${forged}\t\u0085`;
      const line = `GET /x?a="%0d%0a${forged.replaceAll(' ', '%20')}`;
      await server.raw(
        `${line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nuser-agent: ${agent}\r\nx-forwarded-for: "\r\n\r\n`,
      );
      await eventually(() => expect(server.logLines).toHaveLength(before + 1));
      const written = server.logLines[before] ?? '';
      expect(written.endsWith('\n')).toBe(true);
      expect(written.slice(0, -1)).not.toMatch(/[\r\n\u2028\u2029]/);
      if (prettyLog) {
        expect(written).toMatch(
          /^\S+ 127\.0\.0\.1 x-forwarded-for: \\" forwarded: - "GET \S+ HTTP\/1\.1" 404 ua:"a\\" 200/,
        );
        expect(written.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      } else {
        expect(server.accessRecords.at(-1)).toMatchObject({ status: 404, method: 'GET' });
      }
      await server.close();
    }
  });

  it('cuts what is long', async () => {
    server = await borrowServer();
    await server.get(`/${'a'.repeat(5000)}`, {
      headers: { 'user-agent': 'b'.repeat(5000), forwarded: 'c'.repeat(5000) },
    });
    await eventually(() => expect(server.accessRecords).toHaveLength(1));
    expect(server.logText.length).toBeLessThan(5000);
  });
});

describe('the whole log', () => {
  it('never shows a token, a key, a signature or a secret', async () => {
    server = await startServer({ shop: true, start: true });
    server.shop.addOrder({ id: 1, name: '#1001', currency: 'USD', price: '1.00' });
    await aBusyDay();
    await server.close();
    expect(server.secrets.size).toBeGreaterThan(40);
    expect(server.logLines.length).toBeGreaterThan(40);
    expect(server.logText).toContain(ALICE.address);
    expect(server.logText).toContain(HOT_WALLET.address);
  });

  it('does not show them to people at a terminal either', async () => {
    server = await startServer({ shop: true, start: true, prettyLog: true });
    server.shop.addOrder({ id: 1, name: '#1001', currency: 'USD', price: '1.00' });
    await aBusyDay();
  });

  it('does not show them when the server fails inside', async () => {
    server = await startServer();
    const token = await server.logIn(ADMIN, 'super_admin', 'read_all');
    await server.get('/api/wallets', { token });
    const bodies = [server.paymentBody(), server.confirmationBody('7')];
    await server.app.store.close();
    await server.get('/api/wallets', { token });
    await server.claim(ALICE, '1');
    await server.postAuth(server.loginToken(ALICE, ['user']));
    await server.webhook(orderBody());
    for (const body of bodies) await server.post('/wallet/incoming_payment', body);
    expect(server.logRecords.filter((record) => record.level === 'error').length).toBeGreaterThanOrEqual(4);
  });

  it('would be found out if it did', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    await server.get(`/nothing?leak=${token}`);
    await eventually(() => expect(() => server.refuseSecretsInLog()).toThrow('The log shows the secret'));
    server.logLines.length = 0;
  });
});
