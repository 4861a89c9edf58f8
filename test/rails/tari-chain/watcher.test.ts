import { hex } from '@scure/base';
import { afterEach, describe, expect, it } from 'vitest';
import { dammSum } from '#tari/address/damm-checksum.ts';
import { dualAddress, NETWORKS, ONE_SIDED, withPaymentId } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';
import { readMemo } from '#tari/chain/memo.ts';
import { transactionIdOf } from '#tari/chain/outputs.ts';
import { viewWallet } from '#tari/chain/view-wallet.ts';
import { closeEngines } from '#test/engine.ts';
import { type FakeNode, recordedNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { changeOf, coinbaseTo, LIES, type Lie, payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { readRecording } from '#test/fake-tari-chain/recording.ts';
import {
  PAYER,
  paymentsOf,
  random,
  SHOP,
  seededRandom,
  type Watch,
  type WatchOptions,
  watch,
  xtm,
} from '#test/tari-chain/watch.ts';

const nodes: FakeNode[] = [];
const watches: Watch[] = [];

afterEach(async () => {
  for (const one of watches.splice(0)) await one.close();
  for (const node of nodes.splice(0)) await node.close();
  await closeEngines();
});

async function nodeOf(chain: PlayChain): Promise<FakeNode> {
  const node = await startFakeNode(chain);
  nodes.push(node);
  return node;
}

async function watching(chains: readonly FakeNode[], options: WatchOptions = {}): Promise<Watch> {
  const watcher = await watch(
    chains.map(({ url }) => url),
    options,
  );
  watches.push(watcher);
  return watcher;
}

/** A payment to the shop, with the number by which it is known. */
function pay(amount: bigint, text: string, options: Partial<Parameters<typeof payTo>[2]> = {}) {
  const output = payTo(SHOP.address, PAYER, { amount, text, ...options }, random);
  return { output, txid: transactionIdOf(SHOP.view.publicViewKey, output.outputHash) };
}

async function confirmedTotal({ engine }: Watch): Promise<bigint> {
  const rows = engine.rows(`select amount from payments where status = 'confirmed'`);
  return rows.reduce((sum, { amount }) => sum + (amount as bigint), 0n);
}

describe('the recorded chain', () => {
  const recording = readRecording();
  const network = Object.entries(NETWORKS).find(([, byte]) => byte === recording.network)?.[0] as 'localnet';
  const spendKey = hex.decode(recording.public_spend_key);
  const view = viewWallet(network, hex.decode(recording.view_private_key), spendKey);
  const wallet = { view, address: dualAddress(network, view.publicViewKey, spendKey, ONE_SIDED) };

  it('gives the payments that the real wallet has, and nothing else', async () => {
    const node = await recordedNode();
    nodes.push(node);
    const watcher = await watching([node], { wallet });
    await watcher.turn();
    const expected = recording.expected
      .filter(({ way, output_type: type }) => way === 'diffie_hellman' && type === 0)
      .map((one) => ({
        txid: one.tx_id,
        amount: BigInt(one.amount),
        status: 'confirmed',
        memo: readMemo(hex.decode(one.memo)).text,
        payment_reference: one.payment_reference,
        block_height: BigInt(one.height),
      }));
    expect(expected.length).toBeGreaterThan(8);
    const found = (await paymentsOf(watcher)).map(({ order_id: _, ...payment }) => payment);
    expect(found).toEqual(expected.sort((a, b) => (a.txid < b.txid ? -1 : 1)));
    expect(watcher.engine.rows('select * from chain_refusals')).toEqual([]);
    expect(new Set(node.requests.map(({ path }) => path))).not.toContain('/fetch_utxo');
  });

  it('gives nothing to another key', async () => {
    const node = await recordedNode();
    nodes.push(node);
    const watcher = await watching([node], { wallet: playWallet(network, random) });
    await watcher.turn();
    expect(await paymentsOf(watcher)).toEqual([]);
    expect(watcher.status().nodes[0]?.trouble).toBeNull();
  });
});

/** An address as Tari's own code takes it, whose keys are no points. */
function bytesWithoutPoints(): Uint8Array {
  const bytes = new Uint8Array(67).fill(0xff);
  bytes.set([NETWORKS.mainnet, ONE_SIDED]);
  bytes[66] = dammSum(bytes.subarray(0, 66));
  return bytes;
}

describe('a payment', () => {
  it('is received from its first block on, and confirmed by three more', async () => {
    const chain = new PlayChain(random);
    const node = await nodeOf(chain);
    const watcher = await watching([node]);
    await watcher.engine.order({ orderId: '8801', price: '5.00' });
    const { output, txid } = pay(xtm(5), 'order 8801');
    chain.send([output]);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toEqual([]);

    for (const status of ['received', 'received', 'received', 'confirmed']) {
      chain.mine();
      await watcher.turn();
      expect(await paymentsOf(watcher)).toMatchObject([
        { txid, amount: xtm(5), status, memo: 'order 8801', order_id: '8801', block_height: 1n },
      ]);
    }
    expect(await watcher.engine.eventNames()).toEqual(
      expect.arrayContaining([`PaymentReceived ${txid}`, `PaymentConfirmed ${txid}`]),
    );
    await watcher.turn();
    expect(await confirmedTotal(watcher)).toBe(xtm(5));
  });

  it('names the order of the address that it was made to, whatever its id looks like', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([await nodeOf(chain)]);
    const strange = 'gid 555-888-9995 (π)';
    await watcher.engine.order({ orderId: strange, price: '1.00' });
    chain.send([payTo(withPaymentId(SHOP.address, utf8(strange)), PAYER, { amount: xtm(1) }, random)]);
    chain.mineBlocks(4);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ memo: strange, order_id: strange, status: 'confirmed' }]);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('that a wallet reports %s is one payment', async (_, isReportedFirst) => {
    const chain = new PlayChain(random);
    const watcher = await watching([await nodeOf(chain)]);
    const { output, txid } = pay(xtm(7), 'thanks');
    const report = async () => {
      await watcher.engine.pay({ from: PAYER.address, amount: xtm(7) as never, txid, memo: 'thanks' });
      await watcher.engine.confirm(txid);
    };
    if (isReportedFirst) await report();
    chain.send([output]);
    chain.mineBlocks(5);
    await watcher.turn();
    if (!isReportedFirst) await report();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'confirmed', block_height: 1n }]);
    const events = (await watcher.engine.eventNames()).filter((name) => name.endsWith(txid));
    expect(events).toEqual([`PaymentReceived ${txid}`, `PaymentConfirmed ${txid}`]);
  });

  it('that a wallet reported with another amount is kept as it was, and said to contradict', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([await nodeOf(chain)]);
    const { output, txid } = pay(xtm(7), 'thanks');
    await watcher.engine.pay({ from: PAYER.address, amount: xtm(700) as never, txid });
    chain.send([output]);
    chain.mineBlocks(5);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, amount: xtm(700), status: 'received' }]);
    expect(watcher.engine.rows('select reason from chain_refusals')).toEqual([{ reason: 'contradicted' }]);
  });

  it.each([
    ['of nobody', null],
    ['of bytes that are no address', bytesWithoutPoints()],
    ['of the shop itself', SHOP.address],
  ])('%s is kept, and credits no account', async (_, sender) => {
    const chain = new PlayChain(random);
    const watcher = await watching([await nodeOf(chain)]);
    chain.send([pay(xtm(3), 'hello', { sender }).output]);
    chain.mineBlocks(5);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ amount: xtm(3), status: 'confirmed', memo: 'hello' }]);
    expect(watcher.engine.rows('select account from payments')).toEqual([{ account: null }]);
    expect(watcher.engine.rows('select account from accounts where total_confirmed > 0')).toEqual([]);
  });

  it('with anything in its text is kept', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([await nodeOf(chain)]);
    const texts = ['a\0b', '\u{10ffff}', "'; drop table payments; --", '{"claim":{"address":1}}', 'x'.repeat(120)];
    for (const text of texts) chain.send([pay(xtm(1), text).output]);
    chain.mineBlocks(4);
    await watcher.turn();
    const memos = (await paymentsOf(watcher)).map(({ memo }) => memo);
    expect(memos.sort()).toEqual(['a\ufffdb', ...texts.slice(1)].sort());
  });
});

