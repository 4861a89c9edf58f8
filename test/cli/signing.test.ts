import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPairOf } from '#auth/key-file.ts';
import { parseAddress } from '#tari/address.ts';
import { verifyClaim } from '#tari/claim.ts';
import { verifyLoginToken } from '#tari/ristretto-jwt.ts';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';
import { walletVectors } from '#test/tari/wallet-vectors.ts';
import { ACCOUNTS, HOT_WALLET } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
const ALICES_KEY = hex.encode(alice.secretKey);
const environment = { TARITOOLS_SECRET_KEY: ALICES_KEY };

describe('commands that sign', { timeout: 120_000 }, () => {
  let stage: ToolStage;
  beforeAll(async () => {
    stage = await startToolStage();
  });
  afterAll(() => stage.close());

  it('token: makes a login token that the server takes', async () => {
    const text = await stage.home.text(['token', '-r', 'user'], { environment });
    expect(text).toContain('Network:        mainnet');
    expect(text).not.toContain(ALICES_KEY);
    const token = /^token:\n(\S+)\n$/m.exec(text)?.[1] ?? '';
    expect(verifyLoginToken(token)).toMatchObject({ desiredRoles: ['user'] });
    const answer = await fetch(`${stage.server.url}/auth`, { method: 'POST', headers: { tpg_auth_token: token } });
    expect(answer.status).toBe(200);
  });

  it('token: takes the key as the Rust tool did, from standard input, or from the environment', async () => {
    const tokens = await Promise.all([
      stage.home.json(['token', '-s', ALICES_KEY]),
      stage.home.json(['token', '-s', '-'], { input: `${ALICES_KEY}\n` }),
      stage.home.json(['token', '--roles', 'read_all', '-r', 'write', '-n', 'esmeralda'], { environment }),
    ]);
    expect(tokens.map(({ address }) => parseAddress(address).network)).toEqual(['mainnet', 'mainnet', 'esmeralda']);
    expect(tokens.map(({ roles }) => roles)).toEqual([['user'], ['user'], ['read_all', 'write']]);
    for (const { token } of tokens) expect(() => verifyLoginToken(token)).not.toThrow();
  });

  it('is on the shop’s network where its settings are at hand, and on the one that is told', async () => {
    const [shop] = walletVectors.addresses.filter(({ network }) => network === 0x26);
    const settings = { ...environment, TPG_PAYMENT_WALLET_ADDRESS: shop?.base58 ?? '' };
    const networkOf = async (command: string[]) =>
      parseAddress((await stage.home.json(command, { environment: settings })).address).network;
    expect(await networkOf(['token'])).toBe('esmeralda');
    expect(await networkOf(['address'])).toBe('esmeralda');
    expect(await networkOf(['memo', '-o', '1'])).toBe('esmeralda');
    expect(await networkOf(['token', '-n', 'nextnet'])).toBe('nextnet');
    expect(await stage.home.text(['token'], { environment })).toContain('Network:        mainnet');
    const broken = { ...environment, TPG_PAYMENT_WALLET_ADDRESS: 'nonsense' };
    expect(await stage.home.text(['token'], { environment: broken })).toContain('Network:        mainnet');
  });

  it('memo: signs the claim of an order', async () => {
    const text = await stage.home.text(['memo', '-o', 'oid554432'], { environment });
    expect(text).toContain(`Wallet address: ${alice.address}`);
    const claim = JSON.parse(/^auth: (.*)$/m.exec(text)?.[1] ?? '');
    expect(claim).toMatchObject({ address: alice.address, order_id: 'oid554432' });
    expect(verifyClaim(claim).valid).toBe(true);
    expect(verifyClaim(await stage.home.json(['memo', '-o', '7'], { environment })).valid).toBe(true);
  });

  it('payment and confirm: print requests that can be sent as they are', async () => {
    const wallet = { environment: { TARITOOLS_SECRET_KEY: hex.encode(HOT_WALLET.secretKey) } };
    const memo = 'it’s Anna\'s "order"';
    const common = ['--server', stage.server.url, '-t', '7001'];
    const payment = await stage.home.text(
      ['payment', ...common, '-x', alice.address, '-a', '12.5', '-m', memo, '-o', '1001'],
      wallet,
    );
    expect(await sent(payment)).toBe('{"success":true,"message":"Payment processed successfully."}');
    const confirmation = await stage.home.text(['confirm', ...common], wallet);
    expect(await sent(confirmation)).toBe('{"success":true,"message":"Payment 7001: it is confirmed."}');
    const { payments } = await stage.home.json(['admin', 'accounts', 'payments', alice.address]);
    expect(payments).toMatchObject([{ txid: '7001', amount: 12_500_000, memo, order_id: '1001', status: 'confirmed' }]);
  });

  it('payment: has the usual values of the Rust tool, and takes a nonce', async () => {
    const { payment, auth } = await stage.home.json(['payment', '-x', alice.address, '-c', '7'], { environment });
    expect(payment).toEqual({
      sender: alice.address,
      amount: 250_000_000,
      txid: 'payment001',
      memo: null,
      order_id: null,
    });
    expect(auth).toMatchObject({ address: alice.address, nonce: 7 });
  });

  it('keys new: prints a pair for the settings', async () => {
    const text = await stage.home.text(['keys', 'new']);
    const [, signing = '', verification = ''] =
      /^TPG_JWT_SIGNING_KEY=(\w+)\nTPG_JWT_VERIFICATION_KEY=(\w+)\n$/.exec(text) ?? [];
    expect(keyPairOf(signing, verification)).toBeDefined();
    expect(await stage.home.text(['keys', 'new'])).not.toBe(text);
  });

  it('hides a key that was given as an argument from the list of processes', async () => {
    const running = stage.home.start(['token', '-s', ALICES_KEY, '-r', 'user']);
    const titles: string[] = [];
    // The program names itself before it loads anything else; that is looked for while it runs.
    for (let look = 0; look < 200; look += 1) {
      try {
        titles.push(readFileSync(`/proc/${running.pid}/cmdline`, 'utf8'));
      } catch {
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(titles.some((title) => title.startsWith('taritools') && !title.includes(ALICES_KEY))).toBe(true);
  });

  it.each([
    [['token'], 'There is no secret key'],
    [['token', '-s', 'abc'], 'is not 64 hex characters'],
    [['memo', '-s', ALICES_KEY], '--order'],
    [['payment', '-s', ALICES_KEY], '--sender'],
    [['payment', '-s', ALICES_KEY, '-x', 'nobody'], 'not a Tari address'],
    [['payment', '-s', ALICES_KEY, '-x', alice.address, '-a', 'much'], 'is not an amount'],
    [['confirm', '-s', ALICES_KEY, '-c', '-1'], 'whole number'],
  ])('refuses %j', async (command, sentence) => {
    const { code, stderr } = await stage.home.run(command);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(stderr).not.toContain(ALICES_KEY);
  });
});

/** Runs the printed line in a shell, as somebody would who copies it. */
async function sent(text: string): Promise<string> {
  const line = /^curl .*$/m.exec(text)?.[0] ?? '';
  return (await promisify(execFile)('sh', ['-c', line])).stdout;
}
