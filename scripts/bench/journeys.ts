import { createHmac, randomUUID } from 'node:crypto';
import { stringifyJson } from '#platform/json.ts';
import { systemRandomBytes as random } from '#platform/random.ts';
import { signClaim } from '#tari/claim.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import { aPerson, type Person } from '#test/demo/walkthrough.ts';
import { makeOrder, type NewOrder } from '#test/fake-shopify/orders.ts';
import { webhookBody } from '#test/fake-shopify/webhooks.ts';
import type { PreparedRequest } from './load.ts';

const PRICE = '12.50';
const PRICE_MICRO_TARI = 12_500_000n;

/** All that one customer does and that is done for them, as requests to be sent in this order. */
export interface Journey {
  order: NewOrder;
  customer: Person;
  webhook: PreparedRequest;
  claim: PreparedRequest;
  payment: PreparedRequest;
  /** Pays the order. */
  confirmation: PreparedRequest;
}

/** A customer with more than one order. */
export interface Regular {
  person: Person;
  customerId: string;
}

/** Makes requests, each with an order, a delivery, a nonce of its own, signed as by the shop and the wallets. */
export function createRequests(hmacSecret: string) {
  let orders = 8_000_000_000_000;
  let nonce = BigInt(Date.now());

  /** @param customers how many there are, who order one after another. */
  const nextOrder = (customers: number): NewOrder => {
    orders += 1;
    const id = String(orders);
    return {
      id,
      name: `#${id.slice(-7)}`,
      currency: 'XTM',
      price: PRICE,
      customerId: String(7_000_000_000 + (orders % customers)),
    };
  };

  const webhook = (order: NewOrder): PreparedRequest => {
    const body = webhookBody(makeOrder(order));
    const headers = {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-triggered-at': new Date().toISOString(),
      'x-shopify-hmac-sha256': createHmac('sha256', hmacSecret).update(body).digest('base64'),
    };
    return { method: 'POST', path: '/shopify/webhook/checkout_create', headers, body };
  };

  const fromWallet = (path: string, key: string, wallet: Person, content: object, payload: string): PreparedRequest => {
    nonce += 1n;
    const signature = signWalletMessage(wallet.secretKey, wallet.address, nonce, payload, random);
    return post(path, { [key]: content, auth: { address: wallet.name, nonce, signature } });
  };

  return {
    webhook: () => webhook(nextOrder(50_000)),

    /**
     * @param payments reports the payment and `confirmations` its confirmation. The nonces of each rise, so what one of
     *   them reports must arrive in the order in which it was made.
     * @param regular has ordered before; otherwise each journey is that of another customer.
     */
    journey(payments: Person, confirmations: Person, regular?: Regular): Journey {
      const customer = regular?.person ?? aPerson();
      const order = { ...nextOrder(1_000_000_000), ...(regular && { customerId: regular.customerId }) };
      const txid = String(orders);
      const payment = { sender: customer.name, amount: PRICE_MICRO_TARI, txid };
      const signed = paymentPayload({ ...payment, memo: null, orderId: null });
      return {
        order,
        customer,
        webhook: webhook(order),
        claim: post('/order/claim', signClaim(customer.secretKey, customer.address, String(order.id), random)),
        payment: fromWallet('/wallet/incoming_payment', 'payment', payments, payment, signed),
        confirmation: fromWallet(
          '/wallet/tx_confirmation',
          'confirmation',
          confirmations,
          { txid },
          confirmationPayload(txid),
        ),
      };
    },
  };
}

function post(path: string, body: object): PreparedRequest {
  return { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: stringifyJson(body) };
}