describe('what was encrypted for the shop and is not paid to it', () => {
  it.each(Object.keys(LIES) as Lie[])('%s is kept with its reason and is never money', async (lie) => {
    const chain = new PlayChain(random);
    const watcher = await watching([await nodeOf(chain)]);
    chain.send([pay(xtm(9), 'order 1', { lie }).output, pay(xtm(2), 'honest').output]);
    chain.mineBlocks(6);
    await watcher.turn();
    chain.mineBlocks(2);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ memo: 'honest', status: 'confirmed' }]);
    const refused = watcher.engine.rows('select reason, memo, height from chain_refusals');
    expect(refused).toEqual([{ reason: expect.any(String), memo: 'order 1', height: 1n }]);
    const said = watcher.engine.log.lines.filter(({ sentence }) => sentence.includes('is not a payment to it'));
    expect(said).toHaveLength(1);
  });

  it('worth nothing, or more than there is, does not stop the watcher', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([await nodeOf(chain)]);
    chain.send([pay(0n, 'nothing').output, pay(2n ** 64n - 1n, 'all').output, pay(2n ** 63n, 'half').output]);
    chain.send([coinbaseTo(SHOP.address, xtm(100), 1n, random), changeOf(SHOP, { amount: xtm(50) }, random)]);
    chain.mineBlocks(5);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toEqual([]);
    expect(watcher.engine.rows('select reason from chain_refusals order by reason')).toEqual([
      { reason: 'coinbase' },
      { reason: 'no_amount' },
      { reason: 'wrong_value' },
      { reason: 'wrong_value' },
    ]);
    expect(watcher.status().nodes[0]?.height).toBe(5);
  });
});

