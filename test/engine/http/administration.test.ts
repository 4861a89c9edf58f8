import { afterEach, describe, expect, it } from 'vitest';
import { parseJson } from '#platform/json.ts';
import { accountOf, addressToEmoji, addressToHex, parseAddress } from '#tari/address.ts';
import { ADMIN, borrowServer, errorOf, orderBody, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, NOW } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const TIME = NOW.toISOString();

let server: TestServer;

afterEach(() => server.close());

const admin = () => server.logIn(ADMIN, 'super_admin');

describe('/api/exchange_rate', () => {
  it('is set, answered with nothing, and read again', async () => {
    server = await borrowServer();
    const token = await server.logIn(ALICE, 'read_all', 'write');
    const set = await server.post('/api/exchange_rate', { currency: 'USD', rate: 30_000 }, { token });
    expect([set.status, set.text]).toEqual([200, '']);
    const read = await server.get('/api/exchange_rate/USD', { token });
    expect([read.status, read.text]).toEqual([200, `{"currency":"USD","rate":30000,"updated_at":"${TIME}"}`]);
    expect(server.rows('select actor, action, subject, before from audit_log where subject = ?', 'USD')).toEqual([
      { actor: ALICE.address, action: 'set exchange rate', subject: 'USD', before: null },
    ]);
  });

  it('takes currencies in any case, the last rate counts, and rates past 2^53 are not rounded', async () => {
    server = await borrowServer();
    const token = await admin();
    for (const rate of ['30000', '9007199254740993']) {
      await server.post('/api/exchange_rate', `{"currency":"usd","rate":${rate}}`, { token });
      server.clock.advance(1000);
    }
    const answer = await server.get('/api/exchange_rate/uSd', { token });
    expect(answer.text).toBe('{"currency":"USD","rate":9007199254740993,"updated_at":"2026-03-10T12:00:01.000Z"}');
  });

  it('counts for orders that come from then on', async () => {
    server = await borrowServer();
    const token = await admin();
    expect((await server.webhook(orderBody({ currency: 'EUR' }))).json.success).toBe(false);
    await server.post('/api/exchange_rate', { currency: 'EUR', rate: 3 }, { token });
    expect((await server.webhook(orderBody({ currency: 'EUR' }))).json.success).toBe(true);
    expect(server.rows('select total_price, exchange_rate from orders')).toEqual([
      { total_price: 300n, exchange_rate: 3n },
    ]);
  });

  it('of Tari is one to one and cannot be set', async () => {
    server = await borrowServer();
    const token = await admin();
    for (const currency of ['XTM', 'XTR', 'xtm']) {
      expect((await server.get(`/api/exchange_rate/${currency}`, { token })).json).toMatchObject({
        currency: currency.toUpperCase(),
        rate: 1_000_000,
      });
      expect(errorOf(await server.post('/api/exchange_rate', { currency, rate: 5 }, { token }))).toMatchObject({
        status: 400,
        code: 'exchange_rate_fixed',
      });
    }
  });

  it('is refused where there is none, or it makes no sense', async () => {
    server = await borrowServer();
    const token = await admin();
    expect(errorOf(await server.get('/api/exchange_rate/USD', { token }))).toEqual({
      status: 404,
      code: 'exchange_rate_not_found',
      error: 'No exchange rate is set for USD.',
    });
    const wrong = [
      { currency: 'USD', rate: 0 },
      { currency: 'USD', rate: -1 },
      { currency: 'USD', rate: 1.5 },
      { currency: 'USD', rate: '5' },
      { currency: 'USD', rate: 2n ** 63n },
      { currency: 'US', rate: 5 },
      { currency: 'U$D', rate: 5 },
      { currency: null, rate: 5 },
      { currency: 'USD' },
      [],
      null,
    ];
    for (const body of wrong) {
      expect(errorOf(await server.post('/api/exchange_rate', body, { token }))).toMatchObject({
        status: 400,
        code: 'invalid_request',
      });
    }
    expect(errorOf(await server.get('/api/exchange_rate/%24', { token }))).toMatchObject({ status: 400 });
    expect(server.rows('select * from exchange_rates')).toEqual([]);
  });

  it('is kept by nobody without the role', async () => {
    server = await borrowServer();
    const token = await server.logIn(ALICE, 'read_all');
    await server.post('/api/exchange_rate', { currency: 'USD', rate: 5 }, { token });
    expect(server.rows('select * from exchange_rates')).toEqual([]);
  });
});

