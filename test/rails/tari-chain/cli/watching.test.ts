import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSettingsText } from '#platform/config/settings-text.ts';
import { addressToBase58, singleAddress } from '#tari/address.ts';
import { Home } from '#test/cli/tool.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo, playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { freePort, startServer } from '#test/processes/server-process.ts';
import { eventually, orderBody } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** What docs/hot-wallet.md tells to do, from nothing to the first paid order, with real processes and a play chain. */

const random = (length: number) => new Uint8Array(randomBytes(length));
const [operator] = ACCOUNTS;
const SECONDS = 60_000;

describe('a server that watches the chain', { timeout: 180_000 }, () => {
  const home = new Home();
  const nodes: FakeNode[] = [];
  afterAll(async () => {
    for (const node of nodes) await node.close();
    home.remove();
  });

  it('is set up by the commands of the documents, and takes an order to Paid', async () => {
    const shop = playWallet('localnet', random);
    const buyer = playWallet('localnet', random);
    const chain = new PlayChain(random, Math.floor(Date.now() / 1000) - 20 * 120);
    chain.mineBlocks(20);
    nodes.push(await startFakeNode(chain), await startFakeNode(chain));

    const settingsFile = join(home.folder, '.env');
    const address = addressToBase58(singleAddress('localnet', operator.tariAddress.spendKey));
    const port = await freePort();
    const environment = {
      TPG_DATABASE_URL: `sqlite://${join(home.folder, 'store.db')}`,
      TPG_PORT: String(port),
      TPG_SHOPIFY_HMAC_CHECKS: 'off',
      TPG_RATE_LIMIT: '0',
    };
    const exported = `View key: ${hex.encode(shop.viewKey)}\nSpend key: ${hex.encode(shop.view.spendKey)}\n`;
    const urls = nodes.map(({ url }) => url).join(',');
    const init = ['setup', 'init', '-f', settingsFile, '--super-admin', address, '--no-shop', '-n', 'localnet'];
    await home.text([...init, '--view-key-file', '-', '--nodes', urls], { input: exported, environment });

    const settings = parseSettingsText(readFileSync(settingsFile, 'utf8'));
    const log = join(home.folder, 'server.log');
    const server = await startServer({ TPG_HOST: '127.0.0.1', ...settings }, log);
    try {
      const add = ['profile', 'add', 'boss', '--server', server.url, '-n', 'localnet', '-r', 'super_admin'];
      await home.text(add, { input: hex.encode(operator.secretKey) });
      const told = await fetch(`${server.url}/shopify/webhook/checkout_create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: orderBody({ total_price: '2.50' }),
      });
      expect(told.status).toBe(200);

      chain.mine({ outputs: [payTo(shop.address, buyer, { amount: 2_500_000n, text: 'order 1001' }, random)] });
      await eventually(async () => {
        const [payment] = await home.json(['admin', 'payments', 'search', '-p', 'boss']);
        expect(payment).toMatchObject({ status: 'received', order_id: '1001' });
      }, SECONDS);
      chain.mineBlocks(3);
      await eventually(async () => {
        expect(await home.json(['admin', 'orders', 'get', '1001', '-p', 'boss'])).toMatchObject({ status: 'Paid' });
      }, SECONDS);

      const tools = { environment: settings };
      expect(await home.json(['wallet', 'check'], tools)).toMatchObject({
        chain: { payments: 1, amount: 2_500_000, confirmed: 2_500_000 },
        differences: [],
      });
      const doctor = await home.run(['wallet', 'doctor'], tools);
      expect([doctor.code, doctor.stderr]).toEqual([0, '']);
      expect(doctor.stdout).toContain('the server has read up to block 24, 0 behind');

      const lie = payTo(shop.address, buyer, { amount: 9_000_000n, text: 'order 1001', lie: 'locked' }, random);
      chain.mine({ outputs: [lie] });
      await eventually(async () => {
        const refused = await home.json(['admin', 'chain', 'refused', '-p', 'boss']);
        expect(refused).toMatchObject([{ reason: 'locked', claimed_amount: 9_000_000, memo: 'order 1001' }]);
      }, SECONDS);
      expect(await home.json(['admin', 'chain', 'left', '-p', 'boss'])).toEqual([]);
      const status = await home.text(['admin', 'chain', 'status', '-p', 'boss']);
      expect(status).toContain('the server watches the chain');
      for (const { url } of nodes) expect(status).toContain(url);
      expect(await home.text(['admin', 'chain', 'refused', '-p', 'boss'])).toMatch(/locked +9\.000000 XTM +order 1001/);
      expect(await home.text(['audit', '-d', environment.TPG_DATABASE_URL])).toContain('agree');
    } finally {
      await server.stop();
    }
    expect(readFileSync(log, 'utf8')).not.toContain(hex.encode(shop.viewKey));
  });

  it('ends without a word about nodes that it was just asking', async () => {
    const wallet = playWallet('localnet', random);
    const chain = new PlayChain(random, Math.floor(Date.now() / 1000) - 120);
    const node = await startFakeNode(chain);
    nodes.push(node);
    const log = join(home.folder, 'ending.log');
    const settings = {
      TPG_HOST: '127.0.0.1',
      TPG_PORT: String(await freePort()),
      TPG_DATABASE_URL: `sqlite://${join(home.folder, 'ending.db')}`,
      TPG_VIEW_KEY: hex.encode(wallet.viewKey),
      TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(wallet.address),
      TPG_TARI_NODES: node.url,
    };
    const server = await startServer(settings, log);
    await eventually(() => expect(node.requests.length).toBeGreaterThan(0), SECONDS);
    node.fail('hang');
    const before = node.requests.length;
    await eventually(() => expect(node.requests.length).toBeGreaterThan(before), SECONDS);
    expect(await server.stop()).toBe(0);
    expect(readFileSync(log, 'utf8')).not.toContain('is unusable');
  });
});
