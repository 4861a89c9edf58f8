import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { addressToEmoji, addressToHex } from '#tari/address.ts';
import { ADMIN, borrowServer, errorOf, orderBody, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, NOW } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/signatures.json', import.meta.url), 'utf8'));
const HOUR_MS = 3_600_000;

let server: TestServer;

afterEach(() => server.close());

const timeAfter = (milliseconds: number) => new Date(NOW.getTime() + milliseconds).toISOString();

describe('POST /order/claim', () => {
  it('answers the claimed order and ties it to the address', async () => {
    server = await borrowServer();
    await server.order();
    const answer = await server.claim(ALICE, '1001');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.text).toBe(
      `{"order_id":"1001","total_price":100000000,"expires_at":"${timeAfter(48 * HOUR_MS)}","status":"New",` +
        `"amount_missing":100000000,"send_to":"${HOT_WALLET.address}","pay_to":null}`,
    );
    expect(server.rows('select status, claimed_by from orders')).toEqual([
      { status: 'New', claimed_by: ALICE.account },
    ]);
  });

  it('answers the address as an object to the tool of the Rust server, which reads nothing else, and to it alone', async () => {
    server = await borrowServer();
    await server.order();
    const claim = server.claimOf(ALICE, '1001');
    const sendToFor = async (userAgent: string) =>
      (await server.post('/order/claim', claim, { headers: { 'user-agent': userAgent } })).json.send_to;
    const { features } = HOT_WALLET.tariAddress;
    const spendKey = addressToHex(HOT_WALLET.tariAddress).slice(4, 68);
    expect(await sendToFor('Tari Payment Server Client')).toEqual({
      Single: { network: 'mainnet', features, public_spend_key: spendKey },
    });
    expect(await sendToFor('Tari Payment Server Client 2')).toBe(HOT_WALLET.address);
  });

  it('answers the same when it is repeated, and changes nothing', async () => {
    server = await borrowServer();
    await server.order();
    const claim = server.claimOf(ALICE, '1001');
    const first = await server.post('/order/claim', claim);
    const before = server.everything();
    server.clock.advance(HOUR_MS);
    const repeats = [await server.post('/order/claim', claim), await server.claim(ALICE, '1001')];
    for (const repeat of repeats) expect([repeat.status, repeat.text]).toEqual([200, first.text]);
    expect(server.everything()).toEqual(before);
  });

  it.each(['claim_hex', 'claim_base58'])('takes the documented claim %s', async (name) => {
    server = await borrowServer();
    const claim = VECTORS[name].claim ?? VECTORS[name];
    server.secrets.add(claim.signature);
    await server.order({ id: claim.order_id });
    expect((await server.post('/order/claim', claim)).json).toMatchObject({
      order_id: claim.order_id,
      status: 'New',
    });
  });

  it('takes the address in every form', async () => {
    server = await borrowServer();
    const { tariAddress } = ALICE;
    const claim = server.claimOf(ALICE, '1001');
    const object = {
      Single: { network: 'mainnet', features: 3, public_spend_key: addressToHex(tariAddress).slice(4, 68) },
    };
    await server.order();
    for (const address of [addressToHex(tariAddress), addressToEmoji(tariAddress), object]) {
      expect((await server.post('/order/claim', { ...claim, address, more: 'ignored' })).status).toBe(200);
    }
  });

  it('pays the order where the address has enough, and tells so', async () => {
    server = await borrowServer();
    await server.payConfirmed();
    await server.order();
    expect((await server.claim(ALICE, '1001')).json).toMatchObject({ status: 'Paid', total_price: 100_000_000 });
    expect((await server.claim(ALICE, '1001')).json).toMatchObject({ status: 'Paid' });
  });

  it('writes prices past 2^53 without loss', async () => {
    server = await borrowServer();
    await server.order({ total_price: '9007199254.740993' });
    expect((await server.claim(ALICE, '1001')).text).toContain('"total_price":9007199254740993,');
  });

  it('sends to the configured wallet rather than to a hot one, and refuses for a time where there is none', async () => {
    server = await borrowServer({ hotWallet: false });
    await server.order();
    const answer = await server.claim(ALICE, '1001');
    expect(errorOf(answer)).toMatchObject({ status: 503, code: 'no_payment_wallet' });
    expect(server.rows('select status from orders')).toEqual([{ status: 'Unclaimed' }]);
    await server.close();

    server = await startServer({ settings: { TPG_PAYMENT_WALLET_ADDRESS: ADMIN.address } });
    await server.order();
    expect((await server.claim(ALICE, '1001')).json.send_to).toBe(ADMIN.address);
  });

  it('takes the other name of the order only where the mode is not strict', async () => {
    for (const [strict, status] of [['on', 404] as const, ['off', 200] as const]) {
      server = await startServer({ settings: { TPG_STRICT_MODE: strict } });
      await server.order();
      expect((await server.claim(ALICE, '#1001')).status).toBe(status);
      await server.close();
    }
  });

  it('answers the claim of another address like the first, and changes nothing for the first', async () => {
    server = await borrowServer();
    await server.order();
    const first = await server.claim(ALICE, '1001');
    expect((await server.claim(BOB, '1001')).text).toBe(first.text);
    expect(server.rows('select claimed_by from orders')).toEqual([{ claimed_by: ALICE.account }]);
  });

  it('gives an order to one of those who claim it at the same time', async () => {
    server = await borrowServer();
    await server.order();
    const answers = await Promise.all([...ACCOUNTS, ...ACCOUNTS].map((person) => server.claim(person, '1001')));
    expect(answers.map((answer) => answer.status).sort()).toEqual(Array(6).fill(200));
    expect(server.rows('select count(*) as count from events where type = ?', 'OrderClaimed')).toEqual([{ count: 1n }]);
  });

  it('refuses paid, expired and cancelled orders, and what does not exist', async () => {
    server = await borrowServer();
    await server.order();
    await server.payConfirmed({ order_id: '1001' });
    expect(errorOf(await server.claim(BOB, '1001'))).toMatchObject({ status: 404, code: 'order_not_found' });

    await server.order({ id: 1002 });
    server.clock.advance(3 * HOUR_MS);
    await server.app.engine.expiry.run();
    expect(errorOf(await server.claim(BOB, '1002'))).toMatchObject({ status: 404, code: 'order_not_found' });

    expect(errorOf(await server.claim(BOB, '404'))).toEqual({
      status: 404,
      code: 'order_not_found',
      error: 'The requested order 404 does not exist',
    });
  });

  it('refuses a signature that is not by the address, or for another order', async () => {
    server = await borrowServer();
    await server.order();
    await server.order({ id: 1002 });
    const claim = server.claimOf(ALICE, '1001');
    const flipped = `${claim.signature.slice(0, -4)}${claim.signature.endsWith('0000') ? '0100' : '0000'}`;
    const forged = [
      { ...claim, order_id: '1002' },
      { ...claim, address: BOB.address },
      server.claimOf(BOB, '1001', ALICE.tariAddress),
      { ...claim, signature: flipped },
      { ...claim, signature: '0'.repeat(128) },
      { ...claim, signature: 'f'.repeat(128) },
    ];
    for (const wrong of forged) {
      expect(errorOf(await server.post('/order/claim', wrong))).toEqual({
        status: 401,
        code: 'claim_signature_invalid',
        error: 'Cannot claim order because the signature is invalid.',
      });
    }
    expect(server.rows(`select * from orders where status <> 'Unclaimed'`)).toEqual([]);
  });

  it('does not tell a stranger without a signature which orders there are', async () => {
    server = await borrowServer();
    await server.order();
    const wrong = (orderId: string) => ({ ...server.claimOf(BOB, '1', ALICE.tariAddress), order_id: orderId });
    const [there, notThere] = [
      await server.post('/order/claim', wrong('1001')),
      await server.post('/order/claim', wrong('404')),
    ];
    expect(errorOf(there)).toEqual(errorOf(notThere));
  });

  it('answers what is no claim with the one sentence that clients expect', async () => {
    server = await borrowServer();
    await server.order();
    const claim = server.claimOf(ALICE, '1001');
    const bodies: unknown[] = [
      '',
      '{',
      'hello',
      'null',
      '[]',
      '"text"',
      '1',
      '{}',
      [claim],
      { claim },
      { ...claim, signature: claim.signature.slice(1) },
      { ...claim, signature: `${claim.signature}00` },
      { ...claim, signature: `${claim.signature.slice(0, -1)}g` },
      { ...claim, signature: null },
      { ...claim, signature: 5 },
      { ...claim, address: 'nobody' },
      { ...claim, address: null },
      { ...claim, address: {} },
      { ...claim, address: { Single: null } },
      { ...claim, address: 'a'.repeat(100_000) },
      { ...claim, order_id: '' },
      { ...claim, order_id: 1001 },
      { ...claim, order_id: 'a'.repeat(257) },
      { address: claim.address, order_id: claim.order_id },
      Buffer.from([0xff, 0xfe, 0x00]),
    ];
    for (const body of bodies) {
      const answer = errorOf(await server.post('/order/claim', body));
      expect(answer).toMatchObject({ status: 400, code: 'invalid_claim' });
      expect(answer.error).toContain('Invalid signature');
      expect(answer.error.length).toBeLessThan(300);
    }
    expect(errorOf(await server.request('POST', '/order/claim'))).toMatchObject({ status: 400, code: 'invalid_claim' });
  });

  it('takes an unsigned claim where the check is switched off', async () => {
    server = await startServer({ settings: { TPG_DISABLE_MEMO_SIGNATURE_CHECK: 'on' } });
    await server.order();
    const claim = { ...server.claimOf(BOB, '1001'), address: ALICE.address };
    expect((await server.post('/order/claim', claim)).status).toBe(200);
    expect(server.rows('select claimed_by from orders')).toEqual([{ claimed_by: ALICE.account }]);
  });

  it('keeps nothing and says so while the database is locked; the claim can be sent again', async () => {
    server = await borrowServer();
    await server.order();
    const unlock = server.lockDatabase();
    expect(errorOf(await server.claim(ALICE, '1001'))).toMatchObject({ status: 503, code: 'unavailable' });
    unlock();
    expect(server.rows('select status from orders')).toEqual([{ status: 'Unclaimed' }]);
    expect((await server.claim(ALICE, '1001')).status).toBe(200);
  });

  it('expires_at counts from the claim, by the configured time-out', async () => {
    server = await startServer({ settings: { TPG_UNPAID_ORDER_TIMEOUT: '90m' } });
    await server.webhook(orderBody());
    server.clock.advance(HOUR_MS);
    expect((await server.claim(ALICE, '1001')).json.expires_at).toBe(timeAfter(HOUR_MS + 1.5 * HOUR_MS));
  });
});
