import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressToBase58, dualAddress } from '#tari/address.ts';
import { borrowServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, type Person, personOf } from '#test/test-wallets.ts';
import { type ConsoleServer, startConsole } from './console-server.ts';
import { TOKEN, visitorCookie } from './stand-in-visitors.ts';

/** Refunds as people at a desk ask for them: what is shown first, what is done, and what is refused. */

const ANA = visitorCookie('Ana', 'support');
const FINN = visitorCookie('Finn', 'finance');
const WILMA = visitorCookie('Wilma', 'write');
const NAMES = new Map([
  [ANA, 'Ana'],
  [FINN, 'Finn'],
  [WILMA, 'Wilma'],
]);
const HTML = 'text/html,application/xhtml+xml';
const [PAYER] = ACCOUNTS;

describe('a refund in the console', () => {
  let server: TestServer;
  let console: ConsoleServer;
  let keys = 0;
  let id: string;

  beforeAll(async () => {
    server = await borrowServer();
    console = await startConsole(server);
    await server.registerWallet();
  });

  afterAll(async () => {
    await console?.close();
    await server?.close();
  });

  /** An order of 100 XTM that the payer claimed and paid. */
  beforeEach(async () => {
    keys += 1;
    id = String(9_100_000_000_000n + BigInt(keys));
    await server.dollarOrder({ id: Number(id), name: `#${id.slice(-4)}` });
    await server.claim(PAYER, id);
    await server.payConfirmed({ sender: PAYER.address, order_id: id });
  });

  const get = async (path: string, cookie = ANA) => {
    const answer = await fetch(console.url + path, { redirect: 'manual', headers: { accept: HTML, cookie } });
    return { status: answer.status, text: await answer.text() };
  };
  const post = async (path: string, fields: Record<string, string>, cookie = ANA) => {
    keys += 1;
    const body = new URLSearchParams({
      ...fields,
      _csrf: TOKEN + NAMES.get(cookie),
      idempotency_key: `refund-key-${keys}`,
    });
    const answer = await fetch(console.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: HTML, cookie },
      body,
    });
    return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() };
  };
  const refunds = () => server.app.services.payouts.refunds.ofOrder(id);
  const ask = { kind: 'all', to: 'payer', rate: 'order', reason: 'out of stock' };
  const path = () => `/orders/${id}/refund`;
  /** The fields of the second step, as a browser would send them. */
  const secondStepOf = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/<input type="hidden" name="([a-z_]+)" value="([^"]*)">/g)]
        .map(([, name = '', value = '']): [string, string] => [name, value.replaceAll('&amp;', '&')])
        .filter(([name]) => name !== '_csrf' && name !== 'idempotency_key'),
    );

  it('shows what it comes to before anything happens, and gives it back then', async () => {
    const form = await get(path());
    expect(form.text).toContain('all that is left of it');
    const first = await post(path(), ask);
    expect(first.status).toBe(200);
    expect(first.text).toContain('Give back 100.000000 XTM');
    expect(await refunds()).toEqual([]);
    const second = await post(path(), secondStepOf(first.text));
    expect(second.status).toBe(303);
    const [refund] = await refunds();
    expect(refund).toMatchObject({ amount: 100_000_000n, state: 'approved', requestedBy: 'staff:Ana' });
    expect(second.to).toBe(`/console/refunds/${refund?.id}`);
    expect((await get(`/refunds/${refund?.id}`)).text).toContain('approved, waiting for the wallet');
  });

  it('is shown again instead when something has changed in between', async () => {
    const first = await post(path(), ask);
    const fields = secondStepOf(first.text);
    await server.app.services.payouts.refunds.request(
      { actor: 'staff:other' },
      { orderId: id, kind: 'part', amount: 40_000_000n as never, to: 'payer', reason: 'first' },
    );
    const second = await post(path(), fields);
    expect(second.status).toBe(200);
    expect(second.text).toContain('60.000000 XTM');
    expect(await refunds()).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['of spaces', '  '],
    ['0', '0'],
    ['negative', '-5'],
    ['a text', 'all'],
    ['in another notation', '1e2'],
    ['above the rest', '100.000001'],
    ['beyond what a database keeps', '9223372036854775808'],
  ])('is never of everything when its amount is %s', async (_what, amount) => {
    const answer = await post(path(), { ...ask, kind: 'part', amount, shown: '100000000' });
    expect([422, 400]).toContain(answer.status);
    expect(await refunds()).toEqual([]);
  });

  it.each(['', '0', '-1', '1.005', '2.00', 'x'])('refuses a part of %j dollars of one', async (amount) => {
    const answer = await post(path(), { ...ask, kind: 'part_shop', shop_amount: amount });
    expect([422, 400]).toContain(answer.status);
    expect(await refunds()).toEqual([]);
  });

  it('needs a kind, a target and a reason', async () => {
    for (const field of ['kind', 'to', 'reason']) {
      const { [field as 'kind']: _left, ...rest } = ask;
      expect((await post(path(), rest)).status, field).toBe(422);
    }
    expect((await post(path(), { ...ask, to: 'address', address: 'nonsense' })).text).toContain(
      'This is no Tari address',
    );
    expect(await refunds()).toEqual([]);
  });

  it('is no business of those who have neither role', async () => {
    const page = await get(path(), WILMA);
    expect(page.status).toBe(403);
    expect(page.text).toContain('<code>finance</code>');
    expect((await post(path(), ask, WILMA)).status).toBe(403);
    expect(await refunds()).toEqual([]);
  });

  describe('to another address', () => {
    let refundId: string;
    const elsewhere = addressOf(personOf(7), personOf(8));

    beforeEach(async () => {
      const first = await post(path(), { ...ask, to: 'address', address: elsewhere });
      expect(first.text).toContain('proven by nothing');
      const second = await post(path(), secondStepOf(first.text));
      expect(second.status).toBe(303);
      refundId = (await refunds())[0]?.id ?? '';
    });

    it('waits for a second person, and says so to the first', async () => {
      const own = await get(`/refunds/${refundId}`);
      expect(own.text).toContain('somebody else must approve it');
      expect(own.text).not.toContain('/approve"');
      expect((await get(`/refunds/${refundId}`, FINN)).text).toContain(`/refunds/${refundId}/approve"`);
    });

    it('is not approved by support, nor without a passkey', async () => {
      expect((await get(`/refunds/${refundId}/approve`, ANA)).status).toBe(403);
      const page = await get(`/refunds/${refundId}/approve`, FINN);
      expect(page.text).toContain('Add a passkey first');
      expect(page.text).toContain(elsewhere);
      const fields = secondStepOf(page.text);
      for (const response of ['', '{}', 'x'.repeat(40_000), '{"id":"AAAA","rawId":"AAAA","type":"public-key"}']) {
        const answer = await post(`/refunds/${refundId}/approve`, { ...fields, response }, FINN);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }
      expect((await refunds())[0]?.state).toBe('waiting_for_approval');
    });

    it('comes back into the books when it is cancelled', async () => {
      const cancelled = await post(`/refunds/${refundId}/cancel`, { reason: 'a mistake' });
      expect([cancelled.status, cancelled.to]).toEqual([303, `/console/refunds/${refundId}`]);
      const quote = await server.app.services.payouts.refunds.quote(id, 'staff:Ana');
      expect([quote.rest, quote.refunded]).toEqual([100_000_000n, 0n]);
      expect((await post(`/refunds/${refundId}/cancel`, { reason: 'again' })).status).toBe(409);
    });

    it('can still be turned to the wallet that paid', async () => {
      expect((await post(`/refunds/${refundId}/address`, { to: 'payer' })).status).toBe(303);
      expect((await refunds())[0]?.address).toMatchObject({ from: 'payer' });
    });
  });

  it('is in the lists, with its group in the address', async () => {
    const first = await post(path(), { ...ask, to: 'customer' });
    await post(path(), secondStepOf(first.text));
    const [refund] = await refunds();
    expect((await get('/refunds?group=address')).text).toContain(`/refunds/${refund?.id}"`);
    expect((await get('/refunds?group=done')).text).not.toContain(`/refunds/${refund?.id}"`);
    expect((await get('/refunds?format=csv')).text).toContain(`${refund?.id},waiting_for_address,100000000`);
    expect((await get('/refunds?group=lost')).status).toBe(400);
    expect((await get('/refunds/refund-999')).status).toBe(404);
    expect((await get('/payouts?state=approved')).status).toBe(200);
    expect((await get('/payouts/payout-999')).status).toBe(404);
  });

  it('cannot go out while payouts are stopped, which finance alone can do', async () => {
    expect((await get('/payouts/switch')).status).toBe(403);
    expect((await post('/payouts/switch', { stop: 'yes', reason: 'the wallet is being moved' }, FINN)).status).toBe(
      303,
    );
    const page = await get('/payouts');
    expect(page.text).toContain('Payouts are stopped');
    expect(page.text).toContain('the wallet is being moved');
    expect((await post('/payouts/switch', { stop: 'no', reason: 'moved' }, FINN)).status).toBe(303);
    expect((await get('/payouts')).text).not.toContain('Payouts are stopped');
  });
});

/** A dual address, which takes one-sided payments. */
function addressOf(view: Person, spend: Person): string {
  return addressToBase58(dualAddress('mainnet', view.tariAddress.spendKey, spend.tariAddress.spendKey, 1));
}
