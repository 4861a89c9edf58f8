import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, type Answer, errorOf, orderBody, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const LIMIT = 5;

let server: TestServer;

afterEach(() => server.close());

async function statuses(count: number, request: (index: number) => Promise<Answer>): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await request(index)).status);
  return found;
}

const times = (count: number, status: number) => Array.from({ length: count }, () => status);

const limited = (settings: Record<string, string> = {}) =>
  startServer({ settings: { TPG_RATE_LIMIT: String(LIMIT), ...settings } });

const forwardedFor = (address: string) => ({ 'x-forwarded-for': address });

describe('the limit for strangers', () => {
  it('answers 429 in the one form, with the time to wait', async () => {
    server = await limited();
    expect(await statuses(LIMIT, () => server.get('/nothing'))).toEqual(times(LIMIT, 404));
    const answer = await server.get('/nothing');
    expect(errorOf(answer)).toMatchObject({ status: 429, code: 'rate_limited' });
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(answer.json.error).toContain(`${seconds} s`);
  });

  it('counts all that a stranger does together', async () => {
    server = await limited();
    await server.postAuth('hello');
    await server.post('/order/claim', '{');
    await server.get('/wallet/send_to');
    await server.get('/nothing');
    await server.webhook(orderBody(), { secret: 'wrong' });
    for (const answer of [
      await server.postAuth(server.loginToken(ALICE, ['user'])),
      await server.claim(ALICE, '1001'),
      await server.get('/wallet/send_to'),
      await server.request('PATCH', '/nothing'),
      await server.webhook(orderBody(), { secret: 'wrong' }),
    ]) {
      expect(errorOf(answer)).toMatchObject({ status: 429 });
    }
    expect(server.rows('select * from nonces where purpose = ?', 'login')).toEqual([]);
  });

  it('holds for logins that succeed, too', async () => {
    server = await limited();
    const answers = await statuses(LIMIT + 1, () => server.postAuth(server.loginToken(ALICE, ['user'])));
    expect(answers).toEqual([...times(LIMIT, 200), 429]);
  });

  it('does not count logins of those who are known here, but their failures', async () => {
    server = await limited();
    await server.grant(ADMIN, 'super_admin');
    const logIn = () => server.postAuth(server.loginToken(ADMIN, ['super_admin']));
    expect(await statuses(3 * LIMIT, logIn)).toEqual(times(3 * LIMIT, 200));
    expect(await statuses(LIMIT, () => server.postAuth(server.loginToken(ADMIN, ['king'])))).toEqual(times(LIMIT, 403));
    expect((await logIn()).status).toBe(429);
  });

  it('never stops webhooks with a valid HMAC, and soon those with none or a wrong one', async () => {
    server = await limited();
    const bodies = Array.from({ length: 200 }, (_, index) => orderBody({ id: 5000 + index, name: `#${index}` }));
    const answers = await Promise.all(bodies.map((body) => server.webhook(body)));
    expect(answers.map((answer) => answer.status)).toEqual(times(200, 200));

    const impostor = (index: number) => server.webhook(orderBody(), { secret: index % 2 === 0 ? null : 'wrong' });
    expect(await statuses(LIMIT + 2, impostor)).toEqual([...times(LIMIT, 403), 429, 429]);
    expect((await server.webhook(orderBody({ id: 9 }))).json.success).toBe(true);
  });

  it('stops callers from outside the IP list as well', async () => {
    server = await limited({ TPG_SHOPIFY_IP_WHITELIST: '192.0.2.7' });
    expect(await statuses(LIMIT + 1, () => server.webhook(orderBody()))).toEqual([...times(LIMIT, 403), 429]);
  });

  it('never stops a hot wallet, and soon those who are none', async () => {
    server = await limited();
    expect(await statuses(3 * LIMIT, () => server.reportPayment())).toEqual(times(3 * LIMIT, 200));
    const impostor = () => server.reportPayment({}, { wallet: ALICE });
    expect(await statuses(LIMIT + 1, impostor)).toEqual([...times(LIMIT, 401), 429]);
    expect((await server.reportPayment()).status).toBe(200);
  });

  it('never stops who has an access token, and soon those who have none', async () => {
    server = await limited();
    const token = await server.logIn(ADMIN, 'super_admin');
    expect(await statuses(4 * LIMIT, () => server.get('/api/wallets', { token }))).toEqual(times(4 * LIMIT, 200));

    // The login of somebody who has a role was not counted.
    const forged = server.keepToken(`${token.slice(0, -4)}AAAA`);
    const stranger = (index: number) => server.get('/api/wallets', index % 2 === 0 ? {} : { token: forged });
    expect(await statuses(LIMIT + 1, stranger)).toEqual([...times(LIMIT, 401), 429]);
    expect((await server.get('/api/wallets', { token })).status).toBe(200);
  });

  it('is per address, as a trusted proxy tells it', async () => {
    server = await limited({ TPG_USE_X_FORWARDED_FOR: 'on' });
    const from = (address: string) => () => server.get('/nothing', { headers: forwardedFor(address) });
    expect(await statuses(LIMIT + 1, from('203.0.113.1'))).toEqual([...times(LIMIT, 404), 429]);
    expect(await statuses(LIMIT + 1, from('203.0.113.2'))).toEqual([...times(LIMIT, 404), 429]);
    // What a client writes before the proxy's entry changes nothing.
    expect(await statuses(1, from('198.51.100.99, 203.0.113.1'))).toEqual([429]);
  });

  it('takes the addresses of one IPv6 network for one, for a stranger has 2^64 of them', async () => {
    server = await limited({ TPG_USE_X_FORWARDED_FOR: 'on' });
    const from = (prefix: string) => (index: number) =>
      server.get('/nothing', { headers: forwardedFor(`${prefix}::${(index + 1).toString(16)}`) });
    expect(await statuses(LIMIT + 1, from('2001:db8:1:2'))).toEqual([...times(LIMIT, 404), 429]);
    expect(await statuses(1, from('2001:db8:1:3'))).toEqual([404]);
  });

  it('does not believe the header of an untrusted peer, or any while it is switched off', async () => {
    const untrusted = { TPG_USE_X_FORWARDED_FOR: 'on', TPG_TRUSTED_PROXIES: '10.0.0.0/8' };
    for (const settings of [untrusted, {}]) {
      server = await limited(settings);
      const spoofed = (index: number) => server.get('/nothing', { headers: forwardedFor(`203.0.113.${index}`) });
      expect(await statuses(LIMIT + 1, spoofed)).toEqual([...times(LIMIT, 404), 429]);
      await server.close();
    }
  });

  it('holds for unknown paths whatever is sent to them', async () => {
    server = await limited();
    const bodies: [string, string][] = [
      ['{', 'application/json'],
      ['x', 'text/plain'],
      ['x'.repeat(300 * 1024), 'application/json'],
    ];
    const send = (index: number) => {
      const [body, type] = bodies[index % bodies.length] ?? ['', ''];
      return server.post('/nothing', body, { headers: { 'content-type': type } });
    };
    expect(await statuses(LIMIT + 1, send)).toEqual([...times(LIMIT, 404), 429]);
  });

  it('can be switched off', async () => {
    server = await startServer({ settings: { TPG_RATE_LIMIT: '0' } });
    expect(await statuses(100, () => server.get('/nothing'))).toEqual(times(100, 404));
  });
});
