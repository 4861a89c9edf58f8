import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { parse as parseEnvironmentFile } from 'dotenv';
import { afterAll, beforeAll, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { freePort } from '../../scripts/server-process.ts';
import { documentText, ROOT, shellCommands } from '../docs/documents.ts';
import { type ShopifyStandIn, startShopifyStandIn } from '../fakes/shopify/stand-in.ts';
import { sendWebhook, webhookBody } from '../fakes/shopify/webhooks.ts';
import { decodeQr, isQrLine } from './screens.ts';
import { ShellScreen } from './shell-screen.ts';
import { Home, TOOL } from './tool.ts';

/** The walk from nothing: what the README tells to type is typed at a terminal, in its order, in a folder of its own. */

const SHOP = 'my-shop.myshopify.com';
const CLIENT = { clientId: '0123456789abcdef', clientSecret: 'shpss_0123456789abcdef' };
const PORT_OF_README = '8360';
const ORDER_ID = '5001';
const TXID = '12375671662993';

/** A new address, as the tool told it, and the key that belongs to it. */
interface Owner {
  address: string;
  key: string;
}

let folder: string;
let home: Home;
let shop: ShopifyStandIn;
let port: string;
let shell: ShellScreen;
let server: ChildProcess | undefined;
const logFile = () => join(folder, 'server.log');

/** After `npm ci` and `npm run build`, without any settings. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tps-walk-'));
  const [built = ''] = relative(ROOT, TOOL).split(sep);
  for (const path of [built, 'package.json', 'scripts/tari-notify.sh']) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  home = new Home();
  shop = await startShopifyStandIn({
    domain: SHOP,
    access: { kind: 'client_credentials', ...CLIENT, lifetimeSeconds: 600 },
  });
  port = String(await freePort());
  shell = new ShellScreen(home, folder);
  await shell.run(`taritools() { node '${join(folder, relative(ROOT, TOOL))}' "$@"; }`);
});

afterAll(async () => {
  shell.close();
  if (server?.exitCode === null) server.kill('SIGKILL');
  await shop.close();
  home.remove();
  rmSync(folder, { recursive: true, force: true });
});

it('leads from nothing to an order that is paid, with the README alone', { timeout: 60_000 }, async () => {
  const [install, build, ...commands] = readmeCommands();
  expect([install, build]).toEqual(['npm ci', 'npm run build']);
  const owners: Owner[] = [];

  for (const command of commands) {
    if (command === 'npm start') await startServer();
    else if (command.endsWith(' address'))
      for (let count = 0; count < 3; count += 1) owners.push(await newOwner(command));
    else if (command.includes(' setup init ')) await initialize(command, owners);
    else await step(command, owners);
  }

  const [, , alice] = owners;
  expect(await shell.run(readable('npm run -s taritools -- my orders -p alice'))).toMatch(/5001 +#5001 +Paid +477\.0/);
  expect(shop.orders.get(ORDER_ID)?.financialStatus).toBe('PAID');
  expect([shop.effectCount(ORDER_ID, 'paid'), shop.effects.length]).toEqual([1, 1]);
  expect(alice?.address).toBeDefined();
  server?.kill('SIGTERM');
  await once(server as ChildProcess, 'exit');
  expect(server?.exitCode).toBe(0);
  expect(warnings()).toEqual([]);
  for (const secret of secretsOfFile()) expect(shell.written).not.toContain(secret);
});

// ---- What the README tells ----------------------------------------------------------------------------------------

function readmeCommands(): string[] {
  const [, behind = ''] = documentText('README.md').split('\n## Set it up\n');
  return shellCommands(behind.split('\n## ')[0] ?? '');
}

/** As it is typed: what stands for something is replaced, and the tool is started without npm, which takes its time. */
function readable(command: string, [operator, wallet, alice]: readonly Owner[] = []): string {
  return command
    .replace('npm run -s taritools --', 'taritools')
    .replace(PORT_OF_README, port)
    .replace(/\bOTHER_WALLET_ADDRESS\b/, alice?.address ?? '')
    .replace(/\bWALLET_ADDRESS\b/, wallet?.address ?? '')
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
    ['Client id of the app', CLIENT.clientId],
    ['Client secret of the app', CLIENT.clientSecret],
    ['Payment methods in Tari', 'Tari'],
  ]);
  await shell.run('unset TPG_PORT TPG_SHOPIFY_ADMIN_URL');
  expect(shown).toContain('is super admin.');
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  expect(parseEnvironmentFile(readFileSync(join(folder, '.env')))).toMatchObject({ TPG_SHOPIFY_SHOP: SHOP });
}

