import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '#engine/reconciliation.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { newFolder } from '#test/database/database.ts';
import { openReader } from '#test/database/open.ts';
import { type PreparedStage, prepareStage } from '#test/demo/demo-environment.ts';
import type { StandInOrder } from '#test/fake-shopify/orders.ts';
import { sendWebhook, transactionWebhookBody, webhookBody } from '#test/fake-shopify/webhooks.ts';
import { type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { eventually } from '#test/server.ts';

/**
 * The server killed while it tells the shop of an order that a gift card and a card pay in part: at each of its calls,
 * before the shop acts and after. Each authorization is captured once, and the Tari part is recorded once.
 */

const OPERATIONS = ['ReadOrderPayments', 'CaptureAuthorization', 'CreateManualPayment'];

type Fault = 'kill at once' | 'hang' | 'drop_after_acting';

async function post(url: string, body: unknown, headers: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${text}`);
  return text;
}

async function logIn(url: string, { operator }: PreparedStage): Promise<string> {
  const claims = { address: operator.name, nonce: BigInt(Date.now()) * 1000n, desired_roles: ['super_admin'] };
  const token = signToken(claims, operator.secretKey, (length) => new Uint8Array(length).fill(7));
  return post(`${url}/auth`, undefined, { tpg_auth_token: token });
}

/** An order of 100 XTM's worth of dollars, of which a gift card holds 30 and a card 20; the webhooks come crossed. */
async function orderWithAuthorizations(
  url: string,
  { standIn, hmacSecret }: PreparedStage,
  number: number,
): Promise<StandInOrder> {
  const order = standIn.addOrder({ id: `899747073${number}`, name: `#${number}`, currency: 'USD', price: '100.00' });
  const giftCard = standIn.authorize(order, '30.00', { gateway: 'gift_card' });
  const card = standIn.authorize(order, '20.00');
  const send = (topic: string, body: string) =>
    sendWebhook(`${url}/shopify/webhook`, topic, body, { secret: hmacSecret });
  await send('order_transactions/create', transactionWebhookBody(order, giftCard));
  expect(await (await send('orders/create', webhookBody(order))).json()).toMatchObject({ success: true });
  await send('order_transactions/create', transactionWebhookBody(order, card));
  return order;
}

describe('a server that is killed while it has authorizations captured', { timeout: 60_000 }, () => {
  let folder: string;
  let stage: PreparedStage;
  let server: ServerProcess;
  let headers: Record<string, string>;
  let orders = 0;

  const start = () =>
    startServer({ ...stage.settings, TPG_SHOPIFY_CAPTURE_PAYMENTS: 'true' }, join(folder, 'server.log'));

  beforeAll(async () => {
    folder = newFolder();
    stage = await prepareStage(folder, { unclaimedTimeoutMs: 600_000 });
    server = await start();
    headers = { tpg_access_token: await logIn(server.url, stage) };
    await post(`${server.url}/api/exchange_rate`, { currency: 'USD', rate: 1_000_000 }, headers);
  });

  afterAll(async () => {
    await server.kill();
    await stage.standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** An order is paid in cash, and the server gets as far as the given call, where the shop fails in the given way. */
  async function bringTo(operation: string, fault: Fault): Promise<StandInOrder> {
    const { standIn } = stage;
    orders += 1;
    const order = await orderWithAuthorizations(server.url, stage, 1000 + orders);
    const reached = new Promise<void>((resolve) => standIn.beforeNext(operation, resolve));
    if (fault !== 'kill at once') standIn.failNext(1, fault, operation);
    const calls = () => standIn.calls.filter((call) => call.operation === operation).length;
    const callsBefore = calls();
    await post(`${server.url}/api/fulfill`, { order_id: order.id, reason: 'It was paid in cash.' }, headers);
    // A call that is never answered is not executed either.
    if (fault === 'hang') await eventually(() => expect(calls()).toBeGreaterThan(callsBefore), 20_000);
    else await reached;
    return order;
  }

  async function expectToldOnce(order: StandInOrder): Promise<void> {
    await eventually(() => expect(order.financialStatus).toBe('PAID'), 20_000);
    const effects = stage.standIn.effects.filter(({ orderId }) => orderId === order.id).map(({ effect }) => effect);
    expect(effects).toEqual(['captured', 'captured', 'paid']);
    const amounts = (wanted: string) =>
      order.transactions.filter(({ kind }) => kind === wanted).map(({ amount }) => amount);
    expect(amounts('CAPTURE')).toEqual(['30.00', '20.00']);
    expect(amounts('SALE')).toEqual(['50.00']);
  }

  it.each(OPERATIONS)('at %s captures each once and records the Tari part once', async (operation) => {
    const order = await bringTo(operation, 'kill at once');
    await server.kill();
    server = await start();
    await expectToldOnce(order);
  });

  it.each(['hang', 'drop_after_acting'] as const)(
    'with an order at each of these calls, none of which is answered (%s), does as much for each order',
    async (fault) => {
      const stuck: StandInOrder[] = [];
      for (const operation of OPERATIONS) stuck.push(await bringTo(operation, fault));
      await server.kill();
      server = await start();
      await Promise.all(stuck.map(expectToldOnce));
    },
  );

  it('ends in order after all of that, with books that agree, and has told the shop nothing twice', async () => {
    expect(await server.stop()).toBe(0);
    expect(stage.standIn.effects).toHaveLength(3 * orders);
    const reader = await openReader(stage.settings.TPG_DATABASE_URL as string);
    const { differences } = await audit(reader).finally(() => reader.close());
    expect(differences).toEqual([]);
  });
});
