import { randomBytes } from 'node:crypto';
import { hex } from '@scure/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '#platform/cli/findings.ts';
import { foreignNode } from '#rails/tari-chain/cli/doctor.ts';
import { addressToBase58, dualAddress } from '#tari/address.ts';
import { Home } from '#test/cli/tool.ts';
import { startMempoolNode } from '#test/fake-tari-chain/mempool-node.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { type PlayWallet, payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { type WatchedShop, watchingSettings, watchOnce, withStore } from '#test/tari-chain/watched-books.ts';

const random = (length: number) => new Uint8Array(randomBytes(length));
const BLOCKS = 30;

describe('wallet doctor', { timeout: 60_000 }, () => {
  let home: Home;
  let wallet: PlayWallet;
  let chain: PlayChain;
  let nodes: FakeNode[];
  let shop: WatchedShop;
  beforeEach(async () => {
    home = new Home();
    wallet = playWallet('localnet', random);
    chain = new PlayChain(random, Math.floor(Date.now() / 1000) - BLOCKS * 120);
    chain.mineBlocks(BLOCKS);
    nodes = [await startFakeNode(chain), await startFakeNode(chain)];
    shop = { wallet: wallet.view, nodes: nodes.map(({ url }) => url) };
  });
  afterEach(async () => {
    for (const node of nodes) await node.close();
    home.remove();
  });

  const doctor = (changes: Record<string, string> = {}, more: string[] = []) =>
    home.run(['wallet', 'doctor', ...more], { environment: { ...watchingSettings(home, shop), ...changes } });
  const findings = async (changes: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await doctor(changes, ['--json']);
    expect(stdout + stderr).not.toContain(hex.encode(wallet.viewKey));
    return { code, all: JSON.parse(stdout) as Finding[] };
  };
  const failedOnes = ({ all }: { all: Finding[] }) =>
    all.filter(({ state }) => state === 'failed').map(({ check, detail }) => [check, detail]);

  it('finds nothing wrong with a server that watches', async () => {
    await watchOnce(home, shop);
    const found = await findings();
    expect(failedOnes(found)).toEqual([]);
    expect(found.code).toBe(0);
    const details = found.all.map(({ check, detail }) => `${check}: ${detail}`);
    expect(details).toEqual([
      `key: belongs to ${addressToBase58(wallet.address)}, of localnet`,
      'trust: what 2 base nodes agree on is believed',
      `node: ${nodes[0]?.url} is at block 30`,
      `node: ${nodes[1]?.url} is at block 30`,
      'agreement: the nodes have the same block at height 20',
      'reading: the server has read up to block 30, 0 behind',
      `network: ${nodes[0]?.url} has the blocks that the server has read`,
      `network: ${nodes[1]?.url} has the blocks that the server has read`,
      'start: the chain has been watched from block 0 on',
      'refused: nothing that was sent to the wallet',
    ]);
    expect((await doctor()).stdout).toContain('ok, what 2 base nodes agree on is believed');
  });

  it('says which node does not answer, lags, or is old, and that one alone confirms nothing', async () => {
    await watchOnce(home, shop);
    nodes[0]?.fail('status_503');
    const one = failedOnes(await findings());
    expect(one).toEqual([
      ['node', `${nodes[0]?.url}: It answered with status 503.`],
      ['agreement', 'fewer than two of the nodes answer'],
    ]);
    nodes[0]?.heal();
    nodes[1]?.knowUpTo(10);
    const lagging = await findings();
    expect(failedOnes(lagging)).toEqual([['node', `${nodes[1]?.url} is at block 10, 20 behind another`]]);
    expect(lagging.code).toBe(1);

    const old = await startFakeNode(new PlayChain(random, Math.floor(Date.now() / 1000) - 7300));
    nodes.push(old);
    const alone = failedOnes(await findings({ TPG_TARI_NODES: old.url }));
    expect(alone).toContainEqual(['node', expect.stringMatching(/is at block 0, which is 12[12] minutes old$/)]);
  });

  it('knows a node that is of another chain', async () => {
    await watchOnce(home, shop);
    const other = new PlayChain(random, Math.floor(Date.now() / 1000) - BLOCKS * 120);
    other.mineBlocks(BLOCKS);
    nodes[1]?.show(other);
    const found = failedOnes(await findings());
    expect(found).toEqual([
      ['agreement', expect.stringContaining('different blocks at height 20')],
      ['network', `${nodes[1]?.url} has another block at height 30 than the server has read`],
    ]);
  });

  it('knows the public node of another network by its name', () => {
    expect(foreignNode('https://rpc.tari.com', { network: 'mainnet' })).toEqual([]);
    expect(foreignNode('https://rpc.tari.com', { network: 'esmeralda' })).toMatchObject([
      { check: 'network', state: 'failed', detail: 'https://rpc.tari.com is of mainnet, and the wallet of esmeralda' },
    ]);
  });

  it('says where settings contradict each other, and never shows the key', async () => {
    const other = playWallet('localnet', random);
    const swapped = dualAddress('localnet', other.view.publicViewKey, wallet.view.spendKey, 1);
    for (const [changes, check, sentence] of [
      [{ TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(swapped) }, 'key', 'TPG_VIEW_KEY does not belong to'],
      [{ TPG_PAYMENT_WALLET_ADDRESS: '' }, 'key', 'must be a dual address'],
      [{ TPG_TARI_NODES: '' }, 'key', 'TPG_TARI_NODES is missing'],
      [{ TPG_TARI_NODES: 'rpc.tari.com' }, 'settings', 'TPG_TARI_NODES must be'],
      [{ TPG_VIEW_KEY: `${hex.encode(wallet.viewKey)}0` }, 'key', 'TPG_VIEW_KEY must be'],
      [{ TPG_TARINODES: 'http://a:1' }, 'settings', '"TPG_TARINODES" is no setting'],
    ] as const) {
      const found = await findings(changes);
      expect([found.code, failedOnes(found)[0]]).toEqual([1, [check, expect.stringContaining(sentence)]]);
      expect(found.all.every(({ state, advice }) => state !== 'failed' || advice !== null)).toBe(true);
    }
  });

  it('says that one node alone is believed, and that nothing is watched', async () => {
    await watchOnce(home, shop);
    const { all, code } = await findings({ TPG_TARI_NODES: nodes[0]?.url ?? '' });
    expect(code).toBe(0);
    expect(all.find(({ check }) => check === 'trust')).toMatchObject({
      state: 'ok',
      detail: 'one base node is asked, and what it says is believed',
      advice: expect.stringContaining('second node'),
    });
    const off = await findings({ TPG_VIEW_KEY: '', TPG_TARI_NODES: '' });
    expect([off.code, off.all]).toMatchObject([0, [{ check: 'watcher', state: 'ok' }]]);
  });

  it('says how far behind the server is, and that it asks no node any more', async () => {
    await watchOnce(home, shop);
    chain.mineBlocks(7);
    expect(failedOnes(await findings())).toEqual([['reading', 'the server has read up to block 30, 7 behind']]);
    await withStore(home, (store) => store.run((tx) => tx.chain.noteChecked(30, new Date(Date.now() - 3 * 3_600_000))));
    expect(failedOnes(await findings())).toEqual([
      ['reading', 'the server has read up to block 30, 7 behind; a node last answered it 180 minutes ago'],
    ]);
  });

  it('needs books that a server has begun', async () => {
    const { code, all } = await findings();
    expect([code, all.at(-1)]).toMatchObject([
      1,
      { check: 'books', state: 'failed', advice: 'Start the server once: it makes and updates it.' },
    ]);
    await withStore(home, async () => {});
    expect((await findings()).all.at(-1)).toMatchObject({ check: 'reading', state: 'skipped' });
  });

  it('says that the books were read for another wallet', async () => {
    await watchOnce(home, { ...shop, wallet: playWallet('localnet', random).view });
    expect(failedOnes(await findings())).toEqual([
      ['reading', 'the server has read the chain for another wallet until now'],
    ]);
  });

  it('tells of money that lies, and of confirmed payments that left the chain', async () => {
    const payer = playWallet('localnet', random);
    const pay = (lie?: 'locked' | 'covenant') =>
      payTo(wallet.address, payer, { amount: 5_000_000n, ...(lie && { lie }) }, random);
    chain.mine({ outputs: [pay('locked'), pay('covenant'), pay('covenant'), pay()] });
    chain.mineBlocks(4);
    await watchOnce(home, shop);
    const lies = await findings();
    expect([lies.code, lies.all.find(({ check }) => check === 'refused')?.detail]).toEqual([
      0,
      expect.stringMatching(/^sent to the wallet, and no payment: (?=.*2 with a covenant)(?=.*1 with a lock)/),
    ]);
    chain.reorganise(5, 'forget');
    await watchOnce(home, shop);
    expect(failedOnes(await findings())).toEqual([
      ['left the chain', 'confirmed payments that left the chain and did not come back: 1'],
    ]);
  });

  it('looks into the mempool of the node of one’s own, and says when it may not', async () => {
    await watchOnce(home, shop);
    const mempool = await startMempoolNode(chain);
    try {
      const payer = playWallet('localnet', random);
      chain.send([payTo(wallet.address, payer, { amount: 5_000_000n }, random)]);
      const settings = { TPG_TARI_NODE_GRPC: mempool.target };
      const seen = await findings(settings);
      expect(seen.all.find(({ check }) => check === 'mempool')).toMatchObject({
        state: 'ok',
        detail: `${mempool.target} shows its mempool; payments for us in it: 1`,
      });
      mempool.fail('not_allowed');
      expect(failedOnes(await findings(settings))).toEqual([['mempool', expect.stringContaining(mempool.target)]]);
    } finally {
      mempool.close();
    }
  });

  it('asks the nodes of a start that has not come yet', async () => {
    await watchOnce(home, shop);
    expect(failedOnes(await findings({ TPG_WATCH_FROM: '1000' }))).toEqual([
      ['start', 'TPG_WATCH_FROM is block 1000, above the tip'],
    ]);
  });
});
