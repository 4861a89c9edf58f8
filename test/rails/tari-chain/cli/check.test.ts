import { randomBytes } from 'node:crypto';
import { hex } from '@scure/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { viewWallet } from '#tari/chain/view-wallet.ts';
import { Home } from '#test/cli/tool.ts';
import { type FakeNode, recordedNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { readRecording } from '#test/fake-tari-chain/recording.ts';
import { recordedChain, withoutOutputs } from '#test/fake-tari-chain/served-chain.ts';
import { type WatchedShop, watchingSettings, watchOnce } from '#test/tari-chain/watched-books.ts';

const recording = readRecording();
const WALLET = viewWallet('localnet', hex.decode(recording.view_private_key), hex.decode(recording.public_spend_key));
const paid = recording.expected.filter(
  ({ way, output_type: type, maturity, height }) => way === 'diffie_hellman' && type === 0 && maturity <= height,
);
const sumOf = (some: typeof paid) => some.reduce((sum, { amount }) => sum + BigInt(amount), 0n);

describe('wallet check', { timeout: 60_000 }, () => {
  let home: Home;
  let node: FakeNode;
  let shop: WatchedShop;
  beforeEach(async () => {
    home = new Home();
    node = await recordedNode();
    shop = { wallet: WALLET, nodes: [node.url] };
  });
  afterEach(async () => {
    await node.close();
    home.remove();
  });

  const check = (more: string[] = [], changes: Record<string, string> = {}) =>
    home.run(['wallet', 'check', ...more], { environment: { ...watchingSettings(home, shop), ...changes } });
  const report = async (more: string[] = [], changes: Record<string, string> = {}) => {
    const finished = await check([...more, '--json'], changes);
    return { ...finished, report: JSON.parse(finished.stdout) };
  };

  it('finds that chain and books agree, payment by payment and in both sums', async () => {
    await watchOnce(home, shop);
    const { code, report: found, stderr } = await report();
    const sums = { payments: paid.length, amount: Number(sumOf(paid)) };
    const deep = paid.filter(({ height }) => 65 - height >= 3);
    expect(paid.length).toBeGreaterThan(5);
    expect(found).toMatchObject({
      from: 0,
      to: 65,
      notReadYet: 0,
      chain: { ...sums, confirmed: Number(sumOf(deep)) },
      books: { ...sums, confirmed: Number(sumOf(deep)) },
      differences: [],
    });
    expect([code, stderr]).toEqual([0, '']);
    expect((await check()).stdout).toContain('The books agree with the chain.');
  });

  it('finds what the books lack, and ends with 1', async () => {
    const [hidden] = paid;
    node.show(withoutOutputs(recordedChain(recording), hidden?.output_hash ?? ''));
    await watchOnce(home, shop);
    node.show(recordedChain(recording));
    const { code, report: found, stderr } = await report();
    expect([code, stderr]).toEqual([1, expect.stringContaining('The books differ from the chain.')]);
    expect(found.differences).toEqual([{ txid: hidden?.tx_id, kind: 'missing', chain: hidden?.amount, books: null }]);
    expect(found.chain.amount - found.books.amount).toBe(Number(hidden?.amount));
    expect((await check()).stdout).toMatch(new RegExp(`${hidden?.tx_id} +not in the books`));
  });

  it('finds what the chain lacks', async () => {
    await watchOnce(home, shop);
    const hidden = paid[1];
    node.show(withoutOutputs(recordedChain(recording), hidden?.output_hash ?? ''));
    const { code, report: found } = await report();
    expect(code).toBe(1);
    expect(found.differences).toEqual([
      {
        txid: hidden?.tx_id,
        kind: 'not_on_chain',
        chain: null,
        books: `${hidden?.amount}, confirmed, in block ${hidden?.height}`,
      },
    ]);
  });

  it('compares no payment in a block that the server has not read yet', async () => {
    const last = paid.at(-1)?.height ?? 0;
    node.knowUpTo(last - 1);
    await watchOnce(home, shop);
    node.knowUpTo(Number.POSITIVE_INFINITY);
    const { code, report: found } = await report();
    expect([code, found.notReadYet, found.differences]).toEqual([0, 1, []]);
  });

  it('reads from a height on, and says where there is no such block', async () => {
    await watchOnce(home, shop);
    const from = paid[2]?.height ?? 0;
    const { report: found } = await report(['--from', String(from)]);
    expect([found.from, found.chain.payments, found.differences]).toEqual([
      from,
      paid.filter(({ height }) => height >= from).length,
      [],
    ]);
    const beyond = await check(['--from', '66']);
    expect([beyond.code, beyond.stderr]).toEqual([1, 'No base node has a block at height 66 yet.\n']);
  });

  it('goes on with the next node where one is of no use', async () => {
    await watchOnce(home, shop);
    const other = await recordedNode();
    try {
      other.fail('garbage', '/sync_utxos_by_block');
      shop = { ...shop, nodes: [other.url, node.url] };
      const { code, report: found } = await report();
      expect([code, found.chain.payments, found.differences]).toEqual([0, paid.length, []]);
    } finally {
      await other.close();
    }
  });

  it('says of each node why it is of no use, and shows no key', async () => {
    await watchOnce(home, shop);
    node.fail('status_503');
    const { code, stdout, stderr } = await check(['--from', '1']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`No base node is usable. ${node.url}: It answered with status 503.\n`);
    expect(stdout + stderr).not.toContain(recording.view_private_key);
  });

  it('needs a server that watches', async () => {
    const { code, stderr } = await check([], { TPG_VIEW_KEY: '', TPG_TARI_NODES: '' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('taritools wallet keys')]);
    const contradiction = await check([], { TPG_VIEW_KEY: 'a'.repeat(63) });
    expect([contradiction.code, contradiction.stderr]).toEqual([2, expect.stringContaining('TPG_VIEW_KEY must be')]);
    expect(contradiction.stderr).not.toContain('aaa');
  });

  it('leaves lies out of the sums, and counts them', async () => {
    const random = (length: number) => new Uint8Array(randomBytes(length));
    const wallet = playWallet('localnet', random);
    const payer = playWallet('localnet', random);
    const chain = new PlayChain(random);
    const own = await startFakeNode(chain);
    try {
      shop = { wallet: wallet.view, nodes: [own.url] };
      chain.mine({ outputs: [payTo(wallet.address, payer, { amount: 5_000_000n, text: 'order 1' }, random)] });
      chain.mine({ outputs: [payTo(wallet.address, payer, { amount: 7_000_000n, lie: 'locked' }, random)] });
      chain.mineBlocks(4);
      await watchOnce(home, shop);
      const { code, report: found } = await report();
      expect([code, found.refused, found.chain.amount, found.differences]).toEqual([0, 1, 5_000_000, []]);
    } finally {
      await own.close();
    }
  });
});