describe('/api/wallets', () => {
  it('adds, lists and deletes', async () => {
    server = await borrowServer({ hotWallet: false });
    const token = await admin();
    expect((await server.get('/api/wallets', { token })).text).toBe('[]');
    const added = await server.post('/api/wallets', { address: ALICE.address, ip_address: '10.1.2.3' }, { token });
    expect([added.status, added.text]).toEqual([200, '']);
    server.clock.advance(1);
    const initialNonce = 2n ** 64n - 2n;
    const second = {
      address: addressToEmoji(BOB.tariAddress),
      ip_address: ' 2001:DB8:0::1 ',
      initial_nonce: initialNonce,
    };
    expect((await server.post('/api/wallets', second, { token })).status).toBe(200);
    expect((await server.get('/api/wallets', { token })).text).toBe(
      `[{"address":"${ALICE.address}","ip_address":"10.1.2.3","last_nonce":0},` +
        `{"address":"${BOB.address}","ip_address":"2001:db8::1","last_nonce":${initialNonce}}]`,
    );
    const deleted = await server.request('DELETE', `/api/wallets/${addressToHex(ALICE.tariAddress)}`, { token });
    expect([deleted.status, deleted.text]).toEqual([200, '']);
    expect((await server.get('/api/wallets', { token })).json).toHaveLength(1);
    expect(server.rows('select actor, action, subject from audit_log where action like ?', '%wallet')).toEqual([
      { actor: ADMIN.address, action: 'register wallet', subject: ALICE.address },
      { actor: ADMIN.address, action: 'register wallet', subject: BOB.address },
      { actor: ADMIN.address, action: 'remove wallet', subject: ALICE.address },
    ]);
  });

  it('shows the nonces that wallets used, and keeps them when a wallet is added again', async () => {
    server = await borrowServer({ hotWallet: false });
    const token = await admin();
    const wallet = { address: HOT_WALLET.address, ip_address: '127.0.0.1' };
    await server.post('/api/wallets', { ...wallet, initial_nonce: 1_000_000 }, { token });
    expect((await server.reportPayment({}, { nonce: 1_000_000n })).status).toBe(401);
    const body = server.paymentBody({}, { nonce: 1_000_001n });
    expect((await server.post('/wallet/incoming_payment', body)).status).toBe(200);

    await server.request('DELETE', `/api/wallets/${HOT_WALLET.address}`, { token });
    await server.post('/api/wallets', { ...wallet, initial_nonce: null }, { token });
    expect((await server.get('/api/wallets', { token })).json[0].last_nonce).toBe(1_000_001);
    expect(errorOf(await server.post('/wallet/incoming_payment', body))).toMatchObject({
      code: 'wallet_nonce_not_increasing',
    });
  });

  it('gives a known wallet its new place', async () => {
    server = await borrowServer();
    const token = await admin();
    await server.post('/api/wallets', { address: HOT_WALLET.address, ip_address: '10.9.9.9' }, { token });
    expect((await server.get('/api/wallets', { token })).json).toMatchObject([{ ip_address: '10.9.9.9' }]);
    expect((await server.reportPayment()).status).toBe(401);
  });

  it('refuses what is no wallet, and deletes only what is there', async () => {
    server = await borrowServer();
    const token = await admin();
    const right = { address: ALICE.address, ip_address: '10.1.2.3' };
    const wrong = [
      { ...right, address: 'nobody' },
      { ...right, ip_address: '10.1.2' },
      { ...right, ip_address: '10.0.0.0/8' },
      { ...right, ip_address: 'localhost' },
      { ...right, ip_address: null },
      { ...right, initial_nonce: -1 },
      { ...right, initial_nonce: '1' },
      { ...right, initial_nonce: 2n ** 64n },
      { address: ALICE.address },
    ];
    for (const body of wrong) {
      expect(errorOf(await server.post('/api/wallets', body, { token }))).toMatchObject({ status: 400 });
    }
    expect((await server.get('/api/wallets', { token })).json).toHaveLength(1);
    expect(errorOf(await server.request('DELETE', `/api/wallets/${ALICE.address}`, { token }))).toEqual({
      status: 404,
      code: 'wallet_not_found',
      error: `There is no wallet with the address ${ALICE.address}.`,
    });
  });

  it('deletes also for clients that name a content type without a body', async () => {
    server = await borrowServer();
    const headers = { 'content-type': 'application/json' };
    const path = `/api/wallets/${HOT_WALLET.address}`;
    expect((await server.request('DELETE', path, { token: await admin(), headers })).status).toBe(200);
  });
});

