import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '#server.ts';
import { parseAddress } from '#tari/address.ts';
import { verifyAccessToken } from '#tari/ristretto-jwt.ts';
import { jsonExample, ROOT } from '#test/docs/documents.ts';
import { serverOfDocuments, VERIFICATION_KEY } from '#test/docs/server.ts';
import { signWebhook } from '#test/fake-shopify/webhooks.ts';

/** The scripts in docs/examples, run as the documents say, against a build of their own and the real server. */

const run = promisify(execFile);
const NOW = new Date();
const { customer, hot_wallet: hotWallet } = jsonExample('docs/wallets.md', 'keys');

let folder: string;
let app: App;
let url: string;

/** Builds into a folder of its own: the one in dist/ may be old, or be built anew at this moment. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-examples-'));
  mkdirSync(join(folder, 'docs'));
  cpSync(join(ROOT, 'docs/examples'), join(folder, 'docs/examples'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const build = [join(ROOT, 'scripts/build.ts'), '--into', join(folder, 'dist')];
  await run(process.execPath, ['--import', 'tsx', ...build], { cwd: ROOT });

  app = await serverOfDocuments({ TPG_SHOPIFY_HMAC_CHECKS: 'off' }, () => NOW);
  url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const wallet = { address: parseAddress(hotWallet.address), ipAddress: '127.0.0.1', initialNonce: undefined };
  await app.engine.wallets.register(wallet, 'the documents');
  await app.engine.access.changeRoles(
    [{ address: parseAddress(customer.address), apply: ['read_all'], revoke: [] }],
    'the documents',
  );
  await app.engine.exchangeRates.set('USD', 30_000_000n, 'the documents');
  await post('/shopify/webhook/checkout_create', JSON.stringify(jsonExample('docs/shopify.md', 'order')));
});

afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

async function post(path: string, body: string): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(200);
  return answer.json();
}

async function script(name: string, signer: { secret_key: string; address: string }, ...args: string[]) {
  const env = {
    ...process.env,
    TARI_SECRET_KEY: signer.secret_key,
    TARI_ADDRESS: signer.address,
    TPG_URL: url,
  };
  const { stdout } = await run(process.execPath, [join('docs/examples', name), ...args], { cwd: folder, env });
  return stdout.trim();
}

describe('the scripts for wallets', () => {
  it('claim, pay and confirm an order', async () => {
    const claim = await script('claim-order.mjs', customer, '8997470732594');
    expect(await post('/order/claim', claim)).toMatchObject({ status: 'New', send_to: hotWallet.address });
    const payment = ['payment', '-t', '17', '-f', customer.address, '-a', '500000000', '-m', 'thank "you"'];
    expect(await script('report-payment.mjs', hotWallet, ...payment)).toMatch(/^200 .*processed successfully/);
    expect(await script('report-payment.mjs', hotWallet, 'confirmation', '-t', '17')).toMatch(/^200 .*is confirmed/);
    const balance = await app.engine.accounts.balance(parseAddress(customer.address));
    expect([balance?.totalConfirmed, balance?.totalPaid]).toEqual([500_000_000n, 477_000_000n]);
  });

  it('say by their exit code that a report was refused', async () => {
    await expect(script('report-payment.mjs', customer, 'confirmation', '-t', '18')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^401 .*wallet_not_authorized/),
    });
  });

  it('log in', async () => {
    const login = await script('login-token.mjs', customer, 'read_all');
    const answer = await fetch(`${url}/auth`, { method: 'POST', headers: { tpg_auth_token: login } });
    expect(verifyAccessToken(await answer.text(), VERIFICATION_KEY, NOW).roles).toEqual(['read_all']);
  });

  it('sign a webhook as Shopify does', async () => {
    const file = join(folder, 'webhook.json');
    writeFileSync(file, '{"id": 1, "name": "#ü"}\n');
    const env = { ...process.env, TPG_SHOPIFY_HMAC_SECRET: 'shpss_secret' };
    const { stdout } = await run(process.execPath, ['docs/examples/sign-webhook.mjs', file], { cwd: folder, env });
    expect(stdout).toBe(`${signWebhook(readFileSync(file), 'shpss_secret')}\n`);
  });

  it('refuse a key that does not fit the address', async () => {
    const wrong = { secret_key: customer.secret_key, address: hotWallet.address };
    await expect(script('login-token.mjs', wrong)).rejects.toMatchObject({
      stderr: expect.stringContaining('TARI_ADDRESS is not of TARI_SECRET_KEY'),
    });
  });
});
