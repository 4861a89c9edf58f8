import { request as httpRequest } from 'node:http';
import type * as z from 'zod';
import { stringifyJson } from '#platform/json.ts';
import { addressToObject } from '#tari/address.ts';
import type { TestServer } from '#test/server.ts';
import type { Person } from '#test/test-wallets.ts';
import { signedConfirmation, signedPayment } from '#test/wallet-messages.ts';
import * as answers from './answers.ts';

/**
 * The tool of the Rust server, version 1.10, as far as a server sees it: for each command and each entry of its menus the
 * requests that it sends, in their order, with its headers and bodies, and what it can read of the answers.
 */

/** The address and keys that a profile of it has, and the roles that it asks for. */
export interface Profile {
  person: Person;
  roles: readonly string[];
}

/** What it shows where a server refuses something, with the body of the answer as it came. */
export class RefusedByServer extends Error {
  override readonly name = 'RefusedByServer';
  readonly status: number;
  constructor(status: number, body: string) {
    super(body);
    this.status = status;
  }
}

interface Sent {
  token?: Record<string, string>;
  body?: unknown;
}

/** Its time-out is none; ours ends a test. */
const TIMEOUT_MS = 10_000;

export class RustTool {
  readonly #server: TestServer;
  readonly #profile: Profile;
  /** Every request so far: method and path. */
  readonly sent: string[] = [];
  #accessToken: string | undefined;
  /** It asks for them once an hour. */
  #customerIds: string[] | undefined;
  #addresses: string[] | undefined;

  constructor(server: TestServer, profile: Profile) {
    this.#server = server;
    this.#profile = profile;
  }

  // -- What each entry of its menus does

