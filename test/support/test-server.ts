import { randomBytes } from 'node:crypto';
import type { JwtKeys } from '#auth/key-file.ts';
import type { Role } from '#auth/roles.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { TariAddress } from '#tari/address.ts';
import { type Claim, signClaim } from '#tari/claim.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import type { ManualClock } from './clock.ts';
import type { TestDatabase } from './database/database.ts';
import { eventually } from './eventually.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN } from './fake-shopify/server.ts';
import { clearAway, type RunningServer, type TestApp } from './processes/running-server.ts';
import { type Answer, type RequestOptions, sendRaw, sendRequest } from './requests.ts';
import { HOT_WALLET, type Person } from './test-wallets.ts';
import {
  nextNonce,
  type PaymentFields,
  randomTransactionId,
  signedConfirmation,
  signedPayment,
  type WalletAuth,
  type WalletSigning,
} from './wallet-messages.ts';
import { HMAC_SECRET, orderBody, type WebhookOptions, webhookHeaders } from './webhooks.ts';

const randomOfTests = (length: number) => new Uint8Array(randomBytes(length));

/** A running server, with a client that signs as wallets and shops do. */
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

  request(method: string, path: string, options?: RequestOptions): Promise<Answer> {
    return sendRequest(this.url, method, path, options);
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
    return sendRaw(this.port, text, waitMs);
  }

  // -- People

  /** Gives roles to an address, as `taritools setup add-user` does. */
  grant(person: Person, ...roles: Role[]): Promise<void> {
    return this.app.engine.access.changeRoles([{ address: person.tariAddress, apply: roles, revoke: [] }], 'test');
  }

  revoke(person: Person, ...roles: Role[]): Promise<void> {
    return this.app.engine.access.changeRoles([{ address: person.tariAddress, apply: [], revoke: roles }], 'test', {
      force: true,
    });
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
    const body = signedPayment(fields, signing);
    this.#keepWalletSecrets(body.auth, signing);
    return body;
  }

  confirmationBody(txid: string, signing: WalletSigning = {}) {
    const body = signedConfirmation(txid, signing);
    this.#keepWalletSecrets(body.auth, signing);
    return body;
  }

  #keepWalletSecrets({ signature }: WalletAuth, { wallet = HOT_WALLET }: WalletSigning): void {
    this.keepSecret(wallet.secretKey);
    this.secrets.add(signature);
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
    const { path = '/shopify/webhook/checkout_create' } = options;
    return this.post(path, body, { headers: webhookHeaders(body, options) });
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