/** One of the other commands: what goes before it, what is answered, and what it must show. */
async function step(command: string, owners: readonly Owner[]): Promise<void> {
  const [operator, wallet, alice] = owners;
  if (command.includes(' claim ')) await placeOrder();
  if (command.includes(' orders get ')) await pay(alice, wallet);
  const owner = command.includes(' add boss ') ? operator : command.includes(' add alice ') ? alice : wallet;
  const answers = command.includes(' profile add ')
    ? [['Secret key (64 hex characters)', owner?.key ?? ''] as const]
    : [];
  const shown = await shell.run(readable(command, owners), answers);

  if (command.includes(' shopify setup ')) {
    expect(shown).toMatch(/9 of them from now on\.\n\S+ holds all settings of the shop\./);
    expect(shop.definitions.has('tari_price')).toBe(true);
  }
  if (command.includes(' shopify doctor ')) {
    const findings = [...shown.matchAll(/^([\w ]+): +(\w+), /gm)].map(([, , state]) => state);
    expect(findings).toEqual(Array(8).fill('ok'));
  }
  if (command.includes(' claim ')) expectClaim(shown, wallet);
  if (command.includes(' orders get ')) expect(shown).toMatch(/^Status: +Paid$/m);
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
  expect(await (await fetch(`http://127.0.0.1:${port}/wallet/send_to`)).json()).toHaveLength(1);
  expect(warnings()).toEqual([]);
}

async function ready(): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
  return answer?.ok === true;
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
function expectClaim(shown: string, wallet: Owner | undefined): void {
  expect(shown).toMatch(/^Status: +New$/m);
  expect(shown).toMatch(/^Amount: +477\.000000 XTM$/m);
  const link = `tari://mainnet/transactions/send?tariAddress=${wallet?.address}&amount=477000000&note=order%20${ORDER_ID}`;
  expect(decodeQr(shown.split('\n').filter(isQrLine))).toBe(link);
}

/** The customer pays, and the console wallet runs its script: when it sees the payment, and at each depth in the chain. */
async function pay(alice: Owner | undefined, wallet: Owner | undefined): Promise<void> {
  const notify = async (event: string, confirmations: string) => {
    const { PATH = '' } = process.env;
    const what = [event, '477.000000 T', TXID, '', `type(Payment), data(order ${ORDER_ID})`];
    const whose = [alice?.address ?? '', wallet?.address ?? ''];
    const how = ['Mined Unconfirmed', 'an excess', 'a public nonce', 'a signature', confirmations, 'Inbound'];
    const script = join(folder, 'scripts/tari-notify.sh');
    const env = { PATH, HOME: home.folder };
    return (await promisify(execFile)(script, [...what, ...whose, ...how], { cwd: '/', env })).stdout;
  };
  expect(await notify('received', '')).toBe(`Payment ${TXID}: Payment processed successfully.\n`);
  expect(await notify('confirmation', '1')).toBe('This was reported before.\n');
  expect(shop.effects).toEqual([]);
  expect(await notify('confirmation', '3')).toContain('it is confirmed.');
  expect(await notify('mined', '3')).toBe('This was reported before.\n');
  await expect.poll(() => shop.effectCount(ORDER_ID, 'paid'), { timeout: 10_000, interval: 25 }).toBe(1);
}

// ---- What must not be seen ----------------------------------------------------------------------------------------

function warnings(): unknown[] {
  const lines = readFileSync(logFile(), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !/^\{"level":"(?:debug|info)"/.test(line));
}

/** What `setup init` was told and made in secret. */
function secretsOfFile(): string[] {
  const settings = parseEnvironmentFile(readFileSync(join(folder, '.env')));
  return [settings.TPG_JWT_SIGNING_KEY, settings.TPG_SHOPIFY_API_SECRET].map((secret) => {
    if (secret === undefined || secret === '') throw new Error('The settings hold no secret');
    return secret;
  });
}
