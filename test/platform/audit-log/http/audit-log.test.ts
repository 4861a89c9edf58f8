import { afterEach, describe, expect, it } from 'vitest';
import { addressToHex } from '#tari/address.ts';
import { ADMIN, borrowServer, errorOf, type TestServer } from '#test/server.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

interface Record {
  id: number;
  actor: string;
  action: string;
  subject: string;
}

/** Three rates by two people, an hour apart, and a credit by the first. Answers a token that may read. */
async function withHistory(): Promise<string> {
  server = await borrowServer();
  const [alice, bob] = [await server.logIn(ALICE, 'write'), await server.logIn(BOB, 'write', 'read_all')];
  await server.post('/api/exchange_rate', { currency: 'USD', rate: 1 }, { token: alice });
  server.clock.advance(3_600_000);
  await server.post('/api/exchange_rate', { currency: 'USD', rate: 2 }, { token: bob });
  server.clock.advance(3_600_000);
  await server.post('/api/exchange_rate', { currency: 'EUR', rate: 3 }, { token: alice });
  const credit = { customer_id: '7001', amount: 9_007_199_254_740_993n, reason: 'a prize' };
  await server.post('/api/credit', credit, { token: alice });
  return bob;
}

describe('GET /api/audit_log', () => {
  it('lists who did what, oldest first, with before and after as JSON', async () => {
    const token = await withHistory();
    const answer = await server.get('/api/audit_log', { token });
    expect(answer.status).toBe(200);
    const records = answer.json as Record[];
    expect(records.map(({ id }) => id)).toEqual(records.map((_, index) => index + 1));
    for (const record of records) {
      expect(Object.keys(record)).toEqual([
        ...['id', 'created_at', 'actor', 'action', 'subject', 'reason', 'before', 'after'],
      ]);
    }
    expect(records.filter(({ subject }) => subject === 'USD')).toMatchObject([
      { created_at: NOW.toISOString(), actor: ALICE.address, reason: null, before: null, after: { rate: 1 } },
      { created_at: '2026-03-10T13:00:00.000Z', actor: BOB.address, before: { rate: 1 }, after: { rate: 2 } },
    ]);
    expect(records.at(-1)).toMatchObject({ actor: ALICE.address, subject: '7001', reason: 'a prize' });
    expect(answer.text).toContain('9007199254740993');
  });

  it.each<[string, Record[] | object[]]>([
    [`actor=${BOB.address}&subject=USD`, [{ actor: BOB.address, subject: 'USD' }]],
    [`actor=${addressToHex(BOB.tariAddress)}&subject=USD`, [{ actor: BOB.address }]],
    [`actor=${ALICE.address}&action=set%20exchange%20rate`, [{ subject: 'USD' }, { subject: 'EUR' }]],
    ['action=set+exchange+rate', [{ subject: 'USD' }, { subject: 'USD' }, { subject: 'EUR' }]],
    ['subject=EUR', [{ action: 'set exchange rate' }]],
    ['subject=USD&since=2026-03-10T13:00:00Z', [{ actor: BOB.address }]],
    ['subject=USD&until=2026-03-10T12:59:59.999Z', [{ actor: ALICE.address }]],
    ['subject=USD&since=2026-03-10T12:00:00Z&until=2026-03-10T13:00:00Z', [{ subject: 'USD' }, { subject: 'USD' }]],
    ['subject=EUR&since=2026-3-10T14:0:0Z', [{ subject: 'EUR' }]],
    ['subject=EUR&since=2026-03-11', []],
    ['actor=nobody', []],
    ['action=set', []],
    ['subject=usd', []],
  ])('finds by ?%s', async (query, expected) => {
    const token = await withHistory();
    const answer = await server.get(`/api/audit_log?${query}`, { token });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject(expected);
    expect(answer.json).toHaveLength(expected.length);
  });

  it('is paged by after and limit, with filters too', async () => {
    const token = await withHistory();
    const ids = async (query: string) =>
      (await server.get(`/api/audit_log?${query}`, { token })).json.map(({ id }: Record) => id) as number[];
    const all = await ids('limit=1000');
    expect(await ids('limit=2')).toEqual(all.slice(0, 2));
    expect(await ids('limit=2&after=2')).toEqual(all.slice(2, 4));
    const [first = 0, ...more] = await ids('action=set+exchange+rate');
    expect(await ids('action=set+exchange+rate&limit=1')).toEqual([first]);
    expect(await ids(`action=set+exchange+rate&after=${first}`)).toEqual(more);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'after=-1',
    `after=${2n ** 63n}`,
    'since=yesterday',
    'since=2026-02-30',
    'until=',
    'actor=',
    'action=',
    'subject=',
    `subject=${'a'.repeat(513)}`,
    'subject=a&subject=b',
    'actr=nobody',
  ])('refuses ?%s', async (query) => {
    server = await borrowServer();
    const answer = await server.get(`/api/audit_log?${query}`, { token: await server.logIn(ADMIN, 'super_admin') });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('is for read_all', async () => {
    server = await borrowServer();
    const token = await server.logIn(ALICE, 'user', 'write', 'payment_wallet');
    expect(errorOf(await server.get('/api/audit_log', { token }))).toMatchObject({ status: 403 });
  });
});
