import { hex } from '@scure/base';
import { afterEach, describe, expect, it } from 'vitest';
import { chainPayments } from '#engine/payments/chain-payments.ts';
import { MempoolWatch } from '#rails/tari-chain/mempool-watch.ts';
import { transactionIdOf } from '#tari/chain/outputs.ts';
import { closeEngines, HOUR, MINUTE } from '#test/engine.ts';
import { type MempoolFault, type MempoolNode, startMempoolNode } from '#test/fake-tari-chain/mempool-node.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo } from '#test/fake-tari-chain/play-wallet.ts';
import { scanHere } from '#test/tari-chain/scan.ts';
import { PAYER, random, SHOP, type Watch, watch, xtm } from '#test/tari-chain/watch.ts';

let node: FakeNode;
let mempoolNode: MempoolNode;
let chain: PlayChain;
let watcher: Watch;
let mempool: MempoolWatch;
let close: () => Promise<void>;

async function start(): Promise<void> {
  chain = new PlayChain(random);
  node = await startFakeNode(chain);
  mempoolNode = await startMempoolNode(chain);
  watcher = await watch([node.url]);
  const { store, clock, log, bus, settings } = watcher.engine;
  const scan = scanHere({
    network: 'mainnet',
    privateViewKey: hex.encode(SHOP.viewKey),
    publicSpendKey: hex.encode(SHOP.view.spendKey),
    nodes: [node.url],
    nodeGrpc: mempoolNode.target,
  });
  const payments = chainPayments({ settings, subscriptions: bus });
  mempool = new MempoolWatch({ store, scan, payments, ledgerContext: { subscriptions: bus, settings }, clock, log });
  close = () => scan.close();
}

afterEach(async () => {
  await close();
  await watcher.close();
  mempoolNode.close();
  await node.close();
  await closeEngines();
});

function pay(amount: bigint, text: string) {
  const output = payTo(SHOP.address, PAYER, { amount, text }, random);
  return { output, txid: transactionIdOf(SHOP.view.publicViewKey, output.outputHash) };
}

const seenOf = async (orderId: string) => (await watcher.engine.orderOf(orderId)).amountSeen;
const seenEvents = async () => (await watcher.engine.events()).filter(({ type }) => type === 'PaymentSeen');

describe('what stands in the mempool for the shop', () => {
  it('is shown with its order, counts for nothing, and goes when it is mined', async () => {
    await start();
    await watcher.engine.order({ orderId: '9901', price: '5.00' });
    await watcher.turn();
    const { output, txid } = pay(xtm(5), 'order 9901');
    chain.send([output]);
    await mempool.look();
    await mempool.look();
    expect(await seenOf('9901')).toBe(xtm(5));
    const events = await seenEvents();
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0]?.payload ?? '')).toMatchObject({
      txid,
      amount: Number(xtm(5)),
      memo: 'order 9901',
      order_id: '9901',
      order: { order_id: '9901', status: 'Unclaimed', amount_seen: Number(xtm(5)) },
    });
    expect(watcher.engine.rows('select * from payments')).toEqual([]);

    chain.mine();
    await mempool.look();
    await watcher.turn();
    expect(await seenOf('9901')).toBe(0n);
    expect(watcher.engine.rows('select status from payments')).toEqual([{ status: 'received' }]);
  });

  it('adds up, and vanishes when it vanishes', async () => {
    await start();
    await watcher.engine.order({ orderId: '9901', price: '5.00' });
    chain.send([pay(xtm(2), '9901').output, pay(xtm(9), 'of no order').output]);
    chain.send([pay(xtm(3), '9901').output]);
    await mempool.look();
    expect(await seenOf('9901')).toBe(xtm(5));
    const [, second] = chain.mempool;
    if (second !== undefined) chain.forget(second);
    await mempool.look();
    expect(await seenOf('9901')).toBe(xtm(2));
  });

  it.each(['more_than_committed', 'script_of_payer', 'locked', 'covenant'] as const)(
    'is not shown where it lies: %s',
    async (lie) => {
      await start();
      await watcher.engine.order({ orderId: '9901', price: '5.00' });
      chain.send([payTo(SHOP.address, PAYER, { amount: xtm(5), text: '9901', lie }, random)]);
      await mempool.look();
      expect(await seenOf('9901')).toBe(0n);
      expect(await seenEvents()).toEqual([]);
    },
  );

  it('keeps its order from expiring, for as long as a reported payment would', async () => {
    await start();
    for (const orderId of ['9901', '9902']) {
      await watcher.engine.order({ orderId, price: '5.00' });
      chain.send([pay(xtm(5), orderId).output]);
    }
    await mempool.look();
    watcher.engine.clock.advance(3 * HOUR);
    expect(await watcher.engine.engine.expiry.run()).toEqual([]);
    const [first] = chain.mempool;
    if (first !== undefined) chain.forget(first);
    await mempool.look();
    expect((await watcher.engine.engine.expiry.run()).map(({ orderId }) => orderId)).toEqual(['9901']);
    watcher.engine.clock.advance(6 * HOUR);
    expect((await watcher.engine.engine.expiry.run()).map(({ orderId }) => orderId)).toEqual(['9902']);
  });

  it('keeps no order from expiring that it could not pay', async () => {
    await start();
    await watcher.engine.order({ orderId: '9901', price: '5.00' });
    chain.send([pay(xtm(5) - 1n, '9901').output]);
    await mempool.look();
    watcher.engine.clock.advance(3 * HOUR);
    expect(await watcher.engine.engine.expiry.run()).toHaveLength(1);
  });

  it.each(['not_allowed', 'unavailable', 'garbage', 'endless', 'other_fields', 'breaks_off'] as MempoolFault[])(
    'stays for a while when the node fails (%s), then goes',
    { timeout: 60_000 },
    async (fault) => {
      await start();
      await watcher.engine.order({ orderId: '9901', price: '5.00' });
      chain.send([pay(xtm(5), '9901').output]);
      await mempool.look();
      mempoolNode.fail(fault);
      if (fault !== 'other_fields') {
        await mempool.look();
        expect(await seenOf('9901')).toBe(xtm(5));
      }
      watcher.engine.clock.advance(11 * MINUTE);
      await mempool.look();
      expect(await seenOf('9901')).toBe(0n);
      mempoolNode.heal();
      await mempool.look();
      expect(await seenOf('9901')).toBe(xtm(5));
      const warnings = watcher.engine.log.lines.filter(({ level }) => level === 'warn');
      expect(warnings).toHaveLength(fault === 'other_fields' ? 0 : 1);
    },
  );
});
