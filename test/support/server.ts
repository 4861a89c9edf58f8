import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import net from 'node:net';
import type { JwtKeys } from '#auth/key-file.ts';
import type { Clock } from '#platform/clock.ts';
import { parseSettings, type Settings } from '#platform/config/read-settings.ts';
import type { Role } from '#platform/database/tables.ts';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { createLogger } from '#platform/logging/json-log.ts';
import { linesForPeople } from '#platform/logging/pretty-log.ts';
import { type App, createApp } from '#server.ts';
import { type OpenedCore, openCore } from '#services.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { type Claim, signClaim } from '#tari/claim.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import { isOnPostgres, newDatabase, newFolder, type TestDatabase } from './database/database.ts';
import {
  type ShopifyStandIn,
  STAND_IN_TOKEN,
  type StandInOptions,
  startShopifyStandIn,
} from './fake-shopify/server.ts';
import { scanHere } from './tari-chain/scan.ts';
import { HOT_WALLET, NOW, type Person, personOf } from './test-wallets.ts';
import { afterFile } from './vitest/after-file.ts';

/** The server as it runs for a shop, over real HTTP on a free port, and a client that signs as wallets and shops do. */

/** What webhooks of the tests are signed with. */
export const HMAC_SECRET = 'shpss_secret-of-the-tests-0123456789';

/** Somebody who may do everything. */
export const ADMIN = personOf(150);

const randomOfTests = (length: number) => new Uint8Array(randomBytes(length));

// ---- Time ---------------------------------------------------------------------------------------------------------

/** A clock that stands still until its test moves it. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void;
  /** Sets it to where it started. */
  setBack(): void;
}

export function manualClock(start: Date = NOW): ManualClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance(milliseconds) {
      time += milliseconds;
    },
    setBack() {
      time = start.getTime();
    },
  };
}

// ---- What comes back ----------------------------------------------------------------------------------------------

export interface Answer {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  /** The body read without loss: whole numbers past 2^53 are bigint. Undefined where it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and say what they expect.
  json: any;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOrUndefined(text) };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

export interface RequestOptions {
  headers?: Record<string, string>;
  /** A text or bytes are sent as they are; anything else is written as JSON, bigint as whole numbers. */
  body?: unknown;
  /** Sent as `tpg_access_token`. */
  token?: string;
}

// ---- What a hot wallet sends --------------------------------------------------------------------------------------

export interface PaymentFields {
  sender?: string;
  amount?: bigint;
  txid?: string;
  memo?: string | null;
  order_id?: string | null;
}

export interface WalletSigning {
  wallet?: Person;
  /** The wallet's address where it is another form than its single one, and the text it is sent as. */
  address?: TariAddress;
  addressText?: string;
  nonce?: bigint;
}

export interface WebhookOptions {
  /** Null sends none. */
  secret?: string | null;
  /** In place of the right one. */
  hmac?: string;
  webhookId?: string | null;
  topic?: string | null;
  headers?: Record<string, string>;
  path?: string;
}

// ---- The server ---------------------------------------------------------------------------------------------------

export interface TestServerOptions {
  /** Environment variables over those that every test server has. */
  settings?: Record<string, string>;
  /** Starts the Shopify stand-in and connects the server to it. */
  shop?: boolean | StandInOptions;
  /** Starts the outbox and the jobs too. */
  start?: boolean;
  /** Lines for people in the log. */
  prettyLog?: boolean;
  /** In place of the machine's. */
  fetch?: typeof globalThis.fetch;
  /** Registers the hot wallet of the tests for 127.0.0.1; true where it is left out. */
  hotWallet?: boolean;
}

/** The application over a core in the test's own thread, whose store tests can look into. */
export type TestApp = App & Pick<OpenedCore, 'store'>;

interface RunningServer {
  app: TestApp;
  url: string;
  folder: string;
  database: TestDatabase;
  clock: ManualClock;
  keys: JwtKeys;
  settings: Settings;
  /** Its lines are those since the test has begun. */
  log: { lines: string[] };
  shop: ShopifyStandIn | undefined;
}

let lastNonce = 0n;

