import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn as spawnTerminal } from '@lydell/node-pty';
import { hex } from '@scure/base';
import { parse as parseToml } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressToBase58, INTERACTIVE, ONE_SIDED, parseAddress } from '#tari/address.ts';
import { keysOfSeed, seedFromWords } from '#tari/seed-words.ts';
import { Home, TOOL } from '#test/cli/tool.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;
const ALICES_KEY = hex.encode(alice.secretKey);
const SERVER = 'https://pay.example.com';
const vector = JSON.parse(readFileSync(new URL('../../vectors/seed-words.json', import.meta.url), 'utf8'));

/** Runs the tool on a pseudo-terminal, answers one question, and gives everything that was shown. */
function answerAtTerminal(home: Home, command: string[], asked: { question: string; answer: string }): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: home.folder, TERM: 'xterm' };
    const child = spawnTerminal(process.execPath, [TOOL, ...command], { cols: 120, rows: 40, env });
    let screen = '';
    let isAnswered = false;
    child.onData((data) => {
      screen += data;
      if (isAnswered || !screen.includes(asked.question)) return;
      isAnswered = true;
      setTimeout(() => child.write(`${asked.answer}\r`), 200);
    });
    child.onExit(() => resolve(screen));
  });
}

describe('profile', { timeout: 120_000 }, () => {
  let home: Home;
  let folder: string;
  let file: string;

  beforeEach(() => {
    home = new Home();
    folder = join(home.folder, '.taritools');
    file = join(folder, 'config.toml');
  });
  afterEach(() => home.remove());

  const write = (text: string, mode = 0o600) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode });
  };
  const add = (name: string, more: string[] = [], input = `${ALICES_KEY}\n`) =>
    home.run(['profile', 'add', name, '--server', SERVER, ...more], { input });

  it('keeps a key that is read from standard input, in a file for its owner alone, and never prints it', async () => {
    const added = await add('alice', ['-r', 'read_all', '-r', 'write']);
    expect(added.code).toBe(0);
    expect(added.stdout).toContain(alice.address);
    expect(added.stdout + added.stderr).not.toContain(ALICES_KEY);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parseToml(readFileSync(file, 'utf8'))).toEqual({
      profiles: [
        {
          name: 'alice',
          address: alice.address,
          secret_key: ALICES_KEY,
          roles: ['read_all', 'write'],
          server: SERVER,
        },
      ],
    });
  });

  it('makes the key of a wallet from its seed words', async () => {
    expect((await add('wallet', ['--seed-words'], `${vector.words}\n`)).code).toBe(0);
    const [profile] = (parseToml(readFileSync(file, 'utf8')) as { profiles: Record<string, unknown>[] }).profiles;
    expect(profile).toMatchObject({ address: vector.one_sided_address, secret_key: vector.spend_secret });
    // The same wallet's interactive address is its own too.
    const { address } = keysOfSeed(seedFromWords(vector.words), 'mainnet', ONE_SIDED | INTERACTIVE);
    const interactive = addressToBase58(address);
    expect((await add('again', ['--seed-words', '-a', interactive], `${vector.words}\n`)).stdout).toContain(
      interactive,
    );
  });

  it('says what is wrong with seed words without repeating one', async () => {
    const wrong = await add('wallet', ['--seed-words'], `${vector.words.replace('scare', 'wrongword')}\n`);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('One of them may be mistyped');
    expect(wrong.stderr).not.toContain('wrongword');
    const passphrase = await add('wallet', ['--seed-words'], `${vector.words}\nnot its passphrase\n`);
    expect(passphrase).toMatchObject({ code: 2, stderr: 'The passphrase does not fit these words.\n' });
  });

  it('takes a key from an environment variable each time, and keeps the name only', async () => {
    const environment = { ALICES_KEY };
    const command = ['profile', 'add', 'alice', '--server', SERVER, '--secret-key-env', 'ALICES_KEY'];
    expect((await home.run(command, { environment })).stdout).toContain(alice.address);
    expect(readFileSync(file, 'utf8')).not.toContain(ALICES_KEY);
    const unset = await home.run(['my', 'balance']);
    expect(unset).toMatchObject({ code: 2, stderr: expect.stringContaining('ALICES_KEY, which is not set') });
    const wrong = await home.run(['my', 'balance'], { environment: { ALICES_KEY: hex.encode(bob.secretKey) } });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('is not that of its address') });
  });

  it('lists, shows and removes profiles, and leaves what people wrote beside them', async () => {
    write('# my own words\n');
    await add('alice');
    await add('bob', [], `${hex.encode(bob.secretKey)}\n`);
    expect(readFileSync(file, 'utf8')).toMatch(/^# my own words\n/);
    expect(await home.text(['profile', 'list'])).toMatch(/^Profile +Server +Roles +Address\nalice +https/);
    expect(await home.json(['profile', 'show', 'bob'])).toEqual({
      name: 'bob',
      address: bob.address,
      public_key: hex.encode(bob.tariAddress.spendKey),
      secret_key_envar: null,
      roles: ['user'],
      server: SERVER,
    });
    const unasked = await home.run(['profile', 'remove', 'alice']);
    expect(unasked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Its secret key is in the profiles file'),
    });
    expect(readFileSync(file, 'utf8')).toContain(ALICES_KEY);
    await home.text(['profile', 'remove', 'alice', '--yes']);
    expect((await home.json(['profile', 'list'])).map(({ name }: { name: string }) => name)).toEqual(['bob']);
    expect(readFileSync(file, 'utf8')).not.toContain(ALICES_KEY);
  });

  it('keeps every field that the Rust tool wrote, when it adds a profile and when it removes one', async () => {
    const theirs = `theme = "dark"

[[profiles]]
name = "theirs"
address = "${bob.address}"
secret_key_envar = "BOBS_KEY"
roles = ["user", "write"]
server = "${SERVER}"
last_login = 1796020567
[profiles.colours]
orders = "green"
`;
    write(theirs);
    await add('alice');
    expect(readFileSync(file, 'utf8').startsWith(theirs.trimEnd())).toBe(true);
    await home.text(['profile', 'remove', 'alice', '--yes']);
    expect(parseToml(readFileSync(file, 'utf8'))).toEqual(parseToml(theirs));
  });

  it('warns of a server on another machine that is asked without https', async () => {
    const command = ['profile', 'add', 'x', '--server', 'http://pay.example.com'];
    expect((await home.run(command, { input: ALICES_KEY })).stderr).toContain('without https');
    expect((await add('y')).stderr).toBe('');
  });

  it('asks for the key at a terminal, and shows none of it', async () => {
    const screen = await answerAtTerminal(home, ['profile', 'add', 'alice', '--server', SERVER], {
      question: 'Secret key',
      answer: ALICES_KEY,
    });
    expect(screen).toContain(alice.address);
    for (const part of [ALICES_KEY.slice(0, 8), ALICES_KEY.slice(-8)]) expect(screen).not.toContain(part);
    expect(readFileSync(file, 'utf8')).toContain(ALICES_KEY);
  });

  it('reads what the Rust tool and its documents wrote', async () => {
    const legacy = 'a8d523755de41b9c14de709ca59d52bc1772658258962ef5bbefa8c59082e54733';
    write(`profiles = []\n`);
    expect((await add('first')).code).toBe(0);
    write(
      `[[profiles]]\nname="TPS Hot Wallet"\naddress="${legacy}"\nsecret_key=""\nsecret_key_env="TPG_HOT_WALLET_SECRET_KEY"\nroles=["user"]\nserver="https://my_tps_server"\n`,
    );
    const shown = await home.json(['profile', 'show', 'TPS Hot Wallet']);
    expect(shown.secret_key_envar).toBe('TPG_HOT_WALLET_SECRET_KEY');
    expect(parseAddress(shown.address).kind).toBe('single');
  });

  it('refuses a file that others can read', async () => {
    await add('alice');
    chmodSync(file, 0o640);
    const { code, stderr } = await home.run(['profile', 'list']);
    expect(code).toBe(1);
    expect(stderr).toContain('Others can read');
    expect(stderr).toContain('chmod 600');
  });

  it.each([
    ['[[profiles]]\nname = "x"\nsecret_key = "SECRETSECRET', 'is not TOML at line 3'],
    ['[[profiles]]\nname = "x"\n', 'Profile 1 of'],
    [`[[profiles]]\nname = "x"\naddress = "nope"\nserver = "https://x.example"\n`, 'not a Tari address'],
    ['profiles = "none"\n', 'must be written as [[profiles]]'],
  ])('says what is wrong with the file %j, and quotes no key', async (text, sentence) => {
    write(text);
    const { code, stderr } = await home.run(['profile', 'list']);
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)]);
    expect(stderr).not.toContain('SECRET');
  });

  it.each([
    [['profile', 'add', 'x'], '--server'],
    [['profile', 'add', 'x', '--server', 'ftp://pay.example.com'], 'The server must be an address'],
    [['profile', 'add', 'x', '--server', SERVER, '-r', 'king'], 'There is no role king'],
    [['profile', 'add', 'x', '--server', SERVER, '-a', bob.address], 'does not belong to the key'],
    [['profile', 'add', 'x', '--server', SERVER, '--secret-key-env', 'NOT_SET'], 'must be told with -a'],
    [['profile', 'show', 'nobody'], 'There is no profile "nobody"'],
    [['profile', 'remove', 'nobody'], 'There is no profile "nobody"'],
  ])('refuses %j', async (command, sentence) => {
    const { code, stderr } = await home.run(command, { input: ALICES_KEY });
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('refuses a name that is taken and a key that is none, without repeating it', async () => {
    await add('alice');
    expect(await add('alice')).toMatchObject({ code: 2, stderr: expect.stringContaining('already') });
    const wrong = await add('bob', [], `${'f'.repeat(64)}\n`);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('is not 64 hex characters') });
    expect(wrong.stderr).not.toContain('ffff');
  });
});
