import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askNodes, type ReadPorts, type ReadProgress, readChain } from '#rails/tari-chain/check/read-chain.ts';
import { createScanner } from '#rails/tari-chain/scan/scanner.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';

/** Chance that is the same each time, and never the same twice in one run. */
let state = 7;
const random = (length: number) =>
  Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });

const SHOP = playWallet('localnet', random);
const PAYER = playWallet('localnet', random);
const payment = (amount: bigint) => payTo(SHOP.address, PAYER, { amount, text: 'order 1' }, random);

describe('reading the chain for a check', () => {
  let chain: PlayChain;
  let node: FakeNode;
  let pausesMs: number[];
  let progress: ReadProgress[];
  beforeEach(async () => {
    chain = new PlayChain(random);
    node = await startFakeNode(chain);
    pausesMs = [];
    progress = [];
  });
  afterEach(() => node.close());

  const read = (from = 0, { urls = [node.url], onPause = () => {}, signal = new AbortController().signal } = {}) => {
    const ports: ReadPorts = {
      scanner: createScanner(SHOP.view, urls, globalThis.fetch, signal),
      urls,
      sleep: async (milliseconds) => {
        pausesMs.push(milliseconds);
        onPause();
      },
      monotonicMs: () => performance.now(),
      signal,
      onProgress: (now) => progress.push(now),
    };
    return readChain(ports, askNodes(ports), from);
  };

  it('reads every block up to the tip, and says how far it has come', async () => {
    for (let index = 1n; index <= 60n; index += 1n) chain.mine({ outputs: index % 20n === 0n ? [payment(index)] : [] });
    const { from, to, found, outputs, fromTime } = await read(1);
    expect([from, to, outputs, found.map(({ height, amount }) => [height, amount])]).toEqual([
      1,
      60,
      63,
      [
        [20, 20n],
        [40, 40n],
        [60, 60n],
      ],
    ]);
    expect(fromTime.getTime()).toBe((chain.blockAt(1)?.timestamp ?? 0) * 1000);
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.at(-1)).toMatchObject({ from: 1, height: 60, tip: 60, outputs: 63, found: 3, timeLeftMs: 0 });
  });

  it('follows a chain that is reorganised while it is read', async () => {
    chain.mineBlocks(20);
    chain.mine({ outputs: [payment(1n)] });
    chain.mineBlocks(9);
    let asked = 0;
    node.alter((path, answer) => {
      asked += path === '/get_tip_info' ? 1 : 0;
      // Behind the first batch of blocks, the last ten of the chain are replaced; the payment is in another block then.
      if (path === '/sync_utxos_by_block' && asked === 1) {
        asked += 1;
        chain.reorganise(10);
      }
      return answer;
    });
    const { to, found } = await read();
    expect(to).toBe(31);
    const at = Array.from({ length: 32 }, (_, height) => height).find((height) =>
      chain.blockAt(height)?.outputs.some((output) => output.hash === found[0]?.outputHash),
    );
    expect(found.map(({ height, amount }) => [height, amount])).toEqual([[at, 1n]]);
  });

  it('waits for a node that has answered before, and goes on where it was', async () => {
    chain.mine({ outputs: [payment(1n)] });
    chain.mineBlocks(59);
    node.failNext(3, 'drop', '/sync_utxos_by_block');
    const { to, found } = await read();
    expect([to, found.length]).toEqual([60, 1]);
    expect(pausesMs).toEqual([1000, 2000, 4000]);
  });

  it('gives up after some minutes, and soon where no node has ever answered', async () => {
    chain.mineBlocks(60);
    node.fail('garbage', '/sync_utxos_by_block');
    await expect(read()).rejects.toThrow(`No base node is usable. ${node.url}: Its answer is not JSON.`);
    expect(pausesMs).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]);
    pausesMs = [];
    node.fail('garbage');
    await expect(read()).rejects.toThrow('No base node is usable.');
    expect(pausesMs).toEqual([1000]);
  });

  it('ends when it is told to', async () => {
    chain.mineBlocks(60);
    const ending = new AbortController();
    node.fail('drop', '/sync_utxos_by_block');
    const reading = read(0, { signal: ending.signal, onPause: () => ending.abort() });
    await expect(reading).rejects.toThrow('Reading the chain was aborted.');
  });
});
