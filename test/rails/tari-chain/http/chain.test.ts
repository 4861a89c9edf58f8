import { hex } from '@scure/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressToBase58 } from '#tari/address.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo } from '#test/fake-tari-chain/play-wallet.ts';
import { ADMIN, errorOf, eventually, startServer, type TestServer } from '#test/server.ts';
import { PAYER, random, SHOP, xtm } from '#test/tari-chain/watch.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

let node: FakeNode;
let server: TestServer;
let chain: PlayChain;

beforeEach(async () => {
  chain = new PlayChain(random);
  node = await startFakeNode(chain);
});

afterEach(async () => {
  await server.close();
  await node.close();
});

const watching = () => ({
  TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(SHOP.address),
  TPG_VIEW_KEY: hex.encode(SHOP.viewKey),
  TPG_TARI_NODES: node.url,
  TPG_WATCH_FROM: '0',
  TPG_METRICS: 'on',
});

describe('a server that watches the chain', () => {
  it('shows how it does, what it refused and what left the chain', { timeout: 60_000 }, async () => {
    const made = payTo(SHOP.address, PAYER, { amount: xtm(5), text: 'paid' }, random);
    const lie = payTo(SHOP.address, PAYER, { amount: xtm(9), text: 'a lie', lie: 'more_than_committed' }, random);
    chain.send([made, lie]);
    chain.mineBlocks(5);
    server = await startServer({ start: true, hotWallet: false, settings: watching() });
    const token = await server.logIn(ADMIN, 'read_all');
    const get = async (path: string) => (await server.get(path, { token })).json;
    await eventually(
      async () => expect(await get('/api/chain')).toMatchObject({ height: 5, payments_found: 1 }),
      20_000,
    );
    expect(await get('/api/chain')).toEqual({
      state: 'watching',
      height: 5,
      node_height: 5,
      blocks_behind: 0,
      last_answer_at: expect.any(String),
      seconds_left: null,
      outputs_seen: 7,
      payments_found: 1,
      nodes: [{ url: node.url, height: 5, last_answer_at: expect.any(String), trouble: null }],
    });
    expect(await get('/api/chain/refused')).toMatchObject([
      { reason: 'wrong_value', claimed_amount: Number(xtm(9)) + 1, memo: 'a lie', block_height: 1 },
    ]);
    expect(await get('/api/chain/refused?after=1')).toEqual([]);
    expect(await get('/api/chain/left')).toEqual([]);
    expect((await get('/health/ready')).chain).toMatchObject({ state: 'watching', height: 5, blocks_behind: 0 });

    chain.reorganise(5, 'forget');
    await eventually(
      async () =>
        expect(await get('/api/chain/left')).toMatchObject([
          { outcome: 'left_the_chain', block_height: 1, returned_height: null, returned_at: null },
        ]),
      20_000,
    );
    await eventually(async () => expect(await get('/api/chain')).toMatchObject({ height: 6 }), 20_000);
    const metrics = (await server.get('/metrics')).text;
    expect(metrics).toContain('tpg_chain_payments_left 1');
    expect(metrics).toContain('tpg_chain_outputs_refused{reason="wrong_value"} 1');
    expect(metrics).toContain('tpg_chain_height 6');
    expect(metrics).toContain('tpg_chain_outputs_seen');
  });

  it('is well without its node, and says how old its knowledge is', { timeout: 60_000 }, async () => {
    node.fail('status_503');
    server = await startServer({ start: true, settings: watching() });
    const token = await server.logIn(ADMIN, 'read_all');
    await eventually(async () => {
      const { json } = await server.get('/api/chain', { token });
      expect(json.nodes[0].trouble).toMatchObject({ reason: 'It answered with status 503.' });
    }, 20_000);
    const ready = await server.get('/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.json.chain).toEqual({ state: 'watching', height: null, blocks_behind: 0, age_seconds: null });
    expect(ready.text).not.toContain(node.url);
  });
});

describe('a server that does not', () => {
  it('says so, and has nothing of it in its readiness and metrics', async () => {
    server = await startServer({ start: true, settings: { TPG_METRICS: 'on' } });
    const token = await server.logIn(ADMIN, 'read_all');
    expect((await server.get('/api/chain', { token })).json).toMatchObject({ state: 'off', height: null, nodes: [] });
    expect((await server.get('/health/ready')).json).not.toHaveProperty('chain');
    expect((await server.get('/metrics')).text).not.toMatch(/^tpg_chain/m);
    expect(node.requests).toEqual([]);
  });

  it('shows it to nobody without the role', async () => {
    server = await startServer();
    const token = await server.logIn(ACCOUNTS[0], 'user');
    for (const path of ['/api/chain', '/api/chain/refused', '/api/chain/left']) {
      expect(errorOf(await server.get(path, { token }))).toMatchObject({ status: 403 });
    }
  });
});
