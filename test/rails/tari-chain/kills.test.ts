import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hex } from '@scure/base';
import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from '#platform/database/store.ts';
import { addressToBase58 } from '#tari/address.ts';
import { transactionIdOf } from '#tari/chain/outputs.ts';
import { newSqliteDatabase, type SqliteTestDatabase } from '#test/database/database.ts';
import { closeEngines } from '#test/engine.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo } from '#test/fake-tari-chain/play-wallet.ts';
import { freePort, type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { PAYER, paymentsOf, random, SHOP, seededRandom, type Watch, watch } from '#test/tari-chain/watch.ts';

/** What is cut off at any moment is done again, and nothing is lost or counted twice. */

function pay(amount: bigint) {
  const output = payTo(SHOP.address, PAYER, { amount, text: `payment ${amount}` }, random);
  return { output, txid: transactionIdOf(SHOP.view.publicViewKey, output.outputHash) };
}

/** Power is gone: nothing else of this watcher reaches the books. */
class PowerCut extends Error {}

/** `before` a transaction, `within` it when all is written, and `after` it is durable. */
type Moment = 'before' | 'within' | 'after';

function cutting(store: Store, at: number, moment: Moment): Store {
  let count = 0;
  let isGone = false;
  const cut = () => {
    isGone = true;
    throw new PowerCut();
  };
  return {
    ...store,
    read: (work) => (isGone ? Promise.reject(new PowerCut()) : store.read(work)),
    async run(work) {
      if (isGone) throw new PowerCut();
      count += 1;
      if (count !== at) return store.run(work);
      if (moment === 'before') cut();
      const answer = await store.run(async (tx) => {
        const result = await work(tx);
        if (moment === 'within') cut();
        return result;
      });
      if (moment === 'after') cut();
      return answer;
    },
  };
}

describe('a watcher that is cut off', () => {
  let node: FakeNode | undefined;
  const watches: Watch[] = [];

  afterEach(async () => {
    for (const one of watches.splice(0)) await one.close();
    await node?.close();
    node = undefined;
    await closeEngines();
  });

  /** Whether it was cut off before it had done all that there was. */
  async function turnUntilCut(watcher: Watch): Promise<boolean> {
    try {
      await watcher.turn();
      return false;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      return true;
    }
  }

  it.each(['before', 'within', 'after'] as Moment[])(
    '%s any of its transactions has each payment counted once in the end',
    { timeout: 120_000 },
    async (moment) => {
      for (let at = 1; ; at += 1) {
        const chain = new PlayChain(seededRandom(at));
        node = await startFakeNode(chain);
        const first = await watch([node.url], { store: (real) => cutting(real, at, moment) });
        watches.push(first);
        let current = first;
        let cuts = 0;
        const step = async () => {
          if (!(await turnUntilCut(current))) return;
          cuts += 1;
          current = await first.again({ store: (real) => real });
          watches.push(current);
          await current.turn();
        };
        const [one, two, three] = [pay(1n), pay(2n), pay(3n)];
        chain.send([one.output]);
        chain.mineBlocks(5);
        await step();
        chain.send([two.output]);
        chain.mineBlocks(2);
        await step();
        chain.reorganise(7);
        chain.send([three.output]);
        chain.mineBlocks(5);
        await step();
        const payments = await paymentsOf(current);
        expect(payments.map(({ amount, status }) => `${amount} ${status}`).sort()).toEqual([
          '1 confirmed',
          '2 confirmed',
          '3 confirmed',
        ]);
        const names = (await current.engine.eventNames()).filter((name) => !name.startsWith('PaymentLeft'));
        expect(new Set(names).size).toBe(names.length);
        expect(names).toHaveLength(6);
        await node.close();
        node = undefined;
        if (cuts === 0) {
          expect(at).toBeGreaterThan(8);
          return;
        }
      }
    },
  );
});

describe('a server that is killed', { timeout: 180_000 }, () => {
  let database: SqliteTestDatabase;
  let node: FakeNode;
  let server: ServerProcess | undefined;

  afterEach(async () => {
    await server?.kill();
    await node.close();
    rmSync(database.folder, { recursive: true, force: true });
  });

  it('at any moment has each payment counted once, and shows no key', async () => {
    const chain = new PlayChain(random);
    chain.mineBlocks(3);
    node = await startFakeNode(chain);
    database = newSqliteDatabase();
    const settings = {
      TPG_HOST: '127.0.0.1',
      TPG_PORT: String(await freePort()),
      TPG_DATABASE_URL: database.url,
      TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(SHOP.address),
      TPG_VIEW_KEY: hex.encode(SHOP.viewKey),
      TPG_TARI_NODES: node.url,
      TPG_WATCH_FROM: '0',
      TPG_LOG_LEVEL: 'trace',
      TPG_METRICS: 'on',
    };
    const log = join(database.folder, 'server.log');
    const chance = seededRandom(77);
    let sent = 0n;
    for (let kill = 0; kill < 6; kill += 1) {
      for (let count = 0; count < 4; count += 1) {
        sent += 1n;
        chain.send([pay(sent).output]);
        if (count === 2 && kill > 1) chain.reorganise(1 + ((chance(1)[0] ?? 0) % 6));
        chain.mineBlocks(1 + ((chance(1)[0] ?? 0) % 3));
      }
      server = await startServer(settings, log);
      await sleep((chance(1)[0] ?? 0) * 8);
      await server.kill();
    }
    chain.mineBlocks(5);
    server = await startServer(settings, log);
    const { url } = server;
    const heightOf = async () => {
      const answer = (await (await fetch(`${url}/health/ready`)).json()) as { chain: { height: number | null } };
      return answer.chain.height;
    };
    const deadline = Date.now() + 60_000;
    const isConfirmed = () => database.rows(`select 1 from payments where status <> 'confirmed'`).length === 0;
    while (Date.now() < deadline && ((await heightOf()) !== chain.tipHeight || !isConfirmed())) await sleep(100);
    const rows = database.rows('select amount, status from payments order by amount');
    expect(rows).toEqual(
      Array.from({ length: Number(sent) }, (_, index) => ({ amount: BigInt(index + 1), status: 'confirmed' })),
    );
    expect(database.rows('select count(*) as count from chain_outputs')).toEqual([{ count: sent }]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(`tpg_chain_height ${chain.tipHeight}`);
    expect(metrics).toMatch(/tpg_chain_node_age_seconds\{node="http:[^"]+"\} \d/);
    await server.stop();
    const secret = hex.encode(SHOP.viewKey);
    for (const name of readdirSync(database.folder)) {
      const content = readFileSync(join(database.folder, name));
      expect(content.includes(secret), name).toBe(false);
      expect(content.includes(Buffer.from(SHOP.viewKey)), name).toBe(false);
    }
  });
});
