import { hex } from '@scure/base';
import { afterEach, describe, expect, it } from 'vitest';
import { checkBooks } from '#rails/tari-chain/check/check-books.ts';
import { askNodes, type ChainReading, readChain } from '#rails/tari-chain/check/read-chain.ts';
import { createScanner } from '#rails/tari-chain/scan/scanner.ts';
import { transactionIdOf } from '#tari/chain/outputs.ts';
import type { ViewWallet } from '#tari/chain/view-wallet.ts';
import { closeEngines } from '#test/engine.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo } from '#test/fake-tari-chain/play-wallet.ts';
import { PAYER, random, SHOP, type Watch, watch, xtm } from '#test/tari-chain/watch.ts';
import { NOW } from '#test/test-wallets.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await closeEngines();
});

/** What `wallet check` reads. */
function read({ url }: FakeNode, wallet: ViewWallet = SHOP.view): Promise<ChainReading> {
  const { signal } = new AbortController();
  const ports = { urls: [url], sleep: async () => {}, signal };
  const scanner = createScanner(wallet, ports.urls, globalThis.fetch, signal);
  const asked = { ...ports, scanner, monotonicMs: () => 0, onProgress: () => {} };
  return readChain(asked, askNodes(ports), 0);
}

function check({ engine }: Watch, reading: ChainReading, paymentsAtOnce?: number) {
  const wallet = hex.encode(SHOP.view.publicViewKey);
  return checkBooks(engine.store, reading, { wallet, confirmations: 3 }, paymentsAtOnce);
}

/** A chain whose clock is that of the books. */
const newChain = () => new PlayChain(random, Math.floor(NOW.getTime() / 1000) - 3600);

async function start(chain: PlayChain): Promise<{ node: FakeNode; watcher: Watch }> {
  const node = await startFakeNode(chain);
  const watcher = await watch([node.url]);
  opened.push(watcher, node);
  return { node, watcher };
}

describe('the books of a watcher', () => {
  it('agree with the chain that it has read, however many payments there are', async () => {
    const chain = newChain();
    const pay = (amount: bigint) => payTo(SHOP.address, PAYER, { amount, text: 'order 1' }, random);
    for (let block = 1; block <= 6; block += 1) chain.mine({ outputs: [pay(xtm(block)), pay(xtm(block) + 1n)] });
    chain.mineBlocks(3);
    const { node, watcher } = await start(chain);
    await watcher.turn();
    const reading = await read(node);
    for (const paymentsAtOnce of [1, 5, 12, 13, undefined]) {
      const { chain: onChain, books, differences, notReadYet } = await check(watcher, reading, paymentsAtOnce);
      expect([differences, notReadYet, onChain.payments]).toEqual([[], 0, 12]);
      expect(books).toEqual(onChain);
      expect(onChain.confirmed).toBe(onChain.amount);
    }
  });

  it('differ by what was reorganised away and by what came instead, until the watcher has followed', async () => {
    const chain = newChain();
    chain.mineBlocks(5);
    const [gone, kept] = [1, 2].map((amount) => payTo(SHOP.address, PAYER, { amount: xtm(amount) }, random));
    if (gone === undefined || kept === undefined) throw new Error('Two payments are made');
    chain.mine({ outputs: [kept] });
    chain.mine({ outputs: [gone] });
    chain.mineBlocks(3);
    const { node, watcher } = await start(chain);
    await watcher.turn();
    chain.reorganise(4, 'forget');
    const { differences } = await check(watcher, await read(node));
    const txid = transactionIdOf(SHOP.view.publicViewKey, gone.outputHash);
    expect(differences).toEqual([
      { txid, kind: 'not_on_chain', chain: null, books: `${xtm(1)}, confirmed, in block 7` },
    ]);
    await watcher.turn();
    const after = await check(watcher, await read(node));
    // It had been confirmed, so it is left in the books for a person.
    expect(after.differences).toMatchObject([{ txid, kind: 'not_on_chain' }]);
    expect(after.chain).toEqual({ payments: 1, amount: xtm(2), confirmed: xtm(2) });
  });

  it('of another wallet say nothing of how far this one was watched', async () => {
    const chain = newChain();
    chain.mine({ outputs: [payTo(PAYER.address, SHOP, { amount: xtm(3) }, random)] });
    chain.mineBlocks(5);
    const { node, watcher } = await start(chain);
    await watcher.turn();
    const reading = await read(node, PAYER.view);
    const report = await checkBooks(watcher.engine.store, reading, {
      wallet: hex.encode(PAYER.view.publicViewKey),
      confirmations: 3,
    });
    expect([report.notReadYet, report.differences]).toMatchObject([0, [{ kind: 'missing', books: null }]]);
  });
});
