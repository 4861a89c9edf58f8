import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { hex } from '@scure/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSettingsText } from '#platform/config/settings-text.ts';
import { addressToBase58, dualAddress, type Network, parseAddress, singleAddress } from '#tari/address.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { KEYS, Screen } from '#test/cli/screens.ts';
import { Home, TOOL } from '#test/cli/tool.ts';
import { parseSettings } from '#test/settings.ts';

const readVector = (name: string) => readFileSync(new URL(`../../../vectors/${name}`, import.meta.url));
const seed = JSON.parse(readVector('seed-words.json').toString());
const chain = JSON.parse(gunzipSync(readVector('chain.json.gz')).toString());

/** What the console wallet shows when it is told to export its keys. */
const exported = (view: string, spend: string) =>
  [
    'Minotari Console Wallet running... (Command mode started)',
    '==============',
    'Command Runner',
    '==============',
    '',
    '1. ExportViewKeyAndSpendKey(ExportViewKeyAndSpendKeyArgs { output_file: None })',
    '',
    `View key: ${view}`,
    `Spend key: ${spend}`,
    'Minotari Console Wallet running... (Command mode completed)',
    '',
    'Press Enter to continue to the wallet, or type q (or quit) followed by Enter.',
    '',
  ].join('\n');

const view: string = chain.view_private_key;
const spend: string = chain.public_spend_key;
const publicView: string = chain.public_view_key;
const chainAddress = (network: Network, features = 1) =>
  addressToBase58(dualAddress(network, hex.decode(publicView), hex.decode(spend), features));

const SECRETS = [view, seed.view_secret, seed.spend_secret, seed.entropy, ...seed.words.split(' ').slice(0, 3)];

/** The words of the same wallet's view key may be anywhere but in what was asked for. */
const shownSecrets = (text: string) => SECRETS.filter((secret) => new RegExp(`\\b${secret}\\b`, 'i').test(text));

