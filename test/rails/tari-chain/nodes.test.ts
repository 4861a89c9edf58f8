import { hex } from '@scure/base';
import { afterEach, describe, expect, it } from 'vitest';
import { KEPT_BLOCKS } from '#rails/tari-chain/chain-books.ts';
import { transactionIdOf } from '#tari/chain/outputs.ts';
import { closeEngines } from '#test/engine.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import type { NodeFault } from '#test/fake-tari-chain/node-faults.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo } from '#test/fake-tari-chain/play-wallet.ts';
import type { ServedChain } from '#test/fake-tari-chain/served-chain.ts';
import { servedOutput } from '#test/fake-tari-chain/served-chain.ts';
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

async function nodeOf(chain: ServedChain): Promise<FakeNode> {
  const node = await startFakeNode(chain);
  nodes.push(node);
  return node;
}

async function watching(watched: readonly FakeNode[], options: WatchOptions = {}): Promise<Watch> {
  const watcher = await watch(
    watched.map(({ url }) => url),
    options,
  );
  watches.push(watcher);
  return watcher;
}

function pay(amount: bigint, text: string) {
  const output = payTo(SHOP.address, PAYER, { amount, text }, random);
  return { output, txid: transactionIdOf(SHOP.view.publicViewKey, output.outputHash) };
}

const warningsOf = ({ engine }: Watch) =>
  engine.log.lines.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence);

const statusesOf = async (watcher: Watch) => (await paymentsOf(watcher)).map(({ status }) => status);

/** The chain as a liar shows it: with an output of his own in a block whose hash is the honest one. */
function withOutput(chain: ServedChain, height: number, output: ReturnType<typeof payTo>): ServedChain {
  const planted = servedOutput(output);
  return {
    get tipHeight() {
      return chain.tipHeight;
    },
    blockAt(at) {
      const block = chain.blockAt(at);
      return block && at === height ? { ...block, outputs: [...block.outputs, planted] } : block;
    },
    heightOf: (hash) => chain.heightOf(hash),
    outputOf: (hash) =>
      hash === planted.hash ? { output: planted, minedAt: height, spentAt: undefined } : chain.outputOf(hash),
  };
}

/** The chain as one shows it that keeps a payment to the shop to itself. */
function without(chain: ServedChain, txid: string): ServedChain {
  const isHidden = (hash: string) => transactionIdOf(SHOP.view.publicViewKey, hex.decode(hash)) === txid;
  return {
    get tipHeight() {
      return chain.tipHeight;
    },
    blockAt(height) {
      const block = chain.blockAt(height);
      return block && { ...block, outputs: block.outputs.filter(({ hash }) => !isHidden(hash)) };
    },
    heightOf: (hash) => chain.heightOf(hash),
    outputOf: (hash) => (isHidden(hash) ? undefined : chain.outputOf(hash)),
  };
}

/** Watches two nodes, of which the second is away until this many batches of blocks have been read. */
async function watchingWhileAway(followed: FakeNode, other: FakeNode, batches: number): Promise<Watch> {
  other.fail('drop');
  let reads = 0;
  const watcher: Watch = await watching([followed, other], {
    scan: (real) => ({
      ...real,
      async scan(...given) {
        const blocks = await real.scan(...given);
        reads += 1;
        if (reads === batches) {
          other.heal();
          watcher.wait(600_000);
        }
        return blocks;
      },
    }),
  });
  return watcher;
}

/** Takes turns, each after a pause. */
async function turns(watcher: Watch, count: number, pauseMs: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    watcher.wait(pauseMs);
    await watcher.turn();
  }
}