describe('where it begins', () => {
  it('is a day back the first time, and then where it stopped', async () => {
    const chain = new PlayChain(seededRandom(7), Math.floor(new Date('2026-03-09T05:00:00Z').getTime() / 1000));
    const old = pay(xtm(1), 'old');
    chain.send([old.output]);
    chain.mineBlocks(900);
    const young = pay(xtm(2), 'young');
    chain.send([young.output]);
    chain.mineBlocks(10);
    const watcher = await watching([await nodeOf(chain)], { watchFrom: null });
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid: young.txid }]);
    const [{ start_height: start }] = watcher.engine.rows('select start_height from chain_progress') as [
      { start_height: bigint },
    ];
    expect(Number(start)).toBeGreaterThan(180);

    const later = pay(xtm(3), 'while it was down');
    chain.send([later.output]);
    chain.mineBlocks(30);
    const again = await watcher.again();
    watches.push(again);
    await again.turn();
    expect((await paymentsOf(again)).map(({ memo }) => memo).sort()).toEqual(['while it was down', 'young']);

    const earlier = await watcher.again({ watchFrom: { kind: 'height', height: 0 } });
    watches.push(earlier);
    await earlier.turn();
    expect((await paymentsOf(earlier)).map(({ memo }) => memo).sort()).toEqual(['old', 'while it was down', 'young']);
    expect(await confirmedTotal(earlier)).toBe(xtm(6));
  });

  it('is the height at a time', async () => {
    const chain = new PlayChain(random, 1_700_000_000);
    chain.send([pay(xtm(1), 'before').output]);
    chain.mineBlocks(10);
    chain.send([pay(xtm(2), 'after').output]);
    chain.mineBlocks(10);
    const time = new Date((1_700_000_000 + 5 * 120) * 1000);
    const watcher = await watching([await nodeOf(chain)], { watchFrom: { kind: 'time', time } });
    await watcher.turn();
    expect((await paymentsOf(watcher)).map(({ memo }) => memo)).toEqual(['after']);
  });
});

describe('large blocks', () => {
  it('come in parts and are one block', async () => {
    const chain = new PlayChain(random);
    const node = await nodeOf(chain);
    node.change({ maxChunk: 3 });
    const paid = Array.from({ length: 20 }, (_, index) => pay(xtm(index + 1), `part ${index}`));
    chain.send(paid.map(({ output }) => output));
    chain.mine({ others: 10 });
    chain.mineBlocks(4);
    const watcher = await watching([node]);
    await watcher.turn();
    expect(await confirmedTotal(watcher)).toBe(xtm(210));
    expect((await paymentsOf(watcher)).length).toBe(20);
  });
});

it('asks nodes for whole blocks only', async () => {
  const chain = new PlayChain(random);
  const node = await nodeOf(chain);
  chain.send([pay(xtm(1), 'one').output]);
  chain.mineBlocks(5);
  const watcher = await watching([node, await nodeOf(chain)]);
  await watcher.turn();
  expect(await confirmedTotal(watcher)).toBe(xtm(1));
  const hashes = chain.blockAt(1)?.outputs.map(({ hash }) => hash) ?? [];
  for (const { path, query } of node.requests) {
    expect(path).not.toBe('/fetch_utxo');
    for (const value of Object.values(query)) expect(hashes).not.toContain(value);
  }
});
