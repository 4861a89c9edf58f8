import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, type Answer, borrowServer, errorOf, type TestServer } from '#test/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await borrowServer();
});
afterEach(() => server.close());

const UNKNOWN_REFUND = '/api/refunds/refund-1-6b5e79c715a74a08';
const UNKNOWN_PAYOUT = '/api/payouts/payout-1-6b5e79c715a74a08';
const ASK = { order_id: '1001', kind: 'all', to: 'payer', reason: 'it broke' };
const HASH = 'ab'.repeat(32);

/** Every change, and the roles that may make it. */
const CHANGES: readonly (readonly [path: string, body: object, roles: readonly string[]])[] = [
  ['/api/refund_preview', ASK, ['support', 'finance']],
  ['/api/refunds', ASK, ['support', 'finance']],
  [`${UNKNOWN_REFUND}/address`, { to: 'payer' }, ['support', 'finance']],
  [`${UNKNOWN_REFUND}/approve`, { approval_hash: HASH }, ['finance']],
  [`${UNKNOWN_REFUND}/cancel`, { reason: 'no' }, ['support', 'finance']],
  [`${UNKNOWN_PAYOUT}/resolve`, { sent: false, reason: 'no' }, ['finance']],
  ['/api/payout_switch', { is_stopped: true, reason: 'lost' }, ['finance']],
  ['/api/sweeps', { reason: 'november' }, ['finance']],
  ['/api/sweeps/payout-1-6b5e79c715a74a08/approve', { approval_hash: HASH }, ['finance']],
  ['/api/sweeps/payout-1-6b5e79c715a74a08/cancel', { reason: 'no' }, ['finance']],
];

describe('the roles of refunds and payouts', () => {
  it.each(['user', 'read_all', 'write', 'support', 'finance', 'super_admin'])('of %s', async (role) => {
    const token = await server.logIn(ADMIN, role as 'user');
    for (const [path, body, roles] of CHANGES) {
      const { status } = await server.post(path, body, { token });
      const isAllowed = role === 'super_admin' || roles.includes(role);
      expect([path, status === 403], path).toEqual([path, !isAllowed]);
    }
    for (const path of ['/api/refunds', '/api/payouts', '/api/payout_switch', UNKNOWN_REFUND, UNKNOWN_PAYOUT]) {
      const { status } = await server.get(path, { token });
      expect([path, status === 403], path).toEqual([path, role === 'user' || role === 'write']);
    }
  });

  it('are asked for of strangers', async () => {
    for (const [path, body] of CHANGES) expect((await server.post(path, body)).status, path).toBe(401);
  });
});

describe('what is refused by its form', () => {
  it.each([
    { ...ASK, amount: '' },
    { ...ASK, amount: 0 },
    { ...ASK, amount: -1 },
    { ...ASK, amount: 1.5 },
    { ...ASK, amount: 2 ** 63 },
    { ...ASK, kind: 'part', shop_amount: '' },
    { ...ASK, kind: 'part', shop_amount: '-1' },
    { ...ASK, kind: 'part', shop_amount: 5 },
    { ...ASK, kind: 'everything' },
    { ...ASK, to: 'nonsense' },
    { ...ASK, reason: '' },
    { ...ASK, requested_by: 'someone else' },
    { ...ASK, origin: 'customer' },
  ])('%j', async (body) => {
    const token = await server.logIn(ADMIN, 'finance');
    const { status } = await server.post('/api/refunds', body, { token });
    expect(status).toBe(400);
  });
});

describe('a refund over HTTP', () => {
  it('is requested by one and approved by another, once', async () => {
    await server.order({ id: 1001, customer: { id: 7001 } });
    const asker = await server.logIn(ADMIN, 'finance');
    const nothing = await server.post('/api/refunds', ASK, { token: asker });
    expect(errorOf(nothing)).toMatchObject({ status: 422, code: 'refund_impossible' });
    const list: Answer = await server.get('/api/refunds', { token: asker });
    expect(list.json).toEqual([]);
    const quote = await server.get('/api/refund_quote?order_id=1001', { token: asker });
    expect(quote.json).toMatchObject({ rest: 0, surplus: 0, late: 0, refunds: [] });
  });
});