describe('several nodes', () => {
  it('confirm a payment that all have', async () => {
    const chain = new PlayChain(random);
    chain.send([pay(xtm(5), 'one').output]);
    chain.mineBlocks(5);
    const watcher = await watching([await nodeOf(chain), await nodeOf(chain), await nodeOf(chain)]);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
    expect(warningsOf(watcher)).toEqual([]);
  });

  it('do not confirm what a liar planted below an honest header, whoever is asked first', async () => {
    for (const liarIsFirst of [true, false]) {
      const chain = new PlayChain(random);
      const honest = pay(xtm(5), 'honest');
      chain.send([honest.output]);
      chain.mineBlocks(8);
      const liar = await nodeOf(withOutput(chain, 2, pay(xtm(500), 'lie').output));
      const node = await nodeOf(chain);
      const watcher = await watching(liarIsFirst ? [liar, node] : [node, liar]);
      for (let turn = 0; turn < 3; turn += 1) {
        await watcher.turn();
        watcher.wait(60_000);
        chain.mine();
      }
      const confirmed = (await paymentsOf(watcher)).filter(({ status }) => status === 'confirmed');
      expect(confirmed.map(({ memo }) => memo)).toEqual(['honest']);
      if (liarIsFirst) {
        const said = warningsOf(watcher).filter((sentence) => sentence.includes('does not have it'));
        expect(said).toHaveLength(1);
        expect(said[0]).toContain(node.url);
      }
    }
  });

  it('do not confirm what a liar planted after it is configured alone no more', async () => {
    const chain = new PlayChain(random);
    chain.mineBlocks(2);
    const liar = await nodeOf(withOutput(chain, 2, pay(xtm(500), 'lie').output));
    const node = await nodeOf(chain);
    const watcher = await watching([liar], { confirmations: 100 });
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['received']);
    chain.mineBlocks(8);
    const again = await watch([node.url], { engine: watcher.engine });
    watches.push(again);
    await again.turn();
    expect(await statusesOf(again)).toEqual(['received']);
  });

  it('find what one of them keeps to itself, and confirm it when it does not any more', async () => {
    const chain = new PlayChain(random);
    const { output, txid } = pay(xtm(5), 'one');
    chain.send([output]);
    chain.mineBlocks(8);
    const [liar, node] = [await nodeOf(without(chain, txid)), await nodeOf(chain)];
    const watcher = await watching([liar, node]);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'received', block_height: 1n }]);
    expect(warningsOf(watcher)).toEqual([
      expect.stringContaining('list different outputs in block 1'),
      expect.stringContaining(`${liar.url} does not have it`),
    ]);
    liar.show(chain);
    watcher.wait(60_000);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
  });

  it.each([
    ['is behind', (node: FakeNode) => node.knowUpTo(0), (node: FakeNode) => node.knowUpTo(Number.POSITIVE_INFINITY)],
    ['does not answer', (node: FakeNode) => node.fail('drop'), (node: FakeNode) => node.heal()],
  ] as const)(
    'find what the one that is followed keeps to itself, also where the other one %s when it is read',
    async (_what, lag, catchUp) => {
      const chain = new PlayChain(random);
      const { output, txid } = pay(xtm(5), 'one');
      chain.mine();
      chain.send([output]);
      chain.mineBlocks(3);
      const [liar, node] = [await nodeOf(without(chain, txid)), await nodeOf(chain)];
      lag(node);
      const watcher = await watching([liar, node]);
      await watcher.turn();
      expect(await paymentsOf(watcher)).toEqual([]);
      chain.mineBlocks(3);
      catchUp(node);
      await turns(watcher, 2, 120_000);
      expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'received', block_height: 2n }]);
      liar.show(chain);
      watcher.wait(60_000);
      await watcher.turn();
      expect(await statusesOf(watcher)).toEqual(['confirmed']);
    },
  );

  it('find what the one that is followed keeps to itself, also deeper than blocks are kept', async () => {
    const chain = new PlayChain(random);
    const { output, txid } = pay(xtm(5), 'one');
    chain.mine();
    chain.send([output]);
    chain.mineBlocks(KEPT_BLOCKS + 100);
    const [liar, node] = [await nodeOf(without(chain, txid)), await nodeOf(chain)];
    // The other one is away only while the first blocks of a long reading are asked for.
    const watcher = await watchingWhileAway(liar, node, 1);
    await turns(watcher, 20, 120_000);
    expect(watcher.engine.rows('select min(height) as height from chain_blocks')).not.toEqual([{ height: 2n }]);
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'received', block_height: 2n }]);
    liar.show(chain);
    watcher.wait(60_000);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
  });

  it('find what it keeps to itself behind blocks that were replaced and are too deep by now', async () => {
    const chain = new PlayChain(random);
    chain.mineBlocks(4);
    const [liar, node] = [await nodeOf(chain), await nodeOf(chain)];
    // Away for the first blocks, and for the first after those were replaced.
    const watcher = await watchingWhileAway(liar, node, 2);
    await watcher.turn();
    const { output, txid } = pay(xtm(5), 'one');
    const other = chain.fork(seededRandom(9));
    other.takeOff(2, 'forget');
    // More than one turn compares lie before it.
    other.mineBlocks(150);
    other.send([output]);
    other.mineBlocks(KEPT_BLOCKS + 100);
    liar.show(without(other, txid));
    node.show(other);
    await turns(watcher, 20, 120_000);
    expect(watcher.engine.rows('select min(height) as height from chain_blocks')).not.toEqual([{ height: 3n }]);
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'received', block_height: 153n }]);
  });

  it('look back at no block that was replaced meanwhile', async () => {
    const chain = new PlayChain(random);
    const { output, txid } = pay(xtm(5), 'one');
    chain.mineBlocks(2);
    chain.send([output]);
    chain.mine();
    const [liar, node] = [await nodeOf(without(chain, txid)), await nodeOf(chain)];
    node.knowUpTo(0);
    const watcher = await watching([liar, node]);
    await watcher.turn();
    const other = chain.fork(seededRandom(9));
    other.takeOff(2, 'forget');
    other.mineBlocks(4);
    liar.show(other);
    node.show(other);
    node.knowUpTo(Number.POSITIVE_INFINITY);
    await turns(watcher, 3, 60_000);
    expect(await paymentsOf(watcher)).toEqual([]);
    expect(watcher.engine.rows('select max(height) as height from chain_blocks')).toEqual([
      { height: BigInt(other.tipHeight) },
    ]);
  });

  it('confirm nothing until two answer', async () => {
    const chain = new PlayChain(random);
    chain.send([pay(xtm(5), 'one').output]);
    chain.mineBlocks(5);
    const [first, second] = [await nodeOf(chain), await nodeOf(chain)];
    second.fail('drop');
    const watcher = await watching([first, second]);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['received']);
    second.heal();
    watcher.wait(600_000);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
  });

  it('confirm without one that does not answer, where two others do', async () => {
    const chain = new PlayChain(random);
    chain.send([pay(xtm(5), 'one').output]);
    chain.mineBlocks(5);
    const [first, second, third] = [await nodeOf(chain), await nodeOf(chain), await nodeOf(chain)];
    first.fail('status_502');
    const watcher = await watching([first, second, third]);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
    expect(warningsOf(watcher)).toEqual([expect.stringContaining(first.url)]);
  });

  it('wait for one that is behind', async () => {
    const chain = new PlayChain(random);
    chain.mine();
    const [first, behind] = [await nodeOf(chain), await nodeOf(chain)];
    chain.send([pay(xtm(5), 'one').output]);
    chain.mineBlocks(5);
    behind.knowUpTo(1);
    const watcher = await watching([behind, first]);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['received']);
    behind.knowUpTo(Number.POSITIVE_INFINITY);
    watcher.wait(60_000);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
  });

  it('that are on two branches take nothing back and confirm nothing above, until they agree', async () => {
    const chain = new PlayChain(random);
    const { output, txid } = pay(xtm(5), 'one');
    chain.send([output]);
    chain.mineBlocks(5);
    const [first, second] = [await nodeOf(chain), await nodeOf(chain)];
    const watcher = await watching([first, second]);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);

    const other = chain.fork(seededRandom(9));
    other.takeOff(5, 'forget');
    other.mineBlocks(8);
    first.show(other);
    const later = pay(xtm(6), 'two');
    other.send([later.output]);
    other.mineBlocks(5);
    await watcher.turn();
    watcher.wait(60_000);
    await watcher.turn();
    expect(await paymentsOf(watcher)).toMatchObject([{ txid, status: 'confirmed', block_height: 1n }]);
    expect(warningsOf(watcher).filter((sentence) => sentence.includes('until they agree'))).toHaveLength(1);

    second.show(other);
    watcher.wait(60_000);
    await watcher.turn();
    expect(watcher.engine.rows('select txid from chain_departures')).toEqual([{ txid }]);
    expect(await paymentsOf(watcher)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ txid, status: 'confirmed', block_height: null }),
        expect.objectContaining({ txid: later.txid, status: 'confirmed' }),
      ]),
    );
  });
});

