import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { parse as parseEnvironmentFile } from 'dotenv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, startServer } from '../../scripts/server-process.ts';
import { addressToBase58, singleAddress } from '../../src/tari/address.ts';
import { STAND_IN_TOKEN, startShopifyStandIn } from '../fakes/shopify/stand-in.ts';
import { ACCOUNTS, HOT_WALLET } from '../helpers/records.ts';
import { Home } from './tool.ts';

const [alice] = ACCOUNTS;

describe('setup init', { timeout: 120_000 }, () => {
  let home: Home;
  let folder: string;
  let file: string;

  beforeEach(() => {
    home = new Home();
    folder = mkdtempSync(join(tmpdir(), 'tps-init-'));
    file = join(folder, '.env');
  });
  afterEach(() => {
    home.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const owners = ['--super-admin', alice.address, '--hot-wallet', HOT_WALLET.address];
  const init = (more: string[] = [], environment: Record<string, string> = {}) =>
    home.run(['setup', 'init', '-f', file, ...owners, ...more], {
      environment: { TPG_DATABASE_URL: `sqlite://${join(folder, 'store.db')}`, ...environment },
    });

  it('refuses owners of two networks, with both by name, and writes nothing', async () => {
    const there = addressToBase58(singleAddress('esmeralda', alice.tariAddress.spendKey));
    const { code, stderr } = await init(['--super-admin', there]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/on esmeralda and the hot wallet’s on mainnet/)]);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(folder, 'store.db'))).toBe(false);
    expect((await init(['--no-shop', '--super-admin', there, '--hot-wallet', there])).code).toBe(0);
  });

  it('leaves a server that starts without a warning, with a super admin and a hot wallet who can start at once', async () => {
    const standIn = await startShopifyStandIn({
      scopes: ['write_orders', 'write_products', 'write_metaobjects', 'write_metaobject_definitions'],
    });
    const port = await freePort();
    const made = await init(['--shop', standIn.shop], {
      TPG_PORT: String(port),
      TPG_SHOPIFY_ADMIN_URL: standIn.url,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
      TPG_SHOPIFY_HMAC_SECRET: "shpss_with#odd characters'".replace(/[ ']/g, ''),
      TPG_SHOPIFY_PAYMENT_METHOD: 'Tari, Tari (XTM)',
    });
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).not.toContain(STAND_IN_TOKEN);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const settings = parseEnvironmentFile(readFileSync(file));
    expect(settings.TPG_SHOPIFY_HMAC_SECRET).toBe('shpss_with#oddcharacters');
    expect(made.stdout).not.toContain(settings.TPG_JWT_SIGNING_KEY);
    const log = join(folder, 'server.log');
    const server = await startServer({ TPG_HOST: '127.0.0.1', ...settings }, log);
    try {
      await home.addProfile('boss', alice, server.url, ['super_admin']);
      expect(await home.text(['admin', 'wallets', 'list'])).toContain(HOT_WALLET.address);
      await home.addProfile('TPS Hot Wallet', HOT_WALLET, server.url);
      const wallet = ['-p', 'TPS Hot Wallet'];
      await home.text(['wallet', 'received', ...wallet, '-a', '1 T', '-t', '1', '-s', alice.address]);
    } finally {
      await server.stop();
      await standIn.close();
    }
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: number | string; msg: string });
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter(({ level }) => level === 'warn' || Number(level) >= 40)).toEqual([]);
  });

  it('never replaces a file unless told, and keeps the old one beside it', async () => {
    writeFileSync(file, 'TPG_PORT=1\n');
    const refused = await init(['--no-shop']);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('exists already') });
    expect(readFileSync(file, 'utf8')).toBe('TPG_PORT=1\n');
    expect(existsSync(join(folder, 'store.db'))).toBe(false);
    const forced = await init(['--no-shop', '--force']);
    expect(forced.code).toBe(0);
    expect(forced.stderr).toContain('TPG_SHOPIFY_SHOP is not set');
    expect(readFileSync(`${file}.old`, 'utf8')).toBe('TPG_PORT=1\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    [['setup', 'init', '--super-admin', alice.address], {}, '--hot-wallet is missing'],
    [['setup', 'init', '--hot-wallet', HOT_WALLET.address], {}, '--super-admin is missing'],
    [['setup', 'init', ...owners, '--shop', 'my-shop'], {}, 'TPG_SHOPIFY_API_KEY'],
    [['setup', 'init', ...owners, '--no-shop'], { TPG_PORT: 'many' }, 'TPG_PORT'],
    [['setup', 'init', ...owners, '--super-admin', hex.encode(alice.secretKey)], {}, 'not a Tari address'],
  ])('writes nothing for %j %j', async (command, environment, sentence) => {
    const { code, stderr } = await home.run([...command, '-f', file], { environment });
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(existsSync(file)).toBe(false);
  });
});
