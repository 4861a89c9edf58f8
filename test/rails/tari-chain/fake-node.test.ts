import { hex } from '@scure/base';
import { afterEach, describe, expect, it } from 'vitest';
import { openOutput, refusalOf } from '#tari/chain/outputs.ts';
import { type FakeNode, type FakeNodeOptions, recordedNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import {
  type ListedBlockAnswer,
  listedOutput,
  readRecording,
  type WholeOutputAnswer,
  wholeOutput,
} from '#test/fake-tari-chain/recording.ts';
import {
  type ServedChain,
  withChangedOutput,
  withFalseOutputs,
  withoutOutputs,
} from '#test/fake-tari-chain/served-chain.ts';
import { seededRandom } from '#test/tari/arbitraries.ts';

const random = seededRandom('fake node');
const SHOP = playWallet('localnet', random);
const PAYER = playWallet('localnet', random);
const pay = (amount: bigint) => payTo(SHOP.address, PAYER, { amount }, random);
const hashOf = (output: { outputHash: Uint8Array }) => hex.encode(output.outputHash);

const nodes: FakeNode[] = [];
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
});

async function nodeOf(chain: ServedChain, options?: FakeNodeOptions): Promise<FakeNode> {
  const node = await startFakeNode(chain, options);
  nodes.push(node);
  return node;
}

interface ListAnswer {
  blocks: ListedBlockAnswer[];
  has_next_page: boolean;
  next_header_to_scan: string;
}

async function ask(node: FakeNode, path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(node.url + path);
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') || /^\d+$/.test(text) ? JSON.parse(text) : text };
}

const listPath = (start: string, limit: number, page = 0, more = 'exclude_spent=false&exclude_inputs=false') =>
  `/sync_utxos_by_block?start_header_hash=${start}&limit=${limit}&page=${page}&version=1&${more}`;

async function list(node: FakeNode, start: string, limit: number, page = 0, more?: string): Promise<ListAnswer> {
  const { status, body } = await ask(node, listPath(start, limit, page, more));
  expect(status).toBe(200);
  return body as ListAnswer;
}

/** A chain of ten blocks, a payment in each from the third on. */
function chainWithPayments(): PlayChain {
  const chain = new PlayChain(random);
  chain.mineBlocks(2);
  for (let height = 3; height <= 10; height += 1) chain.mine({ outputs: [pay(BigInt(height))] });
  return chain;
}

describe('a node that serves the recorded chain', () => {
  const recording = readRecording();

  it('answers as the real node did, block for block and output for output', async () => {
    const node = await recordedNode();
    nodes.push(node);
    expect((await ask(node, '/get_tip_info')).body).toEqual({
      ...recording.tip,
      metadata: { ...recording.tip.metadata, accumulated_difficulty: '0x42' },
    });
    const { blocks, next_header_to_scan } = await list(node, recording.header_hashes[1]!, 100);
    expect(blocks).toEqual(recording.blocks);
    expect(next_header_to_scan).toBe('');
    for (const [hash, output] of Object.entries(recording.utxos)) {
      expect((await ask(node, `/fetch_utxo?utxo=${hash}`)).body).toEqual(output);
    }
  });

  it('gives the whole outputs of a block, with its hash as numbers', async () => {
    const node = await recordedNode();
    nodes.push(node);
    const { body } = await ask(node, `/get_utxos_by_block?header_hash=${recording.header_hashes[44]}`);
    const whole = body as { header_hash: number[]; height: number; outputs: WholeOutputAnswer[] };
    expect(hex.encode(Uint8Array.from(whole.header_hash))).toBe(recording.header_hashes[44]);
    expect(whole.height).toBe(44);
    const commitments = recording.blocks[43]!.outputs.map((output) => hex.encode(listedOutput(output).commitment));
    expect(whole.outputs.map((output) => output.commitment)).toEqual(commitments);
  });

  it('links its headers, as numbers', async () => {
    const node = await recordedNode();
    nodes.push(node);
    const { body } = await ask(node, '/get_header_by_height?height=17');
    const bytes = (text: string | undefined) => [...hex.decode(text ?? '')];
    expect(body).toMatchObject({
      hash: bytes(recording.header_hashes[17]),
      prev_hash: bytes(recording.header_hashes[16]),
      height: 17,
      timestamp: recording.blocks[16]!.mined_timestamp,
    });
  });
});

