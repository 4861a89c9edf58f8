import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { addressToHex, parseAddress } from '#tari/address.ts';
import { TARI_SUPPLY } from '#tari/micro-tari.ts';
import { paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import { ADMIN, borrowServer, errorOf, nextNonce, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const OTHER_WALLET = personOf(101);
const VECTORS = JSON.parse(readFileSync(new URL('../../../vectors/signatures.json', import.meta.url), 'utf8'));

let server: TestServer;

afterEach(() => server.close());

const SUCCESS = { success: true, message: expect.any(String) };

describe('GET /wallet/send_to', () => {
  it('lists the hot wallets, oldest first, and nothing where there is none', async () => {
    server = await borrowServer({ hotWallet: false });
    expect((await server.get('/wallet/send_to')).text).toBe('[]');
    await server.registerWallet(OTHER_WALLET);
    server.clock.advance(1);
    await server.registerWallet(HOT_WALLET);
    const answer = await server.get('/wallet/send_to');
    expect([answer.status, answer.json]).toEqual([200, [OTHER_WALLET.address, HOT_WALLET.address]]);
  });
});

describe('POST /wallet/incoming_payment', () => {
  it('keeps the payment, which credits nobody yet', async () => {
    server = await borrowServer();
    const answer = await server.reportPayment({ txid: '77', memo: 'For the shoes, "thank you" 👟', order_id: '1001' });
    expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
    expect(server.rows('select txid, account, sender, amount, memo, status, order_id from payments')).toEqual([
      {
        txid: '77',
        account: ALICE.account,
        sender: ALICE.address,
        amount: 100_000_000n,
        memo: 'For the shoes, "thank you" 👟',
        status: 'received',
        order_id: '1001',
      },
    ]);
    expect(server.rows('select total_confirmed from accounts')).toEqual([{ total_confirmed: 0n }]);
  });

  it('takes memo and order_id that are left out as null, in what is signed too', async () => {
    server = await borrowServer();
    const fields = { sender: ALICE.address, amount: 5n, txid: '1' };
    const body = server.paymentBody(fields);
    expect(Object.keys(body.payment)).toEqual(['sender', 'amount', 'txid']);
    expect((await server.post('/wallet/incoming_payment', body)).status).toBe(200);
    const explicit = server.paymentBody({ ...fields, txid: '2', memo: null, order_id: null });
    expect((await server.post('/wallet/incoming_payment', explicit)).status).toBe(200);
  });

  it.each([1n, 2n ** 53n + 1n, 9_007_199_254_740_993n, TARI_SUPPLY])('keeps %s µT without loss', async (amount) => {
    server = await borrowServer();
    const body = server.paymentBody({ amount });
    expect((await server.post('/wallet/incoming_payment', body)).status).toBe(200);
    expect(server.rows('select amount from payments')).toEqual([{ amount }]);
  });

  it('takes nonces up to the largest of 64 bits', async () => {
    server = await borrowServer();
    for (const nonce of [2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect((await server.reportPayment({}, { nonce })).status).toBe(200);
    }
    expect(errorOf(await server.reportPayment({}, { nonce: 2n ** 64n }))).toMatchObject({ status: 400 });
  });

  it('changes nothing but the nonce when a payment is reported again', async () => {
    server = await borrowServer();
    await server.order();
    await server.reportPayment({ txid: '77', order_id: '1001' });
    const { nonces: _, ...before } = server.everything();
    server.clock.advance(1000);
    const answer = await server.reportPayment({ txid: '77', order_id: '1001' });
    expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
    const { nonces: __, ...after } = server.everything();
    expect(after).toEqual(before);
  });

  it('takes the same report several times at once for one payment', async () => {
    server = await borrowServer();
    const bodies = Array.from({ length: 10 }, () => server.paymentBody({ txid: '77' }));
    const answers = await Promise.all(bodies.map((body) => server.post('/wallet/incoming_payment', body)));
    // Nonces that arrive out of order are refused; whatever was taken is one payment.
    expect(answers.some((answer) => answer.status === 200)).toBe(true);
    expect(server.rows('select count(*) as count from payments')).toEqual([{ count: 1n }]);
  });

  it('refuses another amount or sender for a payment that is known', async () => {
    server = await borrowServer();
    await server.reportPayment({ txid: '77' });
    const before = server.rows('select * from payments');
    for (const contradiction of [{ amount: 1n }, { sender: BOB.address }]) {
      expect(errorOf(await server.reportPayment({ txid: '77', ...contradiction }))).toMatchObject({
        status: 409,
        code: 'payment_contradicted',
      });
    }
    expect(server.rows('select * from payments')).toEqual(before);
  });

  it('refuses a payment that was changed after it was signed, in any field', async () => {
    server = await borrowServer();
    const fields = { txid: '77', memo: 'memo', order_id: '1001' };
    const { payment, auth } = server.paymentBody(fields);
    const { memo: _, ...withoutMemo } = payment;
    const { order_id: __, ...withoutOrder } = payment;
    const changed = [
      { payment: { ...payment, sender: BOB.address }, auth },
      { payment: { ...payment, sender: addressToHex(ALICE.tariAddress) }, auth },
      { payment: { ...payment, amount: payment.amount + 1n }, auth },
      { payment: { ...payment, txid: '78' }, auth },
      { payment: { ...payment, memo: 'memo ' }, auth },
      { payment: { ...payment, memo: null }, auth },
      { payment: withoutMemo, auth },
      { payment: { ...payment, order_id: '1002' }, auth },
      { payment: withoutOrder, auth },
      { payment, auth: { ...auth, nonce: auth.nonce + 1n } },
      {
        payment,
        auth: { ...auth, signature: `${auth.signature.startsWith('00') ? '01' : '00'}${auth.signature.slice(2)}` },
      },
      { payment, auth: { ...auth, signature: 'f'.repeat(128) } },
    ];
    for (const body of changed) {
      expect(errorOf(await server.post('/wallet/incoming_payment', body))).toEqual({
        status: 401,
        code: 'wallet_signature_invalid',
        error: 'The signature of the wallet is invalid.',
      });
    }
    expect(server.rows('select * from payments')).toEqual([]);
    // None of them used up the nonce.
    expect((await server.post('/wallet/incoming_payment', { payment, auth })).status).toBe(200);
  });

  it('does not take one kind of message for the other', async () => {
    server = await borrowServer();
    const { auth } = server.confirmationBody('77');
    const { payment } = server.paymentBody({ txid: '77' });
    expect((await server.post('/wallet/incoming_payment', { payment, auth })).status).toBe(401);
    const { auth: paymentAuth } = server.paymentBody({ txid: '77' });
    const confirmation = { confirmation: { txid: '77' }, auth: paymentAuth };
    expect((await server.post('/wallet/tx_confirmation', confirmation)).status).toBe(401);
  });

  it('refuses a wallet that is not registered, even an admin with a good signature', async () => {
    server = await borrowServer();
    await server.grant(ADMIN, 'super_admin', 'payment_wallet');
    for (const wallet of [OTHER_WALLET, ADMIN]) {
      expect(errorOf(await server.reportPayment({}, { wallet }))).toMatchObject({
        status: 401,
        code: 'wallet_not_authorized',
      });
    }
    expect(server.rows('select * from payments')).toEqual([]);
  });

  it('refuses the signature of one wallet under the address of another', async () => {
    server = await borrowServer();
    await server.registerWallet(OTHER_WALLET);
    const signing = { wallet: OTHER_WALLET, address: HOT_WALLET.tariAddress };
    expect(errorOf(await server.reportPayment({}, signing))).toMatchObject({ code: 'wallet_signature_invalid' });
  });

  it('refuses a wallet once it is removed', async () => {
    server = await borrowServer();
    await server.app.engine.wallets.remove(HOT_WALLET.tariAddress, 'test');
    expect(errorOf(await server.reportPayment())).toMatchObject({ status: 401, code: 'wallet_not_authorized' });
  });

  it('takes messages only from the registered place, unless that is switched off', async () => {
    server = await borrowServer({ hotWallet: false });
    await server.registerWallet(HOT_WALLET, '10.1.2.3');
    expect(errorOf(await server.reportPayment())).toMatchObject({ status: 401, code: 'wallet_not_authorized' });
    const spoofed = { headers: { 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3', 'x-real-ip': '10.1.2.3' } };
    expect((await server.post('/wallet/incoming_payment', server.paymentBody(), spoofed)).status).toBe(401);
    await server.close();

    server = await startServer({ hotWallet: false, settings: { TPG_DISABLE_WALLET_WHITELIST: 'true' } });
    await server.registerWallet(HOT_WALLET, '10.1.2.3');
    expect((await server.reportPayment()).status).toBe(200);
  });

  it('believes a trusted proxy about the place', async () => {
    server = await startServer({ hotWallet: false, settings: { TPG_USE_X_FORWARDED_FOR: 'on' } });
    await server.registerWallet(HOT_WALLET, '203.0.113.5');
    const from = (address: string) =>
      server.post('/wallet/incoming_payment', server.paymentBody(), { headers: { 'x-forwarded-for': address } });
    expect((await from('203.0.113.5')).status).toBe(200);
    expect((await from('198.51.100.1, 203.0.113.5')).status).toBe(200);
    expect((await from('203.0.113.5, 198.51.100.1')).status).toBe(401);
    expect((await server.reportPayment()).status).toBe(401);
  });

  it('takes a place in its IPv6 clothes for the same place', async () => {
    server = await borrowServer({ hotWallet: false });
    await server.registerWallet(HOT_WALLET, '::ffff:127.0.0.1');
    expect((await server.reportPayment()).status).toBe(200);
  });

  it('refuses a nonce that is not above the last, on both routes together', async () => {
    server = await borrowServer();
    const [first, second, third] = [nextNonce(), nextNonce(), nextNonce()];
    const body = server.paymentBody({}, { nonce: second });
    expect((await server.post('/wallet/incoming_payment', body)).status).toBe(200);
    for (const answer of [
      await server.post('/wallet/incoming_payment', body),
      await server.reportPayment({}, { nonce: second }),
      await server.reportPayment({}, { nonce: first }),
      await server.reportConfirmation('1', { nonce: second }),
      await server.reportPayment({}, { nonce: 0n }),
    ]) {
      expect(errorOf(answer)).toEqual({
        status: 401,
        code: 'wallet_nonce_not_increasing',
        error: 'Nonce is not strictly increasing.',
      });
    }
    expect((await server.reportConfirmation('1', { nonce: third })).status).toBe(200);
  });

  it.each([
    ['a negative amount', { amount: -1 }],
    ['nothing', { amount: 0 }],
    ['a part of a µT', { amount: 1.5 }],
    ['a text', { amount: '100' }],
    ['null', { amount: null }],
    ['more than fits', { amount: 2n ** 63n }],
    ['more than all Tari that there is', { amount: TARI_SUPPLY + 1n }],
    ['a number of no end', { amount: Number.POSITIVE_INFINITY }],
    ['no transaction id', { txid: '' }],
    ['a number as transaction id', { txid: 77 }],
    ['a transaction id with a line break', { txid: '7\n7' }],
    ['a long transaction id', { txid: '7'.repeat(129) }],
    ['an object as sender', { sender: {} }],
    ['a number as memo', { memo: 5 }],
    ['a number as order id', { order_id: 1001 }],
  ])('refuses %s as malformed', async (_, wrong) => {
    server = await borrowServer();
    const { payment, auth } = server.paymentBody();
    const answer = await server.post('/wallet/incoming_payment', { payment: { ...payment, ...wrong }, auth });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(server.rows('select * from payments')).toEqual([]);
  });

  it.each([
    ['a memo of 20,000 characters', { memo: 'm'.repeat(20_000) }, { memo: 'm'.repeat(16 * 1024), order_id: null }],
    ['an empty sender', { sender: '' }, { account: null, sender: '' }],
    ['a sender of 5,000 characters', { sender: 's'.repeat(5000) }, { account: null, sender: 's'.repeat(4096) }],
    ['an empty order id', { order_id: '' }, { order_id: null }],
    ['an order id with a NUL', { order_id: '\u0000' }, { order_id: null }],
    ['an order id with half a character', { order_id: 'a\ud800' }, { order_id: null }],
    ['an order id with a line break', { order_id: '10\n01' }, { order_id: null }],
    ['an order id of 300 characters', { order_id: '1'.repeat(300) }, { order_id: null }],
    ['half a character at the end of what is kept', { memo: `${'m'.repeat(16 * 1024 - 1)}😀` }, { order_id: null }],
    ['a claim of half a character', { memo: '{"claim":{"order_id":"\\ud800"}}' }, { order_id: null }],
  ])('takes a payment with %s, and leaves out what can’t be kept', async (_, texts, kept) => {
    server = await borrowServer();
    const answer = await server.reportPayment({ txid: '7', ...texts });
    expect(answer.json).toEqual({ success: true, message: 'Payment processed successfully.' });
    expect(server.rows('select account, sender, memo, order_id, status from payments')).toEqual([
      expect.objectContaining({ status: 'received', ...kept }),
    ]);
    expect((await server.reportPayment({ txid: '7', ...texts })).json).toMatchObject({ success: true });
    expect((await server.reportConfirmation('7')).status).toBe(200);
  });

  it.each([
    ['no address', { address: undefined }],
    ['an address that is none', { address: 'nobody' }],
    ['a negative nonce', { nonce: -1 }],
    ['a text as nonce', { nonce: '5' }],
    ['a fraction as nonce', { nonce: 5.5 }],
    ['a short signature', { signature: '00' }],
    ['a signature that is not hex', { signature: 'g'.repeat(128) }],
    ['no signature', { signature: null }],
  ])('refuses %s in the authentication as malformed', async (_, wrong) => {
    server = await borrowServer();
    const { payment, auth } = server.paymentBody();
    const answer = await server.post('/wallet/incoming_payment', { payment, auth: { ...auth, ...wrong } });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('takes a wallet of the older, 33-byte kind, by its hex', async () => {
    server = await borrowServer({ hotWallet: false });
    const key = Uint8Array.from(Buffer.from(VECTORS.key.secret, 'hex'));
    const legacyText = VECTORS.claim_hex.claim.address as string;
    const address = parseAddress(legacyText);
    expect(address.kind).toBe('legacy');
    const token = await server.logIn(ADMIN, 'super_admin');
    const wallet = { address: legacyText, ip_address: '127.0.0.1' };
    expect((await server.post('/api/wallets', wallet, { token })).status).toBe(200);

    const payment = { sender: legacyText, amount: 5n, txid: '77' };
    const nonce = nextNonce();
    const payload = paymentPayload({ ...payment, memo: null, orderId: null });
    const signature = signWalletMessage(key, address, nonce, payload, (length) => new Uint8Array(length).fill(1));
    const body = { payment, auth: { address: legacyText, nonce, signature } };
    expect((await server.post('/wallet/incoming_payment', body)).status).toBe(200);
  });
});

describe('POST /wallet/tx_confirmation', () => {
  it('credits the sender and pays the order', async () => {
    server = await borrowServer();
    await server.order();
    await server.reportPayment({ txid: '77', order_id: '1001' });
    expect(server.rows('select status from orders')).toEqual([{ status: 'New' }]);
    const answer = await server.reportConfirmation('77');
    expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
    expect(server.rows('select status from orders')).toEqual([{ status: 'Paid' }]);
    expect(server.rows('select total_confirmed, total_paid from accounts')).toEqual([
      { total_confirmed: 100_000_000n, total_paid: 100_000_000n },
    ]);
  });

  it('takes the confirmation of an existing wallet', async () => {
    server = await borrowServer({ hotWallet: false });
    const { confirmation, auth } = VECTORS.wallet_confirmation_legacy;
    await server.app.engine.wallets.register(
      { address: parseAddress(auth.address), ipAddress: '127.0.0.1', initialNonce: undefined },
      'test',
    );
    const answer = await server.post('/wallet/tx_confirmation', { confirmation, auth });
    expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
    const replayed = await server.post('/wallet/tx_confirmation', { confirmation, auth });
    expect(errorOf(replayed)).toMatchObject({ status: 401, code: 'wallet_nonce_not_increasing' });
  });

  it('changes nothing when it comes again', async () => {
    server = await borrowServer();
    await server.payConfirmed({ txid: '77' });
    const { nonces: _, ...before } = server.everything();
    const answer = await server.reportConfirmation('77');
    expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
    const { nonces: __, ...after } = server.everything();
    expect(after).toEqual(before);
  });

  it('keeps one that comes before its payment', async () => {
    server = await borrowServer();
    const answer = await server.reportConfirmation('77');
    expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
    await server.reportPayment({ txid: '77' });
    expect(server.rows('select status from payments')).toEqual([{ status: 'confirmed' }]);
  });

  it('refuses strangers, forged and replayed messages', async () => {
    server = await borrowServer();
    await server.reportPayment({ txid: '77' });
    const body = server.confirmationBody('78');
    const refused = [
      [await server.reportConfirmation('77', { wallet: OTHER_WALLET }), 'wallet_not_authorized'],
      [
        await server.post('/wallet/tx_confirmation', { ...body, confirmation: { txid: '77' } }),
        'wallet_signature_invalid',
      ],
      [await server.reportConfirmation('77', { nonce: 1n }), 'wallet_nonce_not_increasing'],
    ] as const;
    for (const [answer, code] of refused) expect(errorOf(answer)).toMatchObject({ status: 401, code });
    expect(server.rows('select status from payments')).toEqual([{ status: 'received' }]);
  });

  it('does not lose a message that came while the database was locked', async () => {
    server = await borrowServer();
    await server.reportPayment({ txid: '77' });
    const body = server.confirmationBody('77');
    const unlock = server.lockDatabase();
    expect(errorOf(await server.post('/wallet/tx_confirmation', body))).toMatchObject({ status: 503 });
    unlock();
    expect((await server.post('/wallet/tx_confirmation', body)).status).toBe(200);
    expect(server.rows('select status from payments')).toEqual([{ status: 'confirmed' }]);
  });
});
