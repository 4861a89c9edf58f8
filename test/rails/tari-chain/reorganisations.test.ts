import { afterEach, describe, expect, it } from 'vitest';
import { transactionIdOf } from '#tari/chain/outputs.ts';
import { closeEngines } from '#test/engine.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo } from '#test/fake-tari-chain/play-wallet.ts';
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

async function watching(chains: readonly PlayChain[], options: WatchOptions = {}): Promise<Watch> {
  const started = await Promise.all(chains.map((chain) => startFakeNode(chain)));
  nodes.push(...started);
  const watcher = await watch(
    started.map(({ url }) => url),
    options,
  );
  watches.push(watcher);
  return watcher;
}

function pay(amount: bigint, text: string) {
  const output = payTo(SHOP.address, PAYER, { amount, text }, random);
  return { output, txid: transactionIdOf(SHOP.view.publicViewKey, output.outputHash) };
}

const departuresOf = ({ engine }: Watch) =>
  engine.rows('select txid, height, returned_height from chain_departures order by id');

const warningsOf = ({ engine }: Watch) =>
  engine.log.lines.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence);

describe('a payment whose block was reorganised away', () => {
  it('is received and in no block, and comes back as the same payment with another reference', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([chain]);
    const { output, txid } = pay(xtm(5), 'one');
    chain.send([output]);
    chain.mineBlocks(3);
    await watcher.turn();
    const [before] = await paymentsOf(watcher);
    expect(before).toMatchObject({ txid, status: 'received', block_height: 1n });

    chain.reorganise(3, 'to_mempool');
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([
      { txid, status: 'received', block_height: null, payment_reference: null },
    ]);
    expect(departuresOf(watcher)).toEqual([]);

    chain.mineBlocks(4);
    await watcher.turn();
    const [after] = await paymentsOf(watcher);
    expect(after).toMatchObject({ txid, status: 'confirmed', block_height: 5n });
    expect(after?.payment_reference).not.toBe(before?.payment_reference);
    expect((await watcher.engine.eventNames()).filter((name) => name.endsWith(txid))).toEqual([
      `PaymentReceived ${txid}`,
      `PaymentConfirmed ${txid}`,
    ]);
  });

  it('that was confirmed is told to a person, takes nothing from the order, and may come back', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([chain]);
    await watcher.engine.order({ orderId: '8802', price: '5.00' });
    const { output, txid } = pay(xtm(5), 'order 8802');
    chain.send([output]);
    chain.mineBlocks(5);
    await watcher.turn();
    const statusBefore = await watcher.engine.statusOf('8802');

    chain.reorganise(5, 'to_mempool');
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'confirmed', block_height: null }]);
    expect(await watcher.engine.statusOf('8802')).toBe(statusBefore);
    expect(departuresOf(watcher)).toEqual([{ txid, height: 1n, returned_height: null }]);
    expect((await watcher.engine.events()).at(-1)).toMatchObject({ type: 'PaymentLeftTheChain', subject: txid });
    expect(warningsOf(watcher)).toContainEqual(expect.stringContaining(`Payment ${txid} was confirmed in block 1`));

    chain.mineBlocks(5);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'confirmed', block_height: 7n }]);
    expect(departuresOf(watcher)).toEqual([{ txid, height: 1n, returned_height: 7n }]);
    const confirmations = (await watcher.engine.eventNames()).filter((name) => name === `PaymentConfirmed ${txid}`);
    expect(confirmations).toHaveLength(1);
  });

  it('that only a wallet confirmed is told of as well', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([chain]);
    const { output, txid } = pay(xtm(5), 'one');
    chain.send([output]);
    chain.mineBlocks(2);
    await watcher.turn();
    await watcher.engine.confirm(txid);
    chain.reorganise(2, 'forget');
    await watcher.turn();
    expect(departuresOf(watcher)).toEqual([{ txid, height: 1n, returned_height: null }]);
  });

  it('is found again where even the first block that was read is another one', async () => {
    const chain = new PlayChain(random);
    chain.mineBlocks(10);
    const watcher = await watching([chain], { watchFrom: { kind: 'height', height: 9 } });
    chain.send([pay(xtm(5), 'one').output]);
    await watcher.turn();
    chain.reorganise(5);
    chain.mineBlocks(4);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ status: 'confirmed' }]);
  });
});