describe('lists of blocks', () => {
  it('are cut by their limit, and name the block that comes next', async () => {
    const chain = chainWithPayments();
    const node = await nodeOf(chain);
    const seen: number[] = [];
    let start = chain.blockAt(0)!.hash;
    while (start !== '') {
      const { blocks, next_header_to_scan } = await list(node, start, 3);
      expect(blocks.length).toBeLessThanOrEqual(3);
      seen.push(...blocks.map((block) => block.height));
      start = next_header_to_scan;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('go on by pages, and past the last page there is an error', async () => {
    const chain = chainWithPayments();
    const node = await nodeOf(chain);
    const first = chain.blockAt(0)!.hash;
    expect((await list(node, first, 4, 2)).blocks.map((block) => block.height)).toEqual([8, 9, 10]);
    const past = await ask(node, listPath(first, 4, 3));
    expect(past).toEqual({
      status: 500,
      body: { error: 'Start header height 0 cannot be greater than the end header height 10' },
    });
  });

  it('say that there is no next page although the last block is not in them', async () => {
    const chain = chainWithPayments();
    const node = await nodeOf(chain);
    const answer = await list(node, chain.blockAt(0)!.hash, 10);
    expect(answer.blocks.at(-1)?.height).toBe(9);
    expect(answer).toMatchObject({ has_next_page: false, next_header_to_scan: chain.tip.hash });
  });

  it('end at each hundredth block, and name it again as the next one', async () => {
    const chain = new PlayChain(random);
    chain.mineBlocks(150);
    const node = await nodeOf(chain);
    const answer = await list(node, chain.blockAt(60)!.hash, 500);
    expect(answer.blocks.at(-1)?.height).toBe(100);
    expect(answer.next_header_to_scan).toBe(chain.blockAt(100)?.hash);
    expect((await list(node, answer.next_header_to_scan, 500)).blocks.at(-1)?.height).toBe(150);
  });

  it('have several entries for a block with many outputs, and stop before one that is too large', async () => {
    const chain = new PlayChain(random);
    chain.mine();
    chain.mine({ others: 5 });
    const node = await nodeOf(chain, { maxChunk: 2 });
    const all = await list(node, chain.blockAt(0)!.hash, 10);
    expect(all.blocks.map((block) => [block.height, block.outputs.length])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [2, 2],
      [2, 1],
    ]);
    chain.mine();
    const cut = await list(node, chain.blockAt(0)!.hash, 3);
    expect(cut.blocks.map((block) => block.height)).toEqual([0, 1]);
    expect(cut.next_header_to_scan).toBe(chain.blockAt(2)?.hash);
    const alone = await list(node, chain.blockAt(2)!.hash, 1);
    expect(alone.blocks).toHaveLength(3);
    expect(alone).toMatchObject({ has_next_page: true, next_header_to_scan: chain.blockAt(2)?.hash });
  });

  it('are refused for a start that is not in the chain, or not any more', async () => {
    const chain = chainWithPayments();
    const node = await nodeOf(chain);
    const gone = chain.blockAt(9)!.hash;
    chain.reorganise(3);
    const refused = { status: 404, body: { error: 'Start header hash not found' } };
    expect(await ask(node, listPath(gone, 5))).toEqual(refused);
    expect(await ask(node, listPath('ab'.repeat(32), 5))).toEqual(refused);
    expect((await ask(node, listPath('xyz', 5))).status).toBe(400);
    expect((await ask(node, listPath(chain.tip.hash, 0))).status).toBe(400);
  });

  it('leave spent outputs out only where that is asked for, and only when they were spent long ago', async () => {
    const chain = new PlayChain(random);
    const payment = pay(5n);
    chain.mine({ outputs: [payment] });
    chain.spend(hashOf(payment));
    const node = await nodeOf(chain);
    const outputsAt1 = async (more: string) =>
      (await list(node, chain.blockAt(1)!.hash, 1, 0, more)).blocks[0]?.outputs;
    expect(await outputsAt1('exclude_spent=false&exclude_inputs=true')).toHaveLength(2);
    expect(await outputsAt1('exclude_spent=true&exclude_inputs=true')).toHaveLength(2);
    node.change({ spentDepth: 0 });
    expect(await outputsAt1('exclude_spent=true&exclude_inputs=true')).toHaveLength(1);
    expect((await ask(node, `/fetch_utxo?utxo=${hashOf(payment)}`)).status).toBe(200);
    expect((await list(node, chain.tip.hash, 1)).blocks[0]?.inputs).toHaveLength(1);
    expect((await list(node, chain.tip.hash, 1, 0, 'exclude_inputs=true')).blocks[0]?.inputs).toEqual([]);
  });

  it('are lists of numbers without version=1', async () => {
    const chain = chainWithPayments();
    const node = await nodeOf(chain);
    const { body } = await ask(node, `/sync_utxos_by_block?start_header_hash=${chain.blockAt(1)!.hash}&limit=1&page=0`);
    const { blocks, next_header_to_scan } = body as {
      blocks: { header_hash: number[] }[];
      next_header_to_scan: number[];
    };
    expect(hex.encode(Uint8Array.from(blocks[0]!.header_hash))).toBe(chain.blockAt(1)?.hash);
    expect(hex.encode(Uint8Array.from(next_header_to_scan))).toBe(chain.blockAt(2)?.hash);
  });
});

describe('a node', () => {
  it('knows the height at a time, and no header above its tip', async () => {
    const chain = chainWithPayments();
    const node = await nodeOf(chain);
    const heightAt = async (time: number) => (await ask(node, `/get_height_at_time?time=${time}`)).body;
    const at4 = chain.blockAt(4)!.timestamp;
    expect(await Promise.all([at4, at4 + 119, at4 - 1, 0, at4 * 2].map(heightAt))).toEqual([4, 4, 3, 0, 10]);
    const above = await ask(node, '/get_header_by_height?height=11');
    expect(above).toEqual({ status: 404, body: { error: 'Header not found at height: 11' } });
    expect(await ask(node, `/fetch_utxo?utxo=${'ab'.repeat(32)}`)).toEqual({
      status: 404,
      body: { error: 'Output not found' },
    });
    expect((await ask(node, '/get_utxos_by_block?header_hash=12')).status).toBe(400);
    expect((await ask(node, '/anything')).status).toBe(404);
  });

  it('answers from its cache for as long as the clock says', async () => {
    let now = 0;
    const chain = new PlayChain(random);
    const node = await nodeOf(chain, { cacheMs: 60_000, now: () => now });
    const tip = async () =>
      ((await ask(node, '/get_tip_info')).body as { metadata: { best_block_height: number } }).metadata;
    expect((await tip()).best_block_height).toBe(0);
    chain.mineBlocks(2);
    now = 59_999;
    expect((await tip()).best_block_height).toBe(0);
    expect((await ask(node, '/get_header_by_height?height=2')).status).toBe(200);
    now = 60_000;
    expect((await tip()).best_block_height).toBe(2);
  });

  it('that lags knows less, and its tip can go back', async () => {
    const chain = chainWithPayments();
    const node = await nodeOf(chain, { isSynced: false });
    node.knowUpTo(4);
    const { body } = await ask(node, '/get_tip_info');
    expect(body).toMatchObject({ metadata: { best_block_height: 4 }, is_synced: false });
    expect((await ask(node, '/get_header_by_height?height=5')).status).toBe(404);
    expect((await ask(node, listPath(chain.tip.hash, 1))).status).toBe(404);
    expect((await list(node, chain.blockAt(3)!.hash, 9)).next_header_to_scan).toBe('');
  });

  it('that is pruned has no more what was spent long ago', async () => {
    const chain = new PlayChain(random);
    const [spent, kept] = [pay(1n), pay(2n)];
    chain.mine({ outputs: [spent, kept] });
    chain.spend(hashOf(spent));
    chain.mineBlocks(3);
    const node = await nodeOf(chain, { prunedHeight: 4 });
    expect((await ask(node, `/fetch_utxo?utxo=${hashOf(spent)}`)).status).toBe(404);
    expect((await ask(node, `/fetch_utxo?utxo=${hashOf(kept)}`)).status).toBe(200);
    expect((await list(node, chain.blockAt(1)!.hash, 1)).blocks[0]?.outputs).toHaveLength(2);
    expect((await ask(node, '/get_tip_info')).body).toMatchObject({ metadata: { pruned_height: 4 } });
  });

  it('can be started again where it was', async () => {
    const chain = new PlayChain(random);
    const node = await startFakeNode(chain);
    await node.close();
    await expect(fetch(node.url)).rejects.toThrow();
    const again = await nodeOf(chain, { port: node.port });
    expect(again.url).toBe(node.url);
    expect((await ask(again, '/get_tip_info')).status).toBe(200);
  });

  it('shows what a payer sent, whole enough to be judged', async () => {
    const chain = new PlayChain(random);
    const payment = payTo(SHOP.address, PAYER, { amount: 5n, maturity: 2n ** 64n - 1n }, random);
    chain.send([payment]);
    chain.mine();
    const node = await nodeOf(chain);
    const { blocks } = await list(node, chain.tip.hash, 1);
    const found = blocks[0]!.outputs.map(listedOutput).flatMap((output) => openOutput(SHOP.view, output) ?? []);
    expect(found).toMatchObject([{ kind: 'for_us', amount: 5n }]);
    const text = await (await fetch(`${node.url}/fetch_utxo?utxo=${hashOf(payment)}`)).text();
    expect(text).toContain('"maturity":18446744073709551615');
    const whole = wholeOutput(hashOf(payment), {
      ...JSON.parse(text),
      features: { output_type: 0, maturity: 2n ** 64n - 1n },
    });
    expect(whole).toMatchObject({ script: payment.script, covenant: payment.covenant, commitment: payment.commitment });
    expect(refusalOf(SHOP.view, found[0]!, whole, 1n)).toBe('locked');
  });
});

describe('a liar', () => {
  it('shows honest headers with an output of its own below them', async () => {
    const chain = chainWithPayments();
    const lie = pay(1_000_000n);
    const node = await nodeOf(withFalseOutputs(chain, 9, [lie]));
    const { body } = await ask(node, '/get_header_by_height?height=9');
    expect(hex.encode(Uint8Array.from((body as { hash: number[] }).hash))).toBe(chain.blockAt(9)?.hash);
    expect((await list(node, chain.blockAt(9)!.hash, 1)).blocks[0]?.outputs).toHaveLength(3);
    expect((await ask(node, `/fetch_utxo?utxo=${hashOf(lie)}`)).status).toBe(200);
    const honest = await nodeOf(chain);
    expect((await ask(honest, `/fetch_utxo?utxo=${hashOf(lie)}`)).status).toBe(404);
  });

  it('keeps an output back, or shows another under its hash', async () => {
    const chain = new PlayChain(random);
    const payment = pay(7n);
    chain.mine({ outputs: [payment] });
    const withholding = await nodeOf(withoutOutputs(chain, hashOf(payment)));
    expect((await list(withholding, chain.tip.hash, 1)).blocks[0]?.outputs).toHaveLength(1);
    expect((await ask(withholding, `/fetch_utxo?utxo=${hashOf(payment)}`)).status).toBe(404);
    const changing = await nodeOf(withChangedOutput(chain, hashOf(payment), pay(9n)));
    const { body } = await ask(changing, `/fetch_utxo?utxo=${hashOf(payment)}`);
    expect((body as WholeOutputAnswer).commitment).not.toBe(hex.encode(payment.commitment));
  });

  it('says anything', async () => {
    const chain = new PlayChain(random);
    const node = await nodeOf(chain);
    node.alter((path, answer) => (path === '/get_height_at_time' ? { status: 200, body: 77 } : answer));
    expect((await ask(node, '/get_height_at_time?time=1')).body).toBe(77);
    node.alter();
    expect((await ask(node, '/get_height_at_time?time=1')).body).toBe(0);
  });
});

describe('a play chain', () => {
  it('reorganises: other blocks, the same payments, and one block more', () => {
    const chain = chainWithPayments();
    const before = [8, 9, 10].map((height) => chain.blockAt(height)!.hash);
    const payment = chain.blockAt(10)!.outputs[0]!.hash;
    chain.reorganise(3);
    expect(chain.tipHeight).toBe(11);
    expect(before.map((hash) => chain.heightOf(hash))).toEqual([undefined, undefined, undefined]);
    expect(chain.outputOf(payment)?.minedAt).toBe(8);
    expect(chain.blockAt(8)?.previousHash).toBe(chain.blockAt(7)?.hash);
  });

  it('leaves payments waiting, or forgets them, when they are taken off', () => {
    const chain = chainWithPayments();
    const payment = chain.blockAt(10)!.outputs[0]!.hash;
    chain.reorganise(1, 'to_mempool');
    expect(chain.outputOf(payment)).toBeUndefined();
    expect(chain.mempool).toHaveLength(1);
    chain.mine();
    expect(chain.outputOf(payment)?.minedAt).toBe(12);
    chain.reorganise(1, 'forget');
    expect(chain.outputOf(payment)).toBeUndefined();
    expect(chain.mempool).toEqual([]);
  });

  it('takes back what was spent in a block that is gone', () => {
    const chain = chainWithPayments();
    const payment = chain.blockAt(5)!.outputs[0]!.hash;
    chain.spend(payment);
    expect(chain.outputOf(payment)?.spentAt).toBe(11);
    chain.takeOff(1, 'forget');
    expect(chain.outputOf(payment)?.spentAt).toBeUndefined();
    expect(chain.tipHeight).toBe(10);
  });

  it('forks: both go on apart', () => {
    const chain = chainWithPayments();
    const fork = chain.fork(random);
    chain.mine();
    fork.mineBlocks(3);
    expect([chain.tipHeight, fork.tipHeight]).toEqual([11, 13]);
    expect(fork.blockAt(10)).toEqual(chain.blockAt(10));
    expect(fork.blockAt(11)?.hash).not.toBe(chain.blockAt(11)?.hash);
  });
});
