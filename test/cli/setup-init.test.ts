import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hex } from '@scure/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSettingsText } from '#platform/config/settings-text.ts';
import { addressToBase58, dualAddress, type Network, singleAddress } from '#tari/address.ts';
import { KEYS, Screen } from '#test/cli/screens.ts';
import { Home, TOOL } from '#test/cli/tool.ts';
import { STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { freePort, startServer } from '#test/processes/server-process.ts';
import { parseSettings } from '#test/settings.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
const readVector = (name: string) => readFileSync(new URL(`../vectors/${name}`, import.meta.url));
const chain = JSON.parse(gunzipSync(readVector('chain.json.gz')).toString());
const words = JSON.parse(readVector('seed-words.json').toString());

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

    const settings = parseSettingsText(readFileSync(file, 'utf8'));
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

  describe('with a view key', () => {
    const owner = ['setup', 'init', '--super-admin', alice.address, '--no-shop'];
    const run = (
      more: string[],
      { input = '', environment = {} }: { input?: string; environment?: Record<string, string> } = {},
    ) =>
      home.run([...owner, '-f', file, ...more], {
        input,
        environment: { TPG_DATABASE_URL: `sqlite://${join(folder, 'store.db')}`, ...environment },
      });
    const exported = `View key: ${chain.view_private_key}\nSpend key: ${chain.public_spend_key}\n`;
    const spendKey = hex.decode(chain.public_spend_key);
    const dual = (network: Network) =>
      addressToBase58(dualAddress(network, hex.decode(chain.public_view_key), spendKey, 1));

    it('writes what the server watches the chain with, and shows no key', async () => {
      const keys = join(folder, 'keys.txt');
      writeFileSync(keys, exported, { mode: 0o600 });
      const made = await run(['--view-key-file', keys]);
      expect(made.code).toBe(0);
      expect(made.stdout + made.stderr).not.toContain(chain.view_private_key);
      expect(made.stdout).toContain(`Customers pay to ${dual('mainnet')}`);
      expect(made.stderr).toContain('One base node alone is asked, https://rpc.tari.com');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const parsed = parseSettings(parseSettingsText(readFileSync(file, 'utf8')));
      expect(parsed).toMatchObject({
        ok: true,
        settings: {
          chain: { network: 'mainnet', privateViewKey: chain.view_private_key, nodes: ['https://rpc.tari.com'] },
        },
      });
    });

    it('takes seed words from standard input, and nodes of another network', async () => {
      const nodes = 'http://127.0.0.1:9000,http://127.0.0.1:9001';
      const operator = addressToBase58(singleAddress('esmeralda', alice.tariAddress.spendKey));
      const made = await run(['--view-key-file', '-', '-n', 'esmeralda', '--nodes', nodes, '--super-admin', operator], {
        input: words.words,
      });
      expect([made.code, made.stderr]).toEqual([0, expect.not.stringContaining('One base node')]);
      expect(parseSettingsText(readFileSync(file, 'utf8'))).toMatchObject({
        TPG_VIEW_KEY: words.view_secret,
        TPG_TARI_NODES: 'http://127.0.0.1:9000, http://127.0.0.1:9001',
      });
      expect(readFileSync(file, 'utf8')).not.toContain(words.spend_secret);
    });

    it('takes the key of the environment', async () => {
      const environment = { TPG_VIEW_KEY: chain.view_private_key };
      const made = await run(['--hot-wallet', dual('mainnet')], { environment });
      expect(made.code).toBe(0);
      expect(parseSettingsText(readFileSync(file, 'utf8')).TPG_VIEW_KEY).toBe(chain.view_private_key);
    });

    it('asks at a terminal, watching the chain first, and shows neither words nor keys', async () => {
      const command = '"$0" "$@"; echo "code $?"; read key';
      const screen = new Screen(['sh', '-c', command, process.execPath, TOOL, ...owner, '-f', file], home, {
        environment: { TPG_DATABASE_URL: `sqlite://${join(folder, 'store.db')}` },
      });
      try {
        await screen.waitFor(/◆ {2}How shall the server learn of payments[\s\S]*└/);
        screen.type(KEYS.enter);
        await screen.waitFor(/◆ {2}The 24 seed words[\s\S]*└/);
        screen.type(`${words.words}${KEYS.enter}`);
        await screen.waitFor(/◆ {2}Passphrase[\s\S]*└/);
        screen.type(KEYS.enter);
        await screen.waitFor(/◆ {2}Base nodes to ask[\s\S]*https:\/\/rpc\.tari\.com[\s\S]*└/);
        screen.type(KEYS.enter);
        await screen.waitFor('code 0');
        expect(screen.written).not.toMatch(new RegExp(`${words.view_secret}|${words.spend_secret}|\\bscare\\b`));
        expect(parseSettingsText(readFileSync(file, 'utf8'))).toMatchObject({
          TPG_VIEW_KEY: words.view_secret,
          TPG_PAYMENT_WALLET_ADDRESS: words.one_sided_address,
          TPG_TARI_NODES: 'https://rpc.tari.com',
        });
      } finally {
        screen.close();
      }
    });

    const single = addressToBase58(singleAddress('mainnet', spendKey));
    it.each<[string, string[], string, Record<string, string>, string]>([
      [
        'of another wallet',
        ['--view-key-file', '-', '--hot-wallet', HOT_WALLET.address],
        exported,
        {},
        'of another wallet',
      ],
      [
        'of another wallet, by the environment',
        ['--hot-wallet', words.one_sided_address],
        '',
        { TPG_VIEW_KEY: chain.view_private_key },
        'does not belong to',
      ],
      [
        'without a public view key',
        ['--hot-wallet', single],
        '',
        { TPG_VIEW_KEY: chain.view_private_key },
        'must be a dual address',
      ],
      [
        'of a network whose nodes are not known',
        ['--view-key-file', '-', '-n', 'igor'],
        exported,
        {},
        '--nodes is missing',
      ],
      [
        'of another network',
        ['--view-key-file', '-', '-n', 'igor', '--hot-wallet', dual('mainnet')],
        exported,
        {},
        'of mainnet, not of igor',
      ],
      [
        'of another network than the super admin',
        ['--view-key-file', '-', '-n', 'igor', '--nodes', 'http://127.0.0.1:9000'],
        exported,
        {},
        'both must be on the shop’s network',
      ],
      ['that is none', ['--view-key-file', '-'], chain.view_private_key.slice(1), {}, 'neither 24 seed words nor'],
      ['that is not given', ['--payments', 'chain'], '', {}, '--view-key-file is missing'],
      [
        'for a wallet that reports',
        ['--payments', 'script', '--view-key-file', '-'],
        exported,
        {},
        'for --payments chain alone',
      ],
    ])('%s, writes nothing and shows nothing', async (_, more, input, environment, sentence) => {
      const { code, stdout, stderr } = await run(more, { input, environment });
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)]);
      expect(stderr).not.toContain(chain.view_private_key.slice(1));
      expect([existsSync(file), existsSync(join(folder, 'store.db'))]).toEqual([false, false]);
    });
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