export class TestServer {
  readonly app: TestApp;
  readonly url: string;
  readonly port: number;
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  readonly keys: JwtKeys;
  readonly settings: Settings;
  /** Every line of the log so far. */
  readonly logLines: string[];
  /** Whether a connection may be left in the middle of a request. */
  wasSpokenToRaw = false;
  /** Whatever must never be read in the log: keys, tokens, signatures, secrets. The helpers add what they make. */
  readonly secrets = new Set<string>();
  readonly #running: RunningServer;
  /** How a borrowed server is given back. */
  readonly #giveBack: ((server: TestServer) => Promise<void>) | undefined;
  #appClosed: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(running: RunningServer, giveBack?: (server: TestServer) => Promise<void>) {
    this.app = running.app;
    this.url = running.url;
    this.port = Number(new URL(running.url).port);
    this.database = running.database;
    this.clock = running.clock;
    this.keys = running.keys;
    this.settings = running.settings;
    this.logLines = running.log.lines;
    this.#running = running;
    this.#giveBack = giveBack;
    this.keepSecret(running.keys.signingKey);
    for (const secret of [HMAC_SECRET, STAND_IN_TOKEN]) this.secrets.add(secret);
  }

  get shop(): ShopifyStandIn {
    const { shop } = this.#running;
    if (shop === undefined) throw new Error('This server was started without a shop');
    return shop;
  }

  // -- Requests

  async request(method: string, path: string, { headers = {}, body, token }: RequestOptions = {}): Promise<Answer> {
    const isText = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { tpg_access_token: token }),
        ...headers,
      },
      ...(body !== undefined && { body: (isText ? body : stringifyJson(body)) as string }),
    });
    return answerOf(response);
  }

  get(path: string, options?: RequestOptions): Promise<Answer> {
    return this.request('GET', path, options);
  }

  post(path: string, body?: unknown, options?: RequestOptions): Promise<Answer> {
    return this.request('POST', path, { body, ...options });
  }

  /** Writes text to a connection of its own and answers what came back until it was closed, by either side. */
  raw(text: string | Uint8Array, { waitMs = 2_000 }: { waitMs?: number } = {}): Promise<string> {
    this.wasSpokenToRaw = true;
    return new Promise((resolve) => {
      const socket = net.connect(this.port, '127.0.0.1');
      const timer = setTimeout(() => socket.destroy(), waitMs);
      let received = '';
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('utf8');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(received);
      });
      socket.write(text);
    });
  }

  // -- People

  /** Gives roles to an address, as `taritools setup add-user` does. */
  grant(person: Person, ...roles: Role[]): Promise<void> {
    return this.app.engine.access.changeRoles([{ address: person.tariAddress, apply: roles, revoke: [] }], 'test');
  }

  revoke(person: Person, ...roles: Role[]): Promise<void> {
    return this.app.engine.access.changeRoles([{ address: person.tariAddress, apply: [], revoke: roles }], 'test');
  }

  /** The text of a login token that the person's wallet signed. */
  loginToken(person: Person, roles: readonly string[], nonce: bigint = nextNonce()): string {
    return this.loginTokenOf({ address: person.address, nonce, desired_roles: roles }, person.secretKey);
  }

  loginTokenOf(claims: object, secretKey: Uint8Array): string {
    this.keepSecret(secretKey);
    return this.keepToken(signToken(claims, secretKey, randomOfTests));
  }

  postAuth(loginToken: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('/auth', undefined, { headers: { tpg_auth_token: loginToken, ...headers } });
  }

  /** Logs the person in and answers the access token. Roles are granted first where the person lacks them. */
  async logIn(person: Person, ...roles: Role[]): Promise<string> {
    await this.grant(person, ...roles);
    const answer = await this.postAuth(this.loginToken(person, roles));
    if (answer.status !== 200) throw new Error(`Logging in was refused: ${answer.text}`);
    return this.keepToken(answer.text);
  }

  /** A claim of the order, signed by the person; with another's address it is a lie. */
  claimOf(person: Person, orderId: string, address: TariAddress = person.tariAddress): Claim {
    this.keepSecret(person.secretKey);
    const claim = signClaim(person.secretKey, address, orderId, randomOfTests);
    this.secrets.add(claim.signature);
    return claim;
  }

  claim(person: Person, orderId: string): Promise<Answer> {
    return this.post('/order/claim', this.claimOf(person, orderId));
  }

  // -- The hot wallet

  registerWallet(person: Person = HOT_WALLET, ipAddress = '127.0.0.1', initialNonce?: bigint): Promise<void> {
    const wallet = { address: person.tariAddress, ipAddress, initialNonce };
    return this.app.engine.wallets.register(wallet, 'test');
  }

  /** A payment of 100 XTM from the first person's address, signed by the hot wallet. Null fields are left out. */
  paymentBody(fields: PaymentFields = {}, signing: WalletSigning = {}) {
    const payment = { sender: personOf(1).address, amount: 100_000_000n, txid: randomTransactionId(), ...fields };
    const { memo = null, order_id: orderId = null } = payment;
    const payload = paymentPayload({ ...payment, memo, orderId });
    return { payment, auth: this.#walletAuth(payload, signing) };
  }

  confirmationBody(txid: string, signing: WalletSigning = {}) {
    return { confirmation: { txid }, auth: this.#walletAuth(confirmationPayload(txid), signing) };
  }

  #walletAuth(payload: string, signing: WalletSigning) {
    const { wallet = HOT_WALLET, nonce = nextNonce() } = signing;
    const address = signing.address ?? wallet.tariAddress;
    const signature = signWalletMessage(wallet.secretKey, address, nonce, payload, randomOfTests);
    this.keepSecret(wallet.secretKey);
    this.secrets.add(signature);
    return { address: signing.addressText ?? addressToBase58(address), nonce, signature };
  }

  reportPayment(fields: PaymentFields = {}, signing: WalletSigning = {}): Promise<Answer> {
    return this.post('/wallet/incoming_payment', this.paymentBody(fields, signing));
  }

  reportConfirmation(txid: string, signing: WalletSigning = {}): Promise<Answer> {
    return this.post('/wallet/tx_confirmation', this.confirmationBody(txid, signing));
  }

  /** A payment and its confirmation. */
  async payConfirmed(fields: PaymentFields = {}): Promise<void> {
    const txid = fields.txid ?? randomTransactionId();
    for (const answer of [await this.reportPayment({ ...fields, txid }), await this.reportConfirmation(txid)]) {
      if (answer.status !== 200) throw new Error(`The payment was refused: ${answer.text}`);
    }
  }

  // -- The shop

  /** Sends a webhook as the shop does. */
  webhook(body: string | Buffer, options: WebhookOptions = {}): Promise<Answer> {
    const { path = '/shopify/webhook/checkout_create', topic = 'orders/create', secret = HMAC_SECRET } = options;
    const { webhookId = randomUUID() } = options;
    const hmac = options.hmac ?? (secret === null ? undefined : hmacOf(body, secret));
    return this.post(path, body, {
      headers: {
        'x-shopify-event-id': randomUUID(),
        'x-shopify-triggered-at': NOW.toISOString(),
        'x-shopify-api-version': '2026-10',
        ...(topic !== null && { 'x-shopify-topic': topic }),
        ...(webhookId !== null && { 'x-shopify-webhook-id': webhookId }),
        ...(hmac !== undefined && { 'x-shopify-hmac-sha256': hmac }),
        ...options.headers,
      },
    });
  }

  /** The shop reports an order, which must be taken. */
  async order(fields: Record<string, unknown> = {}): Promise<void> {
    const answer = await this.webhook(orderBody(fields));
    if (answer.json?.success !== true) throw new Error(`The order was refused: ${answer.text}`);
  }

  /** Takes in an order of one dollar, which is 100 XTM, as a shop has it that is told of it: Shopify knows no XTM. */
  async dollarOrder(fields: Record<string, unknown> = {}): Promise<void> {
    await this.app.engine.exchangeRates.set('USD', 100_000_000n, 'test');
    await this.order({ currency: 'USD', total_price: '1.00', ...fields });
  }

  // -- The database, past the server

  /** Rows as they are committed, whole numbers as bigint. */
  rows(sql: string, ...parameters: unknown[]): Record<string, unknown>[] {
    return this.database.rows(sql, ...parameters);
  }

  /** Every row that an input can change, so that "nothing changes" can be said of all of them. */
  everything(): Record<string, unknown[]> {
    return this.database.dump('heartbeat');
  }

  /** Keeps the server from writing, as a backup or another process may. Answers how to let go of it. */
  lockDatabase(): () => void {
    return this.database.lock();
  }

  // -- The log

  get logText(): string {
    return this.logLines.join('');
  }

  /** The log's lines as records. */
  get logRecords(): Record<string, unknown>[] {
    return this.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The access lines so far. */
  get accessRecords(): Record<string, unknown>[] {
    return this.logRecords.map((record) => record.access as Record<string, unknown>).filter((access) => access);
  }

  /** The access line of the one request to this path, which is written just after the answer. */
  async accessRecordOf(path: string): Promise<Record<string, unknown>> {
    return eventually(() => {
      const found = this.accessRecords.filter((record) => record.url === path);
      if (found.length !== 1) throw new Error(`${found.length} requests to ${path} are in the log`);
      return found[0] as Record<string, unknown>;
    });
  }

  keepSecret(key: Uint8Array): void {
    const bytes = Buffer.from(key);
    this.secrets
      .add(bytes.toString('hex'))
      .add(bytes.toString('base64'))
      .add([...bytes].join(','));
  }

  keepToken(token: string): string {
    this.secrets.add(token);
    const signature = token.split('.')[2];
    if (signature !== undefined && signature.length > 20) this.secrets.add(signature);
    return token;
  }

  /** @throws {Error} where something that must not be read in a log stands in ours. */
  refuseSecretsInLog(): void {
    const text = this.logText;
    for (const secret of this.secrets) {
      if (!text.includes(secret)) continue;
      const line = this.logLines.find((candidate) => candidate.includes(secret));
      throw new Error(`The log shows the secret ${secret} in: ${line}`);
    }
  }

  // -- The end

  /** Ends the server in order, once, and leaves its database to be looked at. */
  closeApp(): Promise<void> {
    if (this.#giveBack) throw new Error('A borrowed server is not ended: start one for that');
    this.#appClosed ??= this.app.close();
    return this.#appClosed;
  }

  /** Ends everything, once. Fails where the log of the whole run shows a secret. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#giveBack) {
      await this.#giveBack(this);
    } else {
      await this.closeApp();
      await clearAway(this.#running);
    }
    this.refuseSecretsInLog();
  }
}

/** Starts a server. A test that asks nothing special of it, and leaves it running, had better borrow one. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  return handOver(await begin(options), options);
}

async function handOver(
  running: RunningServer,
  options: TestServerOptions,
  giveBack?: (server: TestServer) => Promise<void>,
): Promise<TestServer> {
  const server = new TestServer(running, giveBack);
  if (options.hotWallet !== false) await server.registerWallet();
  return server;
}

async function clearAway({ shop, database, folder }: RunningServer): Promise<void> {
  await shop?.close();
  await database.release();
  if (existsSync(folder)) rmSync(folder, { recursive: true });
}

async function begin(options: TestServerOptions): Promise<RunningServer> {
  const folder = newFolder();
  const database = await newDatabase();
  const signingKey = generateSecretKey(randomOfTests);
  const keys = { signingKey, verificationKey: publicKeyOf(signingKey) };
  const shop = options.shop ? await startShopifyStandIn(options.shop === true ? {} : options.shop) : undefined;
  const settings = settingsOf({
    TPG_DATABASE_URL: database.url,
    ...(isOnPostgres() && { TPG_MAX_CONNECTIONS: '5', TPG_DATABASE_STATEMENT_TIMEOUT: '2s' }),
    TPG_JWT_SIGNING_KEY: Buffer.from(keys.signingKey).toString('hex'),
    TPG_JWT_VERIFICATION_KEY: Buffer.from(keys.verificationKey).toString('hex'),
    TPG_SHOPIFY_HMAC_SECRET: HMAC_SECRET,
    TPG_RATE_LIMIT: '0',
    TPG_LOG_LEVEL: 'trace',
    // The clock of tests stands still; their own calls make things expire.
    TPG_EXPIRY_SCHEDULE: '0 0 1 1 *',
    ...(shop && {
      TPG_SHOPIFY_SHOP: shop.shop,
      TPG_SHOPIFY_ADMIN_URL: shop.url,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
    }),
    ...options.settings,
  });
  const clock = manualClock();
  const log: RunningServer['log'] = { lines: [] };
  const lines = { write: (line: string) => void log.lines.push(line) };
  const logger = createLogger({
    level: settings.logLevel,
    destination: options.prettyLog ? linesForPeople(lines) : lines,
  });
  const core = await openCore({
    settings,
    clock,
    randomBytes: randomOfTests,
    random: Math.random,
    fetch: options.fetch ?? globalThis.fetch,
    log: logger,
    folder,
    startScan: scanHere,
  });
  const { store } = core;
  const ports = { settings, keys, clock, randomBytes: randomOfTests, log: logger, core };
  const app = { ...(await createApp(ports)), store };
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  if (options.start) await app.start();
  return { app, url, folder, database, clock, keys, settings, log, shop };
}

// ---- Servers that are borrowed ------------------------------------------------------------------------------------

/** A server that one test after another has. */
interface LentServer extends RunningServer {
  /** Answers when every request has had its answer, and its line in the log. */
  untilQuiet(): Promise<void>;
}

const idle: LentServer[] = [];

/**
 * A server with the settings of all, as good as new: with an empty database, a clock that was not moved and a log
 * without lines. Closing it gives it back, to the next test of the file: to start one takes ten times as long. What ends
 * a server, starts what works by itself, or opens connections by itself, needs one of its own.
 */
export async function borrowServer(options: Pick<TestServerOptions, 'hotWallet'> = {}): Promise<TestServer> {
  const lent = idle.pop() ?? (await beginLending());
  const app = { ...lent.app, start: refuse, announceEnd: refuse, close: refuse };
  const store = { ...lent.app.store, close: refuse };
  return handOver({ ...lent, app: { ...app, store } }, options, (server) => takeBack(lent, server));
}

function refuse(): never {
  throw new Error('Others have a borrowed server after this test: start one of its own');
}

async function beginLending(): Promise<LentServer> {
  afterFile(endIdle);
  const running = await begin({});
  let inHand = 0;
  let tell: () => void = () => undefined;
  running.app.server.server.on('request', (_request, response) => {
    inHand += 1;
    response.once('close', () => {
      inHand -= 1;
      if (inHand === 0) tell();
    });
  });
  const untilQuiet = () =>
    new Promise<void>((resolve) => {
      tell = resolve;
      if (inHand === 0) resolve();
    });
  return { ...running, untilQuiet };
}

async function takeBack(lent: LentServer, { wasSpokenToRaw }: TestServer): Promise<void> {
  await lent.untilQuiet();
  if (!wasSpokenToRaw && (await lent.database.empty())) {
    lent.clock.setBack();
    lent.log.lines = [];
    idle.push(lent);
  } else {
    await end(lent);
  }
}

async function end(lent: LentServer): Promise<void> {
  await lent.app.close();
  await clearAway(lent);
}

async function endIdle(): Promise<void> {
  for (const lent of idle.splice(0)) await end(lent);
}

function settingsOf(environment: Record<string, string>): Settings {
  const parsed = parseSettings(environment);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.settings;
}

// ---- Small makers -------------------------------------------------------------------------------------------------

/** A nonce above all that were used. */
export function nextNonce(): bigint {
  lastNonce += 1n;
  return lastNonce;
}

export function randomTransactionId(): string {
  return randomBytes(8).readBigUInt64BE().toString();
}

export function hmacOf(body: string | Buffer, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/** The body of an orders/create webhook of 100 XTM, with the fields that count; bigint ids are written as numbers. */
export function orderBody(fields: Record<string, unknown> = {}): string {
  return stringifyJson({
    id: 1001,
    name: '#1001',
    note: null,
    customer: { id: 7001 },
    currency: 'XTM',
    total_price: '100.00',
    subtotal_price: '90.00',
    line_items: [{ price: '40.00', quantity: 2 }],
    created_at: '2026-03-10T07:00:00-05:00',
    updated_at: '2026-03-10T07:00:00-05:00',
    ...fields,
  });
}

/** Asks until it is so, for at most five seconds. */
export async function eventually<T>(ask: () => T | Promise<T>, withinMs = 5_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** What every error is answered in. */
export function errorOf(answer: Answer): { status: number; error: string; code: string } {
  const { error, code, request_id: requestId, ...more } = answer.json ?? {};
  if (typeof error !== 'string' || !/^[a-z0-9_]+$/.test(code) || !/^[0-9a-f-]{36}$/.test(requestId)) {
    throw new Error(`This is no error in the one form: ${answer.status} ${answer.text}`);
  }
  if (Object.keys(more).length > 0) throw new Error(`The error holds more than it should: ${answer.text}`);
  if (!answer.headers.get('content-type')?.startsWith('application/json')) throw new Error('The error is not JSON');
  return { status: answer.status, error, code };
}
