import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, borrowServer, errorOf, HMAC_SECRET, hmacOf, orderBody, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';

/** Whoever overhears a signed message gains nothing by sending it again, at its own route or at any other. */

const [ALICE] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

const BOOKS = ['orders', 'payments', 'settlements', 'accounts', 'customer_addresses', 'events', 'audit_log'];

function books(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(server.everything()).filter(([table]) => BOOKS.includes(table)));
}

/** One of each that was sent and did what it should. */
async function everythingSigned() {
  server = await borrowServer();
  const order = orderBody();
  const headers = { 'x-shopify-hmac-sha256': hmacOf(order, HMAC_SECRET), 'x-shopify-webhook-id': 'w1' };
  const claim = server.claimOf(ALICE, '1001');
  const payment = server.paymentBody({ txid: '1', amount: 150_000_000n });
  const confirmation = server.confirmationBody('1');
  const login = server.loginToken(ALICE, ['user']);
  for (const answer of [
    await server.post('/shopify/webhook/checkout_create', order, { headers }),
    await server.post('/order/claim', claim),
    await server.post('/wallet/incoming_payment', payment),
    await server.post('/wallet/tx_confirmation', confirmation),
  ]) {
    expect(answer.status).toBe(200);
  }
  const access = server.keepToken((await server.postAuth(login)).text);
  return { order, headers, claim, payment, confirmation, login, access };
}

describe('a message that is sent again', () => {
  it('as it was, does nothing: it is answered as before, or refused', async () => {
    const sent = await everythingSigned();
    const before = books();
    const again = await server.post('/shopify/webhook/checkout_create', sent.order, { headers: sent.headers });
    expect(again.json).toMatchObject({ success: true });
    expect((await server.post('/order/claim', sent.claim)).json).toMatchObject({ status: 'Paid' });
    expect(errorOf(await server.post('/wallet/incoming_payment', sent.payment)).code).toBe(
      'wallet_nonce_not_increasing',
    );
    expect(errorOf(await server.post('/wallet/tx_confirmation', sent.confirmation)).code).toBe(
      'wallet_nonce_not_increasing',
    );
    expect(errorOf(await server.postAuth(sent.login)).code).toBe('login_nonce_not_increasing');
    expect(books()).toEqual(before);
  });

  it('with any signature in the place of any other, is refused', async () => {
    const sent = await everythingSigned();
    const signatures = {
      claim: sent.claim.signature,
      payment: sent.payment.auth.signature,
      confirmation: sent.confirmation.auth.signature,
      login: hexOf(sent.login),
      access: hexOf(sent.access),
    };
    const nonce = sent.confirmation.auth.nonce + 1n;
    const before = books();
    for (const signature of Object.values(signatures)) {
      const auth = { address: HOT_WALLET.address, nonce, signature };
      const refused: Answer[] = [
        await server.post('/wallet/incoming_payment', { ...sent.payment, auth }),
        await server.post('/wallet/incoming_payment', { payment: { ...sent.payment.payment, txid: '2' }, auth }),
        await server.post('/wallet/tx_confirmation', { ...sent.confirmation, auth }),
        await server.post('/order/claim', { ...sent.claim, order_id: '1002', signature }),
        await server.post('/order/claim', { ...sent.claim, address: personOf(2).address, signature }),
        await server.postAuth([...sent.login.split('.').slice(0, 2), inToken(signature)].join('.')),
        await server.get('/api/balance', {
          token: [...sent.access.split('.').slice(0, 2), inToken(signature)].join('.'),
        }),
      ].filter((answer) => !(answer.status === 200 && signature === signatures.access));
      for (const answer of refused) expect(errorOf(answer).status).toBeOneOf([400, 401, 404]);
    }
    expect(books()).toEqual(before);
  });

  it('with a higher nonce, or other contents, under its old signature is refused', async () => {
    const { payment, confirmation } = await everythingSigned();
    const before = books();
    const nonce = confirmation.auth.nonce + 10n;
    const changed = [
      { ...payment, auth: { ...payment.auth, nonce } },
      { payment: { ...payment.payment, amount: 1n }, auth: { ...payment.auth, nonce } },
      { payment: { ...payment.payment, sender: personOf(2).address }, auth: payment.auth },
      { payment: { ...payment.payment, order_id: '1001' }, auth: payment.auth },
    ];
    for (const body of changed) {
      expect(errorOf(await server.post('/wallet/incoming_payment', body)).code).toBe('wallet_signature_invalid');
    }
    const late = { ...confirmation, auth: { ...confirmation.auth, nonce } };
    expect(errorOf(await server.post('/wallet/tx_confirmation', late)).code).toBe('wallet_signature_invalid');
    expect(books()).toEqual(before);
  });

  it('as a token of the other kind is refused', async () => {
    const { login, access } = await everythingSigned();
    expect(errorOf(await server.postAuth(access)).status).toBeOneOf([400, 401]);
    expect(errorOf(await server.get('/api/balance', { token: login })).code).toBe('access_token_invalid');
  });

  it('from the shop at another of its routes opens no second order and pays none', async () => {
    const { headers } = await everythingSigned();
    const order = orderBody({ id: 1002, name: '#1002', customer: { id: 7002 } });
    headers['x-shopify-hmac-sha256'] = hmacOf(order, HMAC_SECRET);
    await server.post('/shopify/webhook/checkout_create', order, {
      headers: { ...headers, 'x-shopify-webhook-id': 'w' },
    });
    expect(server.rows(`select status from orders where order_id = '1002'`)).toEqual([{ status: 'Unclaimed' }]);
    const before = books();
    for (const path of ['product_updated', 'transaction_create', 'no_op', 'checkout_create']) {
      for (const id of ['w1', 'w2', '']) {
        const answer = await server.post(`/shopify/webhook/${path}`, order, {
          headers: { ...headers, 'x-shopify-webhook-id': `${id}${path}` },
        });
        expect(answer.status).toBe(200);
      }
    }
    expect(books()).toEqual(before);
    // The topic is not signed: a body that says neither is not paid or cancelled for being sent as such.
    for (const topic of ['orders/paid', 'orders/cancelled', 'orders/updated', 'orders/create']) {
      const answer = await server.post('/shopify/webhook', order, {
        headers: { ...headers, 'x-shopify-webhook-id': topic, 'x-shopify-topic': topic },
      });
      expect(answer.status).toBe(200);
    }
    expect(books()).toEqual(before);
    const changed = order.replace('100.00', '1.00');
    const answer = await server.post('/shopify/webhook/checkout_create', changed, { headers });
    expect(errorOf(answer).code).toBe('hmac_invalid');
  });
});

function hexOf(token: string): string {
  return Buffer.from(token.split('.')[2] ?? '', 'base64url').toString('hex');
}

function inToken(signature: string): string {
  return Buffer.from(signature, 'hex').toString('base64url');
}