describe('a chain that was reorganised before it is read again from an earlier place', () => {
  it('has its payments where they stand now, and lists what was confirmed and is gone', async () => {
    const chain = new PlayChain(random);
    chain.mineBlocks(20);
    const before = await watching([chain], { watchFrom: { kind: 'height', height: 18 } });
    const [gone, moved] = [pay(xtm(5), 'one'), pay(xtm(7), 'two')];
    chain.send([gone.output]);
    chain.mineBlocks(6);
    await before.turn();
    chain.send([moved.output]);
    chain.mineBlocks(2);
    await before.turn();
    expect(await paymentsOf(before)).toHaveLength(2);

    chain.reorganise(8, 'forget');
    chain.send([moved.output]);
    chain.mineBlocks(5);
    const after = await before.again({ watchFrom: { kind: 'height', height: 10 } });
    watches.push(after);
    await after.turn();
    const payments = await paymentsOf(after);
    expect(payments.find(({ txid }) => txid === moved.txid)).toMatchObject({ status: 'confirmed', amount: xtm(7) });
    expect(payments.find(({ txid }) => txid === gone.txid)).toMatchObject({ status: 'confirmed', block_height: null });
    for (const { height, block_hash: hash } of after.engine.rows('select height, block_hash from chain_outputs')) {
      if (height !== null) expect(chain.blockAt(Number(height))?.hash).toBe(hash);
    }
    expect(departuresOf(after)).toMatchObject([{ txid: gone.txid, returned_height: null }]);
  });
});

describe('a node', () => {
  it('that lags takes nothing back, however far', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([chain]);
    const { output, txid } = pay(xtm(5), 'one');
    chain.send([output]);
    chain.mineBlocks(40);
    await watcher.turn();
    for (const height of [39, 20, 1, 0]) {
      nodes[0]?.knowUpTo(height);
      await watcher.turn();
      expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'confirmed', block_height: 1n }]);
    }
    expect(warningsOf(watcher)).toEqual([]);
    nodes[0]?.knowUpTo(Number.POSITIVE_INFINITY);
    chain.mine();
    await watcher.turn();
    expect(watcher.engine.rows('select max(height) as top from chain_blocks')).toEqual([{ top: 41n }]);
  });

  it('whose chain is another and shorter takes nothing back until it is as long', async () => {
    const chain = new PlayChain(random);
    const watcher = await watching([chain]);
    const { output, txid } = pay(xtm(5), 'one');
    chain.send([output]);
    chain.mineBlocks(10);
    await watcher.turn();
    chain.takeOff(10);
    for (let length = 1; length < 10; length += 1) {
      chain.mine();
      await watcher.turn();
      expect(await paymentsOf(watcher)).toMatchObject([{ txid, block_height: 1n }]);
      expect(departuresOf(watcher)).toEqual([]);
    }
    chain.mineBlocks(2);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'confirmed', block_height: 1n }]);
    expect(departuresOf(watcher)).toMatchObject([{ txid, returned_height: 1n }]);
  });

  it('with another chain altogether is of no use, and says how it can be', async () => {
    const [chain, other] = [new PlayChain(seededRandom(3)), new PlayChain(seededRandom(2))];
    chain.mineBlocks(60);
    other.mineBlocks(70);
    const watcher = await watching([chain]);
    await watcher.turn();
    await watcher.engine.store.run((tx) => tx.chain.forgetBlocksBelow(50));
    nodes[0]?.show(other);
    await watcher.turn();
    expect(warningsOf(watcher).at(-1)).toContain('TPG_WATCH_FROM');
    expect(watcher.engine.rows('select max(height) as top from chain_blocks')).toEqual([{ top: 60n }]);
  });
});