describe('GET /api/roles', () => {
  it('lists who was given roles, to super admins only', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const change = [{ address: ALICE.address, apply: ['write', 'read_all'] }];
    expect((await server.post('/api/roles', change, { token })).status).toBe(200);
    const everybody: { address: string; roles: string[] }[] = (await server.get('/api/roles', { token })).json;
    const rolesOf = (person: { address: string }) =>
      everybody
        .filter(({ address }) => accountOf(parseAddress(address)) === accountOf(parseAddress(person.address)))
        .map(({ roles }) => roles);
    expect(rolesOf(ALICE)).toEqual([['user', 'read_all', 'write']]);
    expect(rolesOf(ADMIN)[0]).toContain('super_admin');
    expect(rolesOf(BOB)).toEqual([]);
    const reader = await server.logIn(ALICE, 'read_all', 'write');
    expect((await server.get('/api/roles', { token: reader })).status).toBe(403);
    expect((await server.get('/api/roles', {})).status).toBe(401);
    await server.post('/api/roles', [{ address: ALICE.address, revoke: ['write', 'read_all'] }], { token });
  });
});

describe('/api/roles', () => {
  const rolesOf = async (token: string, address: string) => (await server.get(`/api/roles/${address}`, { token })).json;

  it('applies and revokes, answers nothing, and shows what an address has', async () => {
    server = await borrowServer();
    const token = await admin();
    const change = async (...changes: object[]) => {
      const answer = await server.post('/api/roles', changes, { token });
      expect([answer.status, answer.text]).toEqual([200, '']);
    };
    expect(await rolesOf(token, ALICE.address)).toEqual({ address: ALICE.address, roles: ['user'] });
    await change({ address: ALICE.address, apply: ['write', 'read_all', 'read_all'] });
    expect(await rolesOf(token, ALICE.address)).toEqual({
      address: ALICE.address,
      roles: ['user', 'read_all', 'write'],
    });
    await change(
      { address: addressToHex(ALICE.tariAddress), apply: ['read_all', 'user'], revoke: ['write', 'super_admin'] },
      { address: BOB.address, apply: [], revoke: null },
      { address: BOB.address },
    );
    expect(await rolesOf(token, ALICE.address)).toEqual({ address: ALICE.address, roles: ['user', 'read_all'] });
    await change();
    expect(server.rows('select distinct actor from audit_log where action = ?', 'change roles')).toContainEqual({
      actor: ADMIN.address,
    });
  });

  it('does all of a list or nothing', async () => {
    server = await borrowServer();
    const token = await admin();
    const first = { address: ALICE.address, apply: ['read_all'] };
    const wrong: [object, string][] = [
      [{ address: BOB.address, revoke: ['user'] }, 'role_irrevocable'],
      [{ address: BOB.address, apply: ['emperor'] }, 'invalid_request'],
      [{ address: BOB.address, apply: ['constructor'] }, 'invalid_request'],
      [{ address: BOB.address, apply: 'read_all' }, 'invalid_request'],
      [{ address: 'nobody', apply: ['read_all'] }, 'invalid_request'],
      [{ apply: ['read_all'] }, 'invalid_request'],
    ];
    const before = server.everything();
    for (const [second, code] of wrong) {
      for (const changes of [
        [first, second],
        [second, first],
      ]) {
        expect(errorOf(await server.post('/api/roles', changes, { token }))).toMatchObject({ status: 400, code });
      }
    }
    expect(server.everything()).toEqual(before);
    const many = Array.from({ length: 101 }, () => first);
    expect(errorOf(await server.post('/api/roles', many, { token }))).toMatchObject({ status: 400 });
    expect(errorOf(await server.post('/api/roles', first, { token }))).toMatchObject({ status: 400 });
  });

  it('refuses to leave no super admin, unless the query says force=true', async () => {
    server = await borrowServer();
    const token = await admin();
    const change = [{ address: ADMIN.address, apply: ['write'], revoke: ['super_admin'] }];
    const before = server.everything();
    for (const query of ['', '?force=false']) {
      const error = errorOf(await server.post(`/api/roles${query}`, change, { token }));
      expect(error).toMatchObject({ status: 409, code: 'last_super_admin' });
      expect(error.error).toContain('force=true');
    }
    for (const query of ['?force=1', '?force=', '?force=true&force=true', '?Force=true']) {
      expect(errorOf(await server.post(`/api/roles${query}`, change, { token }))).toMatchObject({ status: 400 });
    }
    expect(server.everything()).toEqual(before);
    expect((await server.post('/api/roles?force=true', change, { token })).status).toBe(200);
    expect((await server.post('/api/roles', [], { token })).status).toBe(403);
  });

  it('lets a super admin make another, who may then do the same', async () => {
    server = await borrowServer();
    const token = await admin();
    await server.post('/api/roles', [{ address: BOB.address, apply: ['super_admin'] }], { token });
    const bobsToken = await server.logIn(BOB, 'super_admin');
    await server.post('/api/roles', [{ address: ADMIN.address, revoke: ['super_admin'] }], { token: bobsToken });
    expect((await server.post('/api/roles', [], { token })).status).toBe(403);
    expect((await server.postAuth(server.loginToken(ADMIN, ['super_admin']))).status).toBe(403);
  });
});