  /** Before the first entry that needs it, and again after Logout. Its nonce is the seconds of its clock. */
  async logIn(): Promise<void> {
    if (this.#accessToken !== undefined) return;
    const { person, roles } = this.#profile;
    const nonce = BigInt(Math.floor(this.#server.clock.now().getTime() / 1000));
    const claims = { address: addressToObject(person.tariAddress), nonce, desired_roles: roles };
    const loginToken = this.#server.loginTokenOf(claims, person.secretKey);
    const token = await this.#send('POST', '/auth', { token: { tpg_auth_token: loginToken } });
    // It writes the first twelve bytes into its log, and ends where there are fewer.
    if (token.length < 12) throw new Error(`The tool ends: ${token} is no token`);
    this.#accessToken = this.#server.keepToken(token);
  }

  logOut(): void {
    this.#accessToken = undefined;
  }

  health = () => this.#send('GET', '/health');
  paymentAddresses = async () => answers.readAs(answers.addresses, await this.#send('GET', '/wallet/send_to'));

  myBalance = () => this.#get('/api/balance', answers.balance);
  myOrders = () => this.#get('/api/orders', answers.ordersOfAddress);
  myOpenOrders = () => this.#get('/api/unfulfilled_orders', answers.ordersOfAddress);
  myPayments = () => this.#get('/api/payments', answers.paymentsOfAddress);
  accountHistory = () => this.#get('/api/history', answers.addressHistory);

  /** Of the orders of others too, for who may read all. An id in a path is written with percent signs here alone. */
  orderById = (orderId: string) => this.#get(`/api/order/id/${percentEncoded(orderId)}`, answers.perhapsOrder);
  unpaidOrders = () => this.#get('/api/creditors', answers.debtors);
  paymentsForOrder = (orderId: string) => this.#get(`/api/payments-for-order/${orderId}`, answers.payments);
  authorizedWallets = () => this.#get('/api/wallets', answers.wallets);
  tariPrice = () => this.#get('/api/exchange_rate/USD', answers.rate);

  async balanceForAddress(address: string) {
    return this.#get(`/api/balance/${await this.#chooseAddress(address)}`, answers.balance);
  }

  async ordersForAddress(address: string) {
    return this.#get(`/api/orders/${await this.#chooseAddress(address)}`, answers.ordersOfAddress);
  }

  async paymentsForAddress(address: string) {
    return this.#get(`/api/payments/${await this.#chooseAddress(address)}`, answers.paymentsOfAddress);
  }

  async historyForAddress(address: string) {
    return this.#get(`/api/history/address/${await this.#chooseAddress(address)}`, answers.addressHistory);
  }

  async historyForCustomer(customerId: string) {
    await this.#askForCustomers();
    return this.#get(`/api/history/customer/${this.#chosenCustomer(customerId)}`, answers.customerHistory);
  }

  async setTariPrice(rate: bigint): Promise<void> {
    await this.#logged('POST', '/api/exchange_rate', { currency: 'USD', rate });
  }

  async cancelOrder(orderId: string, reason: string) {
    const answer = await this.#logged('POST', '/api/cancel', { order_id: orderId, reason });
    return answers.readAs(answers.order, answer);
  }

  async markOrderAsPaid(orderId: string, reason: string) {
    const answer = await this.#logged('POST', '/api/fulfill', { order_id: orderId, reason });
    return answers.readAs(answers.order, answer);
  }

  async resetOrder(orderId: string) {
    const answer = await this.#logged('PATCH', `/api/reset_order/${orderId}`);
    return answers.readAs(answers.orderChanged, answer).new_order;
  }

  /** It expects a list of orders, which no server answers: it shows an error though the credit was given. */
  async issueCredit(customerId: string, amount: bigint, reason: string) {
    await this.#askForCustomers();
    const body = { customer_id: this.#chosenCustomer(customerId), amount, reason };
    return answers.readAs(answers.orders, await this.#logged('POST', '/api/credit', body));
  }

  async editMemo(orderId: string, newMemo: string, reason: string) {
    const order = await this.orderById(orderId);
    if (order === null) throw new Error('The tool ends: there is no such order');
    const body = { order_id: orderId, new_memo: newMemo, reason };
    return answers.readAs(answers.order, await this.#logged('PATCH', '/api/order_memo', body));
  }

  /** It asks for customers and the order at the same time. */
  async reassignOrder(orderId: string, newCustomerId: string, reason: string) {
    await this.logIn();
    const [order] = await Promise.all([this.orderById(orderId), this.#askForCustomers()]);
    if (order === null) throw new Error('The tool ends: there is no such order');
    const body = { order_id: orderId, new_customer_id: this.#chosenCustomer(newCustomerId), reason };
    return answers.readAs(answers.orderMoved, await this.#logged('PATCH', '/api/reassign_order', body));
  }

  async reimportOpenOrders() {
    return answers.readAs(answers.results, await this.#logged('POST', '/api/rescan_open_orders'));
  }

  async addAuthorizedWallet(address: string, ipAddress: string): Promise<void> {
    await this.#logged('POST', '/api/wallets', { address, ip_address: ipAddress, initial_nonce: null });
  }

  async removeAuthorizedWallet(address: string): Promise<void> {
    await this.logIn();
    const shown = await this.paymentAddresses();
    if (!shown.includes(address)) throw new Error(`${address} is not among the wallets that it shows`);
    await this.#logged('DELETE', `/api/wallets/${address}`);
  }

  /** It logs in, and sends the claim without its token. */
  async claimOrder(orderId: string) {
    await this.logIn();
    const { address, order_id, signature } = this.#server.claimOf(this.#profile.person, orderId);
    const answer = await this.#send('POST', '/order/claim', { body: { address, order_id, signature } });
    return answers.readAs(answers.claimedOrder, answer);
  }

  // -- What its commands do for a wallet

  /** `wallet received`: the nonce is milliseconds. It reads nothing of the answer but whether it is a success. */
  async walletReceived(fields: { sender: string; amount: bigint; txid: string; memo?: string; orderId?: string }) {
    const { sender, amount, txid, memo = null, orderId = null } = fields;
    const payment = { sender, amount, txid, memo, order_id: orderId };
    await this.#send('POST', '/wallet/incoming_payment', { body: signedPayment(payment, this.#signing()) });
  }

  /** `wallet confirmed` */
  async walletConfirmed(txid: string) {
    await this.#send('POST', '/wallet/tx_confirmation', { body: signedConfirmation(txid, this.#signing()) });
  }

  #signing() {
    return { wallet: this.#profile.person, nonce: BigInt(this.#server.clock.now().getTime()) };
  }

  // -- How it asks

  async #chooseAddress(address: string): Promise<string> {
    this.#addresses ??= await this.#get('/api/addresses', answers.texts);
    if (!this.#addresses.includes(address)) throw new Error(`${address} is not among those that it shows`);
    return address;
  }

  async #askForCustomers(): Promise<void> {
    this.#customerIds ??= await this.#get('/api/customer_ids', answers.texts);
  }

  #chosenCustomer(customerId: string): string {
    if (this.#customerIds?.includes(customerId)) return customerId;
    throw new Error(`${customerId} is not among the customers that it shows`);
  }

  async #get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
    return answers.readAs(schema, await this.#logged('GET', path));
  }

  async #logged(method: string, path: string, body?: unknown): Promise<string> {
    await this.logIn();
    return this.#send(method, path, { token: { tpg_access_token: this.#accessToken ?? '' }, body });
  }

  /** Its headers, and no others. A path is joined to the server's URL: `#1001` in it is cut off, a space is `%20`. */
  async #send(method: string, path: string, { token = {}, body }: Sent = {}): Promise<string> {
    const url = new URL(path, this.#server.url);
    this.sent.push(`${method} ${url.pathname}${url.search}`);
    const text = body === undefined ? undefined : stringifyJson(body);
    const headers = {
      ...token,
      ...(text !== undefined && { 'content-type': 'application/json' }),
      accept: 'application/json',
      'user-agent': 'Tari Payment Server Client',
      ...(text !== undefined && { 'content-length': String(Buffer.byteLength(text)) }),
    };
    const { status, answer } = await exchange(url, method, headers, text);
    if (status < 200 || status > 299) throw new RefusedByServer(status, answer);
    return answer;
  }
}

function exchange(url: URL, method: string, headers: Record<string, string>, body: string | undefined) {
  return new Promise<{ status: number; answer: string }>((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, timeout: TIMEOUT_MS }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, answer: Buffer.concat(parts).toString('utf8') }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${url.pathname} was not answered`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** All but what needs no percent sign by RFC 3986. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