describe('wallet keys', { timeout: 60_000 }, () => {
  let home: Home;
  let file: string;
  beforeEach(() => {
    home = new Home();
    file = join(home.folder, '.env');
  });
  afterEach(() => home.remove());

  const keys = (input: string, more: string[] = [], environment: Record<string, string> = {}) =>
    home.run(['wallet', 'keys', ...more], { input, environment });

  describe('gives the settings', () => {
    it('from seed words, as the wallet itself derives them', async () => {
      const { code, stdout, stderr } = await keys(`${seed.words}\n`);
      expect([code, stdout]).toEqual([
        0,
        `TPG_VIEW_KEY=${seed.view_secret}\nTPG_PAYMENT_WALLET_ADDRESS=${seed.one_sided_address}\n`,
      ]);
      expect(stderr).toContain('spend nothing');
      expect(shownSecrets(stderr)).toEqual([]);
      expect(stdout).not.toContain(seed.spend_secret);
    });

    it.each([
      ['over several lines', seed.words.split(' ').join('\n')],
      [
        'numbered',
        seed.words
          .split(' ')
          .map((word: string, index: number) => `${index + 1}. ${word}`)
          .join('\n'),
      ],
      ['in capitals, in Windows’ lines', `\ufeff\r\n${seed.words.toUpperCase()}\r\n`],
    ])('from seed words %s', async (_, input) => {
      expect((await keys(input)).stdout).toContain(`TPG_VIEW_KEY=${seed.view_secret}\n`);
    });

    it.each([
      ['what the wallet prints', exported(view, spend)],
      ['what it prints in colours', `\u001b[32mView key:\u001b[0m ${view}\n\u001b[32mSpend key:\u001b[0m ${spend}\n`],
      ['what it writes into a file', JSON.stringify({ view_key: view, public_view_key: publicView, spend_key: spend })],
      ['the same in lines', JSON.stringify({ spend_key: spend, public_view_key: publicView, view_key: view }, null, 2)],
      ['names of other tools', `view_private_key=${view}\npublic_spend_key=${spend}\n`],
      ['the two keys alone', `${view.toUpperCase()}\r\n${spend}\r\n`],
    ])('from %s', async (_, input) => {
      const { code, stdout } = await keys(input, ['--network', 'localnet', '--json']);
      expect([code, JSON.parse(stdout)]).toEqual([
        0,
        { TPG_VIEW_KEY: view, TPG_PAYMENT_WALLET_ADDRESS: chainAddress('localnet') },
      ]);
    });

    it('from a view key alone and an address of the wallet, whatever its form', async () => {
      const single = addressToBase58(singleAddress('localnet', hex.decode(spend)));
      const fromSingle = await keys(view, ['--address', single]);
      expect(fromSingle.stdout).toContain(`TPG_PAYMENT_WALLET_ADDRESS=${chainAddress('localnet')}\n`);
      const interactive = chainAddress('localnet', 3);
      expect((await keys(view, ['--address', interactive])).stdout).toContain(interactive);
    });

    it('of every network', async () => {
      for (const network of ['mainnet', 'stagenet', 'nextnet', 'localnet', 'igor', 'esmeralda'] as const) {
        const { stdout } = await keys(exported(view, spend), ['-n', network, '--json']);
        expect(parseAddress(JSON.parse(stdout).TPG_PAYMENT_WALLET_ADDRESS)).toMatchObject({ network, features: 1 });
      }
    });

    it('that the server takes', async () => {
      const input = join(home.folder, 'exported.txt');
      writeFileSync(input, exported(view, spend), { mode: 0o600 });
      const { stdout } = await keys('', ['--input', input, '-n', 'esmeralda', '--nodes', 'http://127.0.0.1:9000/']);
      const parsed = parseSettings(parseSettingsText(stdout));
      expect(parsed).toMatchObject({
        ok: true,
        settings: { chain: { network: 'esmeralda', nodes: ['http://127.0.0.1:9000'], privateViewKey: view } },
      });
    });
  });

  describe('refuses, and shows nothing of what was given,', () => {
    const other = hex.encode(publicKeyOf(new Uint8Array(32).fill(9, 0, 1)));
    const words = seed.words.split(' ');
    it.each<[string, string, string[], string]>([
      ['nothing', '', [], 'neither 24 seed words nor'],
      ['23 words', words.slice(1).join(' '), [], 'neither 24 seed words nor'],
      ['a mistyped word', seed.words.replace('scare', 'scarce'), [], 'One of them may be mistyped'],
      ['words in another order', [words[1], words[0], ...words.slice(2)].join(' '), [], 'do not belong together'],
      ['a passphrase that is none', `${seed.words}\nopen sesame`, [], 'The passphrase does not fit'],
      ['a view key without its spend key', view, [], 'spend key is missing'],
      ['a spend key without its view key', `Spend key: ${spend}`, [], 'no private view key'],
      ['a private spend key', `View key: ${view}\nPrivate spend key: ${seed.spend_secret}`, [], 'can spend everything'],
      ['two view keys', `${exported(view, spend)}View key: ${seed.view_secret}`, [], 'two different view keys'],
      ['three keys without names', `${view} ${spend} ${publicView}`, [], 'more than two keys'],
      ['a key that is cut off', `View key: ${view.slice(1)}\nSpend key: ${spend}`, [], 'no private view key'],
      ['a key with more behind it', `View key: ${view}00\nSpend key: ${spend}`, [], 'no private view key'],
      ['no number below the order', `View key: ${'f'.repeat(64)}\nSpend key: ${spend}`, [], 'not a private view key'],
      ['zero', `View key: ${'0'.repeat(64)}\nSpend key: ${spend}`, [], 'not a private view key'],
      ['a spend key that is no point', `View key: ${view}\nSpend key: ${'f'.repeat(64)}`, [], 'not a public spend key'],
      ['the pair of the view key', exported(view, publicView), [], 'public key of the view key'],
      [
        'a public view key of another',
        JSON.stringify({ view_key: view, public_view_key: other, spend_key: spend }),
        [],
        'do not belong together',
      ],
      ['an address of another wallet', exported(view, spend), ['-a', seed.one_sided_address], 'of another wallet'],
      [
        'an address with another view key',
        exported(view, spend),
        ['-a', addressToBase58(dualAddress('mainnet', hex.decode(other), hex.decode(spend), 1))],
        'does not belong to the address',
      ],
      [
        'an address of another network',
        exported(view, spend),
        ['-a', chainAddress('localnet'), '-n', 'mainnet'],
        'of localnet, not of mainnet',
      ],
      ['an address that is none', exported(view, spend), ['-a', 'abc'], 'not a Tari address'],
      ['nodes that are none', exported(view, spend), ['--nodes', 'rpc.tari.com'], 'http or https URLs'],
      ['the same node twice', exported(view, spend), ['--nodes', 'http://a:1,http://a:1/'], 'each once'],
      ['a file that is not there', '', ['--input', view], 'cannot be read (ENOENT)'],
      ['words among the arguments', '', words, 'too many arguments'],
      ['a key as an option', '', [`--view-key=${view}`], 'unknown option'],
    ])('%s', async (_, input, more, sentence) => {
      const { code, stdout, stderr } = await keys(input, more);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)]);
      expect(shownSecrets(stderr.replace(`--view-key=${view}`, ''))).toEqual([]);
    });

    it('a file without an end', async () => {
      const { code, stderr } = await keys('', ['--input', '/dev/zero']);
      expect([code, stderr]).toEqual([2, 'The file is too long to hold keys.\n']);
    });

    it('within moments, whatever the text', async () => {
      for (const text of [
        'view '.repeat(12_000),
        'a'.repeat(60_000),
        `view key:${' '.repeat(60_000)}`,
        '1. '.repeat(20_000),
      ]) {
        const start = performance.now();
        expect((await keys(text)).code).toBe(2);
        expect(performance.now() - start).toBeLessThan(2000);
      }
    });
  });

  describe('--write', () => {
    const write = (more: string[] = [], environment: Record<string, string> = {}) =>
      keys(exported(view, spend), ['--write', '-f', file, '-n', 'localnet', ...more], environment);
    const settings = () => parseSettingsText(readFileSync(file, 'utf8'));

    it('puts the settings among the others, for the owner alone, and prints no key', async () => {
      writeFileSync(file, '# ours\nTPG_PORT=8360\nTPG_VIEW_KEY=old\n', { mode: 0o644 });
      chmodSync(file, 0o644);
      const { code, stdout, stderr } = await write(['--nodes', 'http://127.0.0.1:9000, http://127.0.0.1:9001']);
      expect(code).toBe(0);
      expect(shownSecrets(stdout + stderr)).toEqual([]);
      expect(settings()).toEqual({
        TPG_PORT: '8360',
        TPG_VIEW_KEY: view,
        TPG_PAYMENT_WALLET_ADDRESS: chainAddress('localnet'),
        TPG_TARI_NODES: 'http://127.0.0.1:9000, http://127.0.0.1:9001',
      });
      expect(readFileSync(file, 'utf8')).toContain('# ours\n');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readdirSync(home.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    });

    it('makes a file, says what is missing, and changes nothing the second time', async () => {
      expect((await write()).stderr).toContain('TPG_TARI_NODES is not set yet');
      const written = readFileSync(file, 'utf8');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      chmodSync(file, 0o644);
      expect((await write()).stdout).toContain('Nothing to change');
      expect(readFileSync(file, 'utf8')).toBe(written);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });

    it('keeps the wallet’s own address with its features', async () => {
      writeFileSync(file, `TPG_PAYMENT_WALLET_ADDRESS=${chainAddress('localnet', 3)}\n`);
      await write();
      expect(settings().TPG_PAYMENT_WALLET_ADDRESS).toBe(chainAddress('localnet', 3));
    });

    it('puts the dual address in the place of a single one', async () => {
      writeFileSync(
        file,
        `TPG_PAYMENT_WALLET_ADDRESS=${addressToBase58(singleAddress('localnet', hex.decode(spend)))}\n`,
      );
      await write();
      expect(settings().TPG_PAYMENT_WALLET_ADDRESS).toBe(chainAddress('localnet'));
    });

    it.each([
      ['another wallet', seed.one_sided_address, 'of mainnet until now, not of localnet'],
      [
        'another wallet of the network',
        addressToBase58(singleAddress('localnet', hex.decode(seed.spend_public))),
        'keys are of another wallet',
      ],
      [
        'another view key',
        addressToBase58(dualAddress('localnet', hex.decode(seed.view_public), hex.decode(spend), 1)),
        'view key does not belong',
      ],
      ['no address', 'abc', 'not a Tari address'],
    ])('never sends customers elsewhere in passing: %s', async (_, address, sentence) => {
      const before = `TPG_PAYMENT_WALLET_ADDRESS=${address}\n`;
      writeFileSync(file, before);
      const refused = await write();
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(sentence)]);
      expect(shownSecrets(refused.stderr)).toEqual([]);
      expect(readFileSync(file, 'utf8')).toBe(before);
      expect((await write(['--replace'])).code).toBe(0);
      expect(settings().TPG_PAYMENT_WALLET_ADDRESS).toBe(chainAddress('localnet'));
    });

    it('says which settings of the environment win over the file', async () => {
      const { stderr } = await write([], { TPG_VIEW_KEY: seed.view_secret });
      expect(stderr).toContain('TPG_VIEW_KEY in the environment wins');
      expect(shownSecrets(stderr)).toEqual([]);
    });

    it('is not kept from writing by what a killed process of the same number left', async () => {
      writeFileSync(`${file}.${process.pid}.new`, 'TPG_VIEW_K');
      expect((await write()).code).toBe(0);
      expect(settings().TPG_VIEW_KEY).toBe(view);
      expect(readdirSync(home.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    });

    it('leaves the old file whole where the new one cannot be written', async () => {
      writeFileSync(file, 'TPG_PORT=1\n');
      const { code, stdout, stderr } = await keys(exported(view, spend), ['--write', '-f', join(file, 'below')]);
      expect([code, stdout]).toEqual([1, '']);
      expect(shownSecrets(stderr)).toEqual([]);
      expect(readFileSync(file, 'utf8')).toBe('TPG_PORT=1\n');
      expect(existsSync(join(file, 'below'))).toBe(false);
    });
  });

  describe('at a terminal', () => {
    const tool = (more: string[], environment: Record<string, string> = {}) =>
      // What a program writes last before it ends, a terminal may lose: so something stays behind that waits for a key.
      new Screen(
        ['sh', '-c', `"$0" "$@"; echo "code $?"; read key`, process.execPath, TOOL, 'wallet', 'keys', ...more],
        home,
        {
          environment,
        },
      );

    it('asks for the words and a passphrase, and shows none of them', async () => {
      const screen = tool(['--write', '-f', file]);
      try {
        await screen.waitFor(/◆ {2}The 24 seed words[\s\S]*└/);
        screen.type(`${seed.words}${KEYS.enter}`);
        await screen.waitFor(/◆ {2}Passphrase[\s\S]*└/);
        screen.type(KEYS.enter);
        await screen.waitFor('code 0');
        expect(shownSecrets(screen.written)).toEqual([]);
        expect(parseSettingsText(readFileSync(file, 'utf8')).TPG_VIEW_KEY).toBe(seed.view_secret);
      } finally {
        screen.close();
      }
    });

    it('asks for the spend key behind a view key', async () => {
      const screen = tool(['--write', '-f', file, '-n', 'esmeralda']);
      try {
        await screen.waitFor(/◆ {2}The 24 seed words[\s\S]*└/);
        screen.type(`View key: ${view}${KEYS.enter}`);
        await screen.waitFor(/◆ {2}The public spend key[\s\S]*└/);
        screen.type(`Spend key: ${spend}${KEYS.enter}`);
        await screen.waitFor('code 0');
        expect(shownSecrets(screen.written)).toEqual([]);
        expect(parseSettingsText(readFileSync(file, 'utf8')).TPG_PAYMENT_WALLET_ADDRESS).toBe(
          chainAddress('esmeralda'),
        );
      } finally {
        screen.close();
      }
    });

    it('does not read what would be shown, where its output goes elsewhere', async () => {
      const screen = new Screen(
        ['sh', '-c', `"$0" "$1" wallet keys > "$HOME/out"; echo "code $?"; read key`, process.execPath, TOOL],
        home,
      );
      try {
        await screen.waitFor('would be shown');
        await screen.waitFor('code 2');
      } finally {
        screen.close();
      }
    });
  });
});
