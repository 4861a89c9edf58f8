import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { hex } from '@scure/base';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSettingsText } from '#platform/config/settings-text.ts';
import { addressToBase58 } from '#tari/address.ts';
import { orderAddress } from '#tari/order-address.ts';
import { decodeQr, isQrLine } from '#test/cli/screens.ts';
import { ShellScreen } from '#test/cli/shell-screen.ts';
import { Home, TOOL } from '#test/cli/tool.ts';
import { documentText, ROOT, shellCommands } from '#test/docs/documents.ts';
import { type ShopifyStandIn, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { sendWebhook, webhookBody } from '#test/fake-shopify/webhooks.ts';
import { type FakeNode, startFakeNode } from '#test/fake-tari-chain/node.ts';
import { PlayChain } from '#test/fake-tari-chain/play-chain.ts';
import { payTo, playWallet, playWalletOf } from '#test/fake-tari-chain/play-wallet.ts';
import { spawn } from '#test/processes/child-process.ts';
import { freePort } from '#test/processes/server-process.ts';
import packageJson from '../../../package.json' with { type: 'json' };

/** The walk from nothing: what the README tells to type is typed at a terminal, in its order, in a folder of its own. */

const SHOP = 'my-shop.myshopify.com';
const CLIENT = { clientId: '0123456789abcdef', clientSecret: 'shpss_0123456789abcdef' };
const PORT_OF_README = '8360';
const ORDER_ID = '5001';
const random = (length: number) => new Uint8Array(randomBytes(length));
const WALLET = playWallet('mainnet', random);
const WALLET_ADDRESS = addressToBase58(WALLET.address);
const VIEW_KEY = hex.encode(WALLET.viewKey);
const SPEND_KEY = hex.encode(WALLET.view.spendKey);

/** A new address, as the tool told it, and the key that belongs to it. */
interface Owner {
  address: string;
  key: string;
}

let folder: string;
let home: Home;
let shop: ShopifyStandIn;
let chain: PlayChain;
let nodes: FakeNode[];
let port: string;
let shell: ShellScreen;
let server: ChildProcess | undefined;
const logFile = () => join(folder, 'server.log');

/** After `npm ci` and `npm run build`, without any settings. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tps-walk-'));
  const [built = ''] = relative(ROOT, TOOL).split(sep);
  for (const path of [built, 'package.json']) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  home = new Home();
  shop = await startShopifyStandIn({
    domain: SHOP,
    access: { kind: 'client_credentials', ...CLIENT, lifetimeSeconds: 600 },
  });
  chain = new PlayChain(random, Math.floor(Date.now() / 1000) - 20 * 120);
  chain.mineBlocks(20);
  nodes = [await startFakeNode(chain), await startFakeNode(chain)];
  port = String(await freePort());
  shell = new ShellScreen(home, folder);
  await shell.run(`taritools() { node '${join(folder, relative(ROOT, TOOL))}' "$@"; }`);
  // The wallet's own machine, where it prints its keys for the one who sits there.
  await shell.run(`minotari_console_wallet() { echo 'View key: ${VIEW_KEY}'; echo 'Spend key: ${SPEND_KEY}'; }`);
});

afterAll(async () => {
  shell.close();
  if (server?.exitCode === null) server.kill('SIGKILL');
  await shop.close();
  for (const node of nodes) await node.close();
  home.remove();
  rmSync(folder, { recursive: true, force: true });
});

it('leads from nothing to an order that is paid, with the README alone', { timeout: 120_000 }, async () => {
  const [install, build, ...commands] = readmeCommands();
  expect([install, build]).toEqual(['npm ci', 'npm run build']);
  const owners: Owner[] = [];

  for (const command of commands) {
    if (command === 'npm start') await startServer();
    else if (command.endsWith(' address'))
      for (let count = 0; count < 2; count += 1) owners.push(await newOwner(command));
    else if (command.includes(' setup init ')) await initialize(command, owners);
    else await step(command, owners);
  }

  const [, alice] = owners;
  expect(await shell.run(readable('npm run -s taritools -- my orders -p alice'))).toMatch(/5001 +#5001 +Paid +477\.0/);
  expect(shop.orders.get(ORDER_ID)?.financialStatus).toBe('PAID');
  expect([shop.effectCount(ORDER_ID, 'paid'), shop.effects.length]).toEqual([1, 1]);
  expect(alice?.address).toBeDefined();
  server?.kill('SIGTERM');
  await once(server as ChildProcess, 'exit');
  expect(server?.exitCode).toBe(0);
  expect(warnings()).toEqual([]);
  for (const secret of secretsOfFile()) expect(shell.written).not.toContain(secret);
  // Where the wallet was made to print it, and where that was told to do so.
  expect(shell.written.split('minotari_console_wallet export').at(-1)?.split(VIEW_KEY)).toHaveLength(2);
  expect(readFileSync(logFile(), 'utf8')).not.toContain(VIEW_KEY);
});

// ---- What the README tells ----------------------------------------------------------------------------------------

function readmeCommands(): string[] {
  const [, behind = ''] = documentText('README.md').split('\n## Set it up\n');
  return shellCommands(behind.split('\n## ')[0] ?? '');
}

/** As it is typed: what stands for something is replaced, and the tool is started without npm, which takes its time. */
function readable(command: string, [operator]: readonly Owner[] = []): string {
  return command
    .replace('npm run -s taritools --', 'taritools')
    .replace(PORT_OF_README, port)
    .replace(/\bADDRESS\b/, operator?.address ?? '')
    .replace(/\bORDER_ID\b/, ORDER_ID);
}

async function newOwner(command: string): Promise<Owner> {
  const shown = await shell.run(readable(command));
  const of = (name: string) => new RegExp(`^${name}: +(\\w+)$`, 'm').exec(shown)?.[1] ?? '';
  return { address: of('address'), key: of('secret key') };
}

/** The port and the stand-in's address are this test's own; the environment's settings are written into the file. */
async function initialize(command: string, owners: readonly Owner[]): Promise<void> {
  await shell.run(`export TPG_PORT=${port} TPG_SHOPIFY_ADMIN_URL=${shop.url}`);
  const shown = await shell.run(readable(command, owners), [
    ['How shall the server learn of payments', ''],
    ['The 24 seed words, or the private view key', `View key: ${VIEW_KEY}`],
    ['The public spend key', `Spend key: ${SPEND_KEY}`],
    ['Base nodes to ask', nodes.map(({ url }) => url).join(', ')],
    ['Client id of the app', CLIENT.clientId],
    ['Client secret of the app', CLIENT.clientSecret],
    ['Payment methods in Tari', 'Tari'],
  ]);
  await shell.run('unset TPG_PORT TPG_SHOPIFY_ADMIN_URL');
  expect(shown).toContain('is super admin.');
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  expect(parseSettingsText(readFileSync(join(folder, '.env'), 'utf8'))).toMatchObject({
    TPG_SHOPIFY_SHOP: SHOP,
    TPG_PAYMENT_WALLET_ADDRESS: WALLET_ADDRESS,
  });
}

/** One of the other commands: what goes before it, what is answered, and what it must show. */
async function step(command: string, owners: readonly Owner[]): Promise<void> {
  const [operator, alice] = owners;
  if (command.includes(' claim ')) await placeOrder();
  if (command.includes(' orders get ')) await pay(alice);
  const owner = command.includes(' add boss ') ? operator : alice;
  const answers: (readonly [question: string, answer: string])[] = [];
  if (command.includes(' profile add ')) answers.push(['Secret key (64 hex characters)', owner?.key ?? '']);
  if (command.includes(' shopify setup ')) answers.push(['Give customers a page to pay at', '']);
  // Nothing answers at https://pay.example.com, so the doctor ends with 1.
  const end = command.includes(' shopify doctor ') ? '; true' : '';
  const shown = await shell.run(`${readable(command, owners)}${end}`, answers);

  if (command.includes(' shopify setup ')) {
    expect(shown).toMatch(/9 of them from now on\.\n/);
    expect(shown).toMatch(/\nWrote TPG_[A-Z_, ]+ TPG_PUBLIC_URL to /);
    expect(shown).toContain('https://pay.example.com/o/{{ id }}/{{ confirmation_number }}');
    expect(shop.definitions.has('tari_price')).toBe(true);
  }
  if (command.includes(' shopify doctor ')) {
    const findings = [...shown.matchAll(/^([\w ]+): +(\w+), /gm)].map(([, name, state]) => [name, state]);
    expect(findings.slice(0, 3)).toEqual([
      ['public address', 'failed'],
      ['public signature', 'skipped'],
      ['public login', 'skipped'],
    ]);
    expect(findings.slice(3).map(([, state]) => state)).toEqual(Array(12).fill('ok'));
  }
  if (command.endsWith(' wallet doctor')) {
    expect(shown).toContain('the server has read up to block 20, 0 behind');
    expect(shown).not.toContain('What to do:');
  }
  if (command.includes(' claim ')) expectClaim(shown);
  if (command.includes(' orders get ')) expect(shown).toMatch(/^Status: +Paid$/m);
  if (command.endsWith(' wallet check')) expect(shown).toContain('The books agree with the chain.');
  if (command.endsWith(' audit')) expect(shown).toContain('The books agree with the journals.');
}

// ---- What others do -----------------------------------------------------------------------------------------------

async function startServer(): Promise<void> {
  const [program = '', ...given] = packageJson.scripts.start.split(' ');
  const { PATH = '' } = process.env;
  server = spawn(program, given, { cwd: folder, env: { PATH, HOME: home.folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile());
  server.stdout?.pipe(log);
  server.stderr?.pipe(log);
  await expect.poll(ready, { timeout: 20_000, interval: 25 }).toBe(true);
  expect(await (await fetch(`http://127.0.0.1:${port}/wallet/send_to`)).json()).toEqual([WALLET_ADDRESS]);
  expect(warnings()).toEqual([]);
}

async function ready(): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
  const { chain: read } = ((await answer?.json()) ?? {}) as { chain?: { height: number } };
  // And has read what stood on the chain before it.
  return answer?.ok === true && read?.height === chain.tipHeight;
}

/** A customer orders, and the shop tells whoever subscribed; the proxy of that address is this test. */
async function placeOrder(): Promise<void> {
  const order = shop.addOrder({ id: ORDER_ID, name: '#5001', currency: 'USD', price: '15.90', customerId: '7001' });
  const told = shop.subscriptions.filter(({ topic }) => topic === 'ORDERS_CREATE');
  expect(told).toHaveLength(1);
  for (const { uri } of told) {
    const { protocol, pathname } = new URL(uri);
    expect(protocol).toBe('https:');
    const url = `http://127.0.0.1:${port}${pathname}`;
    const delivery = { secret: CLIENT.clientSecret, shop: SHOP };
    const answer = await sendWebhook(url, 'orders/create', webhookBody(order), delivery);
    expect([answer.status, await answer.json()]).toMatchObject([200, { success: true }]);
  }
}

/** What the phone's camera sees opens the customer's wallet with everything filled in. */
function expectClaim(shown: string): void {
  expect(shown).toMatch(/^Status: +New$/m);
  expect(shown).toMatch(/^Amount: +477\.000000 XTM$/m);
  const own = orderAddress(WALLET.address)(String(ORDER_ID));
  const link = `tari://mainnet/transactions/send?tariAddress=${own}&amount=477000000`;
  expect(decodeQr(shown.split('\n').filter(isQrLine))).toBe(link);
}

/** The customer pays, a block has it, and three more come over it. */
async function pay(alice: Owner | undefined): Promise<void> {
  const payer = playWalletOf('mainnet', random(32).fill(0, 31), hex.decode(alice?.key ?? ''));
  chain.mine({ outputs: [payTo(WALLET.address, payer, { amount: 477_000_000n }, random)] });
  const payments = () => shell.run('taritools admin payments search -p boss');
  await expect
    .poll(payments, { timeout: 20_000, interval: 500 })
    .toMatch(/477\.000000 XTM.*received|received.*477\.000000 XTM/);
  expect(shop.effects).toEqual([]);
  chain.mineBlocks(3);
  await expect.poll(() => shop.effectCount(ORDER_ID, 'paid'), { timeout: 20_000, interval: 25 }).toBe(1);
}

// ---- What must not be seen ----------------------------------------------------------------------------------------

function warnings(): unknown[] {
  const lines = readFileSync(logFile(), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !/^\{"level":"(?:debug|info)"/.test(line));
}

/** What `setup init` was told and made in secret. */
function secretsOfFile(): string[] {
  const settings = parseSettingsText(readFileSync(join(folder, '.env'), 'utf8'));
  return [settings.TPG_JWT_SIGNING_KEY, settings.TPG_SHOPIFY_API_SECRET].map((secret) => {
    if (secret === undefined || secret === '') throw new Error('The settings hold no secret');
    return secret;
  });
}