const FAULTS: readonly NodeFault[] = [
  'drop',
  'status_500',
  'status_503',
  'status_404',
  'status_200',
  'html',
  'garbage',
  'empty',
  'truncated',
  'truncated_whole',
  'wrong_types',
  'nulls',
  'endless_space',
  'endless_blocks',
  'gzip_bomb',
  'deep',
  'absurd_numbers',
  'redirect',
];
const PATHS = ['/get_tip_info', '/get_header_by_height', '/sync_utxos_by_block', '/get_utxos_by_block'];

describe('a node that misbehaves', () => {
  it.each(FAULTS)('by %s costs nothing but time, wherever it does', { timeout: 120_000 }, async (fault) => {
    const chain = new PlayChain(random);
    const node = await nodeOf(chain);
    const watcher = await watching([node]);
    let sent = 0;
    for (const path of PATHS) {
      sent += 1;
      chain.send([pay(xtm(sent), `payment ${sent}`).output]);
      chain.mineBlocks(1);
      node.fail(fault, path);
      await watcher.turn();
      watcher.wait(1_000);
      await watcher.turn();
      const known = await paymentsOf(watcher);
      expect(known.every(({ status }) => status !== 'cancelled')).toBe(true);
      node.heal();
      watcher.wait(120_000);
      chain.mineBlocks(4);
      await watcher.turn();
      expect(await statusesOf(watcher)).toEqual(Array.from({ length: sent }, () => 'confirmed'));
    }
    const total = (await paymentsOf(watcher)).reduce((sum, { amount }) => sum + (amount as bigint), 0n);
    expect(total).toBe(xtm(10));
    expect(watcher.engine.rows('select count(*) as count from chain_departures')).toEqual([{ count: 0n }]);
  });

  it.each(['hang', 'hang_in_body', 'drip'] as NodeFault[])(
    'by %s is not waited for where another answers',
    { timeout: 120_000 },
    async (fault) => {
      const chain = new PlayChain(random);
      const [first, second, third] = [await nodeOf(chain), await nodeOf(chain), await nodeOf(chain)];
      chain.send([pay(xtm(1), 'one').output]);
      chain.mineBlocks(5);
      first.fail(fault);
      const watcher = await watching([first, second, third]);
      const startedAt = Date.now();
      await watcher.turn();
      expect(Date.now() - startedAt).toBeLessThan(9_000);
      expect(await statusesOf(watcher)).toEqual(['confirmed']);
      first.heal();
    },
  );

  it('gives way to the next one, with a sentence when that begins and one when it is over', async () => {
    const chain = new PlayChain(random);
    const [first, second] = [await nodeOf(chain), await nodeOf(chain)];
    chain.send([pay(xtm(1), 'one').output]);
    chain.mineBlocks(5);
    first.fail('garbage', '/sync_utxos_by_block');
    const watcher = await watching([first, second]);
    for (let turn = 0; turn < 6; turn += 1) {
      await watcher.turn();
      watcher.wait(700);
    }
    expect((await statusesOf(watcher)).length).toBe(1);
    first.heal();
    await turns(watcher, 3, 70_000);
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
    const said = watcher.engine.log.lines.filter(({ sentence }) => sentence.includes(first.url));
    expect(said.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('with a flood of small values is stopped before they fill the memory', { timeout: 60_000 }, async () => {
    const chain = new PlayChain(random);
    chain.send([pay(xtm(1), 'one').output]);
    chain.mineBlocks(5);
    const node = await nodeOf(chain);
    const flood = { status: 200, body: { blocks: Array.from({ length: 1_000_001 }, () => 1) } };
    node.alter((path, answer) => (path === '/sync_utxos_by_block' ? flood : answer));
    const watcher = await watching([node]);
    await watcher.turn();
    expect(watcher.status().nodes[0]?.trouble?.sentence).toBe('Its answer holds more than 1000000 values.');
    node.alter();
    watcher.wait(120_000);
    await watcher.turn();
    expect(await statusesOf(watcher)).toEqual(['confirmed']);
  });

  it('has pauses that grow', async () => {
    const node = await nodeOf(new PlayChain(random));
    node.fail('status_500');
    const watcher = await watching([node]);
    for (let second = 0; second < 600; second += 1) {
      await watcher.turn();
      watcher.wait(1_000);
    }
    expect(node.requests.length).toBeLessThan(30);
    expect(node.requests.length).toBeGreaterThan(8);
  });
});
