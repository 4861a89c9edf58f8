import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '#engine/reconciliation.ts';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import { Balancer } from '#test/cluster/balancer.ts';
import { type Answer, Cluster, type Instance } from '#test/cluster/cluster.ts';
import { newDatabase, type TestDatabase } from '#test/database/database.ts';
import { openReader } from '#test/database/open.ts';
import type { StandInOrder } from '#test/fake-shopify/orders.ts';
import { eventually } from '#test/server.ts';

const XTM = 1_000_000n;
const INSTANCES = 3;
const WITHIN_MS = 20_000;
/** Of a client, so that the processes that start have time too. */
const PAUSE_MS = 60;
/** Several looks of the balancer. */
const SHUTDOWN_DELAY_MS = 2_000;
const HAS_THE_LEASE = 'This instance has acquired the chores lease';

/** Of a wallet's messages that are all the same, one is taken; the others are repeats of its nonce. */
let nonce = BigInt(Date.now());

describe('three instances over one database', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let cluster: Cluster;
  const orders: StandInOrder[] = [];

  beforeAll(async () => {
    database = await newDatabase();
    database.execute('drop schema public cascade');
    database.execute('create schema public');
    cluster = await Cluster.start(database.url, INSTANCES, { TPG_SHUTDOWN_DELAY: `${SHUTDOWN_DELAY_MS}ms` });
  }, 60_000);

  afterAll(async () => {
    await cluster?.close();
    await database.release();
  });

  const holders = (): Instance[] => cluster.instances.filter(({ log }) => log().includes(HAS_THE_LEASE));

  /** The wallet's message, signed once. */
  const report = (content: object, payload: string) => {
    nonce += 1n;
    const { secretKey, address, name } = cluster.wallet.person;
    const random = (length: number) => new Uint8Array(length).fill(7);
    const signature = signWalletMessage(secretKey, address, nonce, payload, random);
    return { body: stringifyJson({ ...content, auth: { address: name, nonce, signature } }) };
  };
  const taken = (answers: readonly Answer[]) =>
    answers.filter(({ status, text }) => status === 200 && (parseJson(text) as { success: boolean }).success).length;

  it('that start at once have an empty database brought up to date by one, and the others wait for it', () => {
    const migrating = cluster.instances.filter(({ log }) => log().includes(' migrations to the database'));
    expect(migrating).toHaveLength(1);
  });

  it('keep an order once whose webhook comes to all of them at once', async () => {
    for (let count = 0; count < 4; count += 1) orders.push(cluster.newOrder());
    await Promise.all(
      orders.map(async (order) => {
        const answers = await cluster.toAll('/shopify/webhook/checkout_create', cluster.webhookOf(order));
        expect(taken(answers), JSON.stringify(answers)).toBe(2 * INSTANCES);
      }),
    );
    expect(database.rows('select order_id, status from orders order by order_id')).toEqual(
      orders.map(({ id }) => ({ order_id: id, status: 'Unclaimed' })),
    );
    expect(database.rows(`select count(*) as count from events where type = 'NewOrder'`)).toEqual([{ count: 4n }]);
  });

  it('answer a claim that comes to all of them at once the same, and note it once', async () => {
    for (const order of orders) {
      const answers = await cluster.toAll('/order/claim', cluster.claimOf(order));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, JSON.stringify(answers)).toBe(1);
      expect(answers[0]?.status).toBe(200);
    }
    expect(database.rows(`select count(*) as count from events where type = 'OrderClaimed'`)).toEqual([{ count: 4n }]);
  });

  it('take a message of a wallet once, pay each order once, and tell the shop once of each', async () => {
    const { customer } = cluster;
    for (const [index, { id }] of orders.slice(0, 3).entries()) {
      const payment = { sender: customer.name, amount: 30n * XTM, txid: `7${index}`, memo: null, order_id: id };
      const payload = paymentPayload({ ...payment, orderId: id });
      const received = await cluster.toAll('/wallet/incoming_payment', report({ payment }, payload));
      expect(taken(received), JSON.stringify(received)).toBe(1);
      const confirmation = { txid: payment.txid };
      const confirmed = await cluster.toAll(
        '/wallet/tx_confirmation',
        report({ confirmation }, confirmationPayload(payment.txid)),
      );
      expect(taken(confirmed), JSON.stringify(confirmed)).toBe(1);
    }
    const paid = database.rows(`select order_id from orders where status = 'Paid' order by order_id`);
    expect(paid).toHaveLength(3);
    await eventually(() => {
      const effects = cluster.stage.standIn.effects.map(({ orderId, effect }) => `${orderId} ${effect}`);
      expect(effects.sort()).toEqual(paid.map(({ order_id: id }) => `${id} paid`));
    }, WITHIN_MS);
    const calls = cluster.stage.standIn.calls.filter(({ operation }) => operation === 'CreateManualPayment');
    expect(calls).toHaveLength(3);
  });

  it('give a credit once that is asked of all of them at once under one key', async () => {
    const content = { customer_id: '7001', amount: 30_000_000, reason: 'a prize' };
    const request = cluster.asOperator(content, { 'idempotency-key': 'ticket-4711' });
    const answers = await cluster.toAll('/api/credit', request);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, JSON.stringify(answers)).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(database.rows(`select count(*) as count from payments where payment_type = 'manual'`)).toEqual([
      { count: 1n },
    ]);
    await eventually(() => {
      expect(orders.map(({ id }) => cluster.stage.standIn.effectCount(id, 'paid'))).toEqual([1, 1, 1, 1]);
    }, WITHIN_MS);
  });

  it('have each event heard by the live handlers of each of them, once', async () => {
    const all = orders.map(({ id }) => id).sort();
    await eventually(() => {
      expect(cluster.instances.map((instance) => cluster.heardBy(instance))).toEqual([all, all, all]);
    }, WITHIN_MS);
  });

  it('give each customer the same answer from each of them', async () => {
    const answers = await Promise.all(
      cluster.client.urls.map((url) => cluster.get(`/api/balance/${cluster.customer.name}`, url)),
    );
    expect(answers[0]).toMatchObject({ total_confirmed: 90_000_000, total_paid: 90_000_000 });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('have the prices of the shop set by one of them, whichever was told of the rate', async () => {
    await eventually(async () => {
      const [update] = (await cluster.get('/api/price_updates')) as { state: string }[];
      expect(update?.state).toBe('done');
    }, WITHIN_MS);
    const calls = cluster.stage.standIn.calls.filter(({ operation }) => operation === 'SetGlobalRate');
    expect(calls).toHaveLength(1);
  });

  it('have their chores done by one, and by another when that one is killed', async () => {
    const [holder, ...none] = holders();
    expect([holder !== undefined, none]).toEqual([true, []]);
    await (holder as Instance).process.kill();
    const killedAt = performance.now();
    cluster.client.urls = cluster.instances.filter((each) => each !== holder).map(({ process }) => process.url);
    const abandoned = cluster.newOrder('7002');
    await cluster.sendOrder(abandoned);
    database.execute(
      `update orders set updated_at = updated_at - interval '2 hours' where order_id = '${abandoned.id}'`,
    );
    await eventually(() => {
      expect(cluster.stage.standIn.effectCount(abandoned.id, 'cancelled')).toBe(1);
    }, WITHIN_MS);
    expect(performance.now() - killedAt).toBeLessThan(WITHIN_MS);
    expect(holders()).toHaveLength(2);
  });

  it('are restarted one after another without a request that fails', async () => {
    const living = livingOf(cluster);
    const balancer = new Balancer(living.map(({ process }) => process.url));
    let isOver = false;
    const answered: (number | string)[] = [];
    const load = Array.from({ length: 3 }, async () => {
      while (!isOver) {
        const { headers, body } = cluster.webhookOf(cluster.newOrder('7003'));
        const answer = await balancer.send('/shopify/webhook/checkout_create', { method: 'POST', headers, body });
        answered.push(answer);
        await sleep(PAUSE_MS);
      }
    });
    for (const instance of living) {
      expect(await instance.process.stop()).toBe(0);
      await instance.start();
      await eventually(() => expect(balancer.uses(instance.process.url)).toBe(true), WITHIN_MS);
    }
    isOver = true;
    await Promise.all(load);
    balancer.close();
    expect(answered.length).toBeGreaterThan(20);
    expect(answered.filter((status) => status !== 200)).toEqual([]);
    expect(database.rows(`select count(*) as count from orders where customer_id = '7003'`)).toEqual([
      { count: BigInt(answered.length) },
    ]);
  });

  it('end in order, and leave books that agree', async () => {
    const living = livingOf(cluster);
    expect(await Promise.all(living.map(({ process }) => process.stop()))).toEqual([0, 0]);
    const reader = await openReader(database.url);
    const { differences } = await audit(reader).finally(() => reader.close());
    expect(differences).toEqual([]);
    const ends = database.rows(`select distinct state from deliveries`);
    expect(ends).toEqual([{ state: 'done' }]);
    const lines = cluster.instances.flatMap(({ log }) => log().split('\n'));
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

function livingOf({ instances, client }: Cluster): Instance[] {
  return instances.filter(({ process }) => client.urls.includes(process.url));
}