describe('GET /api/events', () => {
  it('lists what happened, oldest first, with the shapes of the documentation', async () => {
    server = await borrowServer();
    await server.order({ total_price: '9007199254.740993' });
    await server.claim(ALICE, '1001');
    await server.reportPayment({ txid: '77', amount: 9_007_199_254_740_993n });
    await server.reportConfirmation('77');
    const token = await server.logIn(BOB, 'read_all');
    const answer = await server.get('/api/events', { token });
    expect(answer.status).toBe(200);
    const events = answer.json as { id: number; type: string; created_at: string; payload: Record<string, object> }[];
    expect(events.map((event) => [event.id, event.type, Object.keys(event.payload)])).toEqual([
      [1, 'NewOrder', ['order']],
      [2, 'OrderClaimed', ['order', 'claimant']],
      [3, 'PaymentReceived', ['payment']],
      [4, 'PaymentConfirmed', ['payment']],
      [5, 'OrderPaid', ['order']],
    ]);
    for (const event of events) expect(Object.keys(event)).toEqual(['id', 'type', 'created_at', 'payload']);
    expect(events[0]?.created_at).toBe(TIME);
    expect(events[1]?.payload.claimant).toBe(ALICE.address);
    expect(events[4]?.payload.order).toMatchObject({ order_id: '1001', status: 'Paid', memo: null });
    expect(answer.text).toContain('"total_price":9007199254740993,');
    expect(answer.text).toContain('"amount":9007199254740993,');
    expect(answer.text).not.toContain('"total_price":"');
  });

  it('is paged by after and limit', async () => {
    server = await borrowServer();
    for (let index = 1; index <= 120; index += 1) await server.order({ id: index, name: `#${index}` });
    const token = await admin();
    const ids = async (query: string) => {
      const answer = await server.get(`/api/events${query}`, { token });
      return (parseJson(answer.text) as { id: number }[]).map((event) => event.id);
    };
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
    expect(await ids('')).toEqual(range(1, 100));
    expect(await ids('?after=100')).toEqual(range(101, 120));
    expect(await ids('?after=0&limit=3')).toEqual([1, 2, 3]);
    expect(await ids('?limit=3&after=118')).toEqual([119, 120]);
    expect(await ids('?limit=1000')).toEqual(range(1, 120));
    expect(await ids('?after=120')).toEqual([]);
    expect(await ids(`?after=${2n ** 63n - 1n}`)).toEqual([]);
  });

  it('refuses pages that make no sense', async () => {
    server = await borrowServer();
    const token = await admin();
    const wrong = [
      'limit=0',
      'limit=1001',
      'limit=-1',
      'limit=1.5',
      'limit=ten',
      'limit=',
      'after=-1',
      'after=x',
      'after=1.5',
      `after=${2n ** 63n}`,
      'after=1&after=2',
      'limit=1&limit=2',
    ];
    for (const query of wrong) {
      expect(errorOf(await server.get(`/api/events?${query}`, { token }))).toMatchObject({
        status: 400,
        code: 'invalid_request',
      });
    }
  });
});