describe('reorganisations at random', () => {
  it.each([1, 2, 3])(
    'of 1 to 100 blocks leave each payment counted once (seed %i)',
    { timeout: 120_000 },
    async (seed) => {
      const chance = seededRandom(seed);
      const below = (limit: number) => ((chance(1)[0] ?? 0) * 256 + (chance(1)[0] ?? 0)) % limit;
      const chain = new PlayChain(chance);
      chain.mineBlocks(5);
      const watcher = await watching([chain]);
      let sent = 0;
      let confirmed = 0;
      for (let step = 0; step < 20; step += 1) {
        for (let count = below(3); count > 0; count -= 1) {
          sent += 1;
          chain.send([pay(BigInt(sent), `payment ${sent}`).output]);
        }
        if (below(3) === 0)
          chain.reorganise(Math.min(1 + below(100), chain.tipHeight - 1), below(4) === 0 ? 'to_mempool' : 'again');
        else chain.mineBlocks(1 + below(6));
        // Now and then several things happen between two looks.
        if (below(4) > 0) await watcher.turn();
        const total = (await paymentsOf(watcher)).filter(({ status }) => status === 'confirmed').length;
        expect(total).toBeGreaterThanOrEqual(confirmed);
        confirmed = total;
      }
      chain.mineBlocks(5);
      await watcher.turn();
      const payments = await paymentsOf(watcher);
      expect(payments).toHaveLength(sent);
      const amounts = payments.map(({ amount }) => Number(amount)).sort((a, b) => a - b);
      expect(amounts).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
      for (const { status, block_height: height, memo } of payments) {
        expect(status).toBe('confirmed');
        const block = chain.blockAt(Number(height));
        expect(block?.outputs.length, String(memo)).toBeGreaterThan(1);
      }
      expect(departuresOf(watcher).every(({ returned_height: height }) => height !== null)).toBe(true);
      // Where it stands is the chain.
      for (const { height, hash } of watcher.engine.rows('select height, hash from chain_blocks')) {
        expect(hash).toBe(chain.blockAt(Number(height))?.hash);
      }
    },
  );
});

describe('behind a cache that keeps answers for a minute', () => {
  it.each([5, 6])('each payment is counted once all the same (seed %i)', { timeout: 120_000 }, async (seed) => {
    const chance = seededRandom(seed);
    const below = (limit: number) => (chance(1)[0] ?? 0) % limit;
    const chain = new PlayChain(chance);
    let nowMs = 0;
    const node = await startFakeNode(chain, { cacheMs: 60_000, now: () => nowMs });
    nodes.push(node);
    const watcher = await watch([node.url]);
    watches.push(watcher);
    for (let step = 0; step < 40; step += 1) {
      if (below(2) === 0) chain.send([pay(BigInt(step + 1), `payment ${step}`).output]);
      if (below(6) === 0) chain.reorganise(Math.min(1 + below(8), chain.tipHeight));
      else chain.mine();
      const pauseMs = below(40) * 1_000;
      nowMs += pauseMs;
      watcher.wait(pauseMs);
      await watcher.turn();
    }
    chain.mineBlocks(5);
    for (let turn = 0; turn < 4; turn += 1) {
      nowMs += 61_000;
      watcher.wait(61_000);
      await watcher.turn();
    }
    const rows = watcher.engine.rows('select height, hash from chain_blocks');
    expect(rows.length).toBe(chain.tipHeight + 1);
    for (const { height, hash } of rows) expect(hash).toBe(chain.blockAt(Number(height))?.hash);
    const payments = await paymentsOf(watcher);
    const mined = Array.from(
      { length: chain.tipHeight + 1 },
      (_, height) => chain.blockAt(height)?.outputs ?? [],
    ).flat();
    const ours = watcher.engine.rows('select output_hash from chain_outputs').map(({ output_hash: hash }) => hash);
    expect(new Set(ours)).toEqual(new Set(mined.map(({ hash }) => hash).filter((hash) => ours.includes(hash))));
    expect(payments.every(({ status }) => status === 'confirmed')).toBe(true);
    expect(payments.length).toBeGreaterThan(10);
    expect(ours).toHaveLength(payments.length);
  });
});
