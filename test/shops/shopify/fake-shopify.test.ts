import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookHeaders } from '#shops/shopify/webhooks/headers.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { sendWebhook, signWebhook, webhookBody } from '#test/fake-shopify/webhooks.ts';

let standIn: ShopifyStandIn;
beforeEach(async () => {
  standIn = await startShopifyStandIn();
});
afterEach(() => standIn.close());

async function ask(query: string, token = STAND_IN_TOKEN): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${standIn.url}/graphql.json`, {
    method: 'POST',
    headers: { 'x-shopify-access-token': token },
    body: JSON.stringify({ query, variables: {} }),
  });
  return { status: response.status, body: await response.json() };
}

const MARK = (id: string) =>
  `mutation Mark { orderMarkAsPaid(input: {id: "gid://shopify/Order/${id}"}) {
     order { displayFinancialStatus paymentGatewayNames totalOutstandingSet { shopMoney { amount } }
             transactions { kind status } }
     userErrors { field message } } }`;

describe('the stand-in keeps the rules that were captured of a real store', () => {
  it('marks an order as paid once', async () => {
    // One that an app made: nobody has chosen a method.
    standIn.addOrder({ id: '5', name: '#5', currency: 'CAD', price: '17.01', gateways: [] });
    const order = {
      displayFinancialStatus: 'PAID',
      paymentGatewayNames: ['manual'],
      totalOutstandingSet: { shopMoney: { amount: '0.0' } },
      transactions: [{ kind: 'SALE', status: 'SUCCESS' }],
    };
    expect((await ask(MARK('5'))).body).toMatchObject({ data: { orderMarkAsPaid: { order, userErrors: [] } } });
    const userErrors = [{ field: ['id'], message: 'Order cannot be marked as paid.' }];
    expect((await ask(MARK('5'))).body).toMatchObject({ data: { orderMarkAsPaid: { order, userErrors } } });
    expect(standIn.effects).toMatchObject([{ orderId: '5', effect: 'paid' }]);
  });

  it('denies an amount to a shop without Plus', async () => {
    standIn.addOrder({ id: '5', name: '#5', currency: 'USD', price: '10.00' });
    const { status, body } = await ask(
      `mutation Part { orderCreateManualPayment(id: "gid://shopify/Order/5", amount: {amount: "7", currencyCode: USD}) {
         userErrors { code } } }`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: { orderCreateManualPayment: null },
      errors: [{ extensions: { code: 'ACCESS_DENIED' }, path: ['orderCreateManualPayment'] }],
    });
  });

  it('writes decimals and costs as Shopify does', async () => {
    standIn.addOrder({ id: '5', name: '#5', currency: 'USD', price: '12.50' });
    const { body } = await ask(
      'query Q { order(id: "gid://shopify/Order/5") { totalOutstandingSet { shopMoney { amount } } } }',
    );
    expect(body).toEqual({
      data: { order: { totalOutstandingSet: { shopMoney: { amount: '12.5' } } } },
      extensions: {
        cost: {
          requestedQueryCost: 3,
          actualQueryCost: 3,
          throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1997, restoreRate: 100 },
        },
      },
    });
  });

  it('refuses a wrong token', async () => expect((await ask(MARK('5'), 'shpat_wrong')).status).toBe(401));
});

describe('its webhooks', () => {
  it('have the form and size of real ones, and a whole delivery with its signature', async () => {
    const order = standIn.addOrder({ id: 820982911946154508n, name: '#9999', currency: 'USD', price: '404.95' });
    const body = webhookBody(order);
    expect(body.length).toBeGreaterThan(5000);
    expect(body).toContain('"id":820982911946154508,');

    const received: { headers: IncomingHttpHeaders; body: string }[] = [];
    const receiver = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      received.push({ headers: request.headers, body: text });
      response.end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const sent = await sendWebhook(`http://127.0.0.1:${port}/`, 'orders/create', body, {
      secret: 'hush',
      webhookId: 'delivery-1',
    });
    receiver.close();

    expect(sent.status).toBe(200);
    expect(received[0]?.body).toBe(body);
    expect(received[0]?.headers['x-shopify-hmac-sha256']).toBe(signWebhook(body, 'hush'));
    expect(webhookHeaders(received[0]?.headers ?? {})).toMatchObject({
      topic: 'orders/create',
      webhookId: 'delivery-1',
      apiVersion: '2026-10',
      shopDomain: 'stand-in.myshopify.com',
    });
  });
});
