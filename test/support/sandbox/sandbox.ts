import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { addProfile, type Profile } from '#auth/cli/profile-file.ts';
import { parseJson, stringifyJson } from '#platform/json.ts';
import { systemRandomBytes as random } from '#platform/random.ts';
import { parseAddress } from '#tari/address.ts';
import { signClaim } from '#tari/claim.ts';
import { formatTari, parseTari } from '#tari/micro-tari.ts';
import { signToken } from '#tari/ristretto-jwt.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import type { PreparedStage } from '#test/demo/demo-environment.ts';
import { aPerson, type Person } from '#test/demo/walkthrough.ts';
import type { StandInOrder } from '#test/fake-shopify/orders.ts';
import { sendWebhook, webhookBody } from '#test/fake-shopify/webhooks.ts';

/** What cannot be done as asked. The message is a sentence for the person at the prompt. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

interface ReadOrder {
  status: string;
  total_price: number | bigint;
  amount_missing: number | bigint | null;
  pay_to: string | null;
}

interface ReportedPayment {
  txid: string;
  amount: bigint;
}

/** Orders of the walkthrough have the numbers before. */
const FIRST_ID = 8_997_470_740_000n;
const FIRST_NUMBER = 1101;

/**
 * A shop with one customer, and the hot wallet that the customer pays to, for an operator to try the server with. Each
 * method does one thing and answers with what happened, in sentences.
 */
export class Sandbox {
  readonly hotWallet: Person = aPerson('dual');
  readonly customer: Person = aPerson('dual');
  /** Another than the walkthrough's, whose login nonces are far above those of taritools. */
  readonly operator: Person = aPerson();
  readonly #stage: PreparedStage;
  readonly #url: string;
  readonly #orders: StandInOrder[] = [];
  readonly #unconfirmed: ReportedPayment[] = [];
  #lastNonce = 0n;
  #token: Promise<string> | undefined;

  constructor(stage: PreparedStage, url: string) {
    this.#stage = stage;
    this.#url = url;
  }

  /** Registers the hot wallet, and writes the profiles of the operator, the customer and the wallet into a tool folder. */
  async open(toolFolder: string): Promise<void> {
    const token = await this.#operatorToken();
    await this.#call('POST', '/api/roles', [{ address: this.operator.name, apply: ['super_admin'] }], token);
    await this.#call('POST', '/api/wallets', { address: this.hotWallet.name, ip_address: '127.0.0.1' }, token);
    mkdirSync(toolFolder, { mode: 0o700 });
    const people: [name: string, person: Person, roles: Profile['roles']][] = [
      ['operator', this.operator, ['super_admin']],
      ['customer', this.customer, ['user']],
      ['wallet', this.hotWallet, ['user']],
    ];
    for (const [name, { address, secretKey }, roles] of people) {
      const profile = { name, address, secretKey: hex.encode(secretKey), secretKeyVariable: undefined, roles };
      await addProfile({ toolFolder }, { ...profile, server: this.#url });
    }
  }

  /** The customer orders for a price in US dollars. */
  async order(price: string): Promise<string> {
    if (!/^\d{1,7}(?:\.\d{1,2})?$/.test(price))
      throw new SandboxError('A price is a number of US dollars: order 15.90');
    const count = this.#orders.length;
    const order = this.#stage.standIn.addOrder({
      id: FIRST_ID + BigInt(count),
      name: `#${FIRST_NUMBER + count}`,
      currency: 'USD',
      price: Number(price).toFixed(2),
      customerId: '7101',
    });
    this.#orders.push(order);
    const said = await this.#webhook('orders/create', order);
    return `The shop sent order ${order.name} (id ${order.id}) of ${order.price} USD, which is ${formatTari(await this.#priceOf(order))}. The server says: ${said}\nThe link in the customer's order mail: ${this.pageOf(order)}`;
  }

  /** The customer signs for an order. */
  async claim(name: string | undefined): Promise<string> {
    const order = this.#find(name);
    const claim = signClaim(this.customer.secretKey, this.customer.address, order.id, random);
    await this.#call('POST', '/order/claim', claim);
    return `The customer signed for ${order.name}. It is ${await this.#state(order)}`;
  }

  /** The hot wallet sees a payment of the customer: of an amount such as `5 XTM`, or of the price of an order. */
  async pay(what: string | undefined): Promise<string> {
    const amount = /[a-zµ]$/i.test(what ?? '') ? readAmount(what ?? '') : await this.#priceOf(this.#find(what));
    const payment = { sender: this.customer.name, amount, txid: String(BigInt(`0x${hex.encode(random(7))}`)) };
    const payload = paymentPayload({ ...payment, memo: null, orderId: null });
    await this.#report('/wallet/incoming_payment', { payment }, payload);
    this.#unconfirmed.push(payment);
    return `The wallet reported ${formatTari(amount)} in transaction ${payment.txid}. Nothing is credited before "confirm".`;
  }

  /** Where the customer pays an order, and sees what becomes of it. */
  pageOf({ id, confirmationNumber }: StandInOrder): string {
    return `${this.#url}/o/${id}/${confirmationNumber}`;
  }

  /**
   * A wallet pays to the address on an order's page: what is missing of the price, or an amount such as `5 XTM`. It
   * belongs to nobody who has signed anything here, as that of an exchange.
   */
  async send(what: string | undefined): Promise<string> {
    const isAmount = /[a-zµ]$/i.test(what ?? '');
    const order = this.#find(isAmount ? undefined : what);
    const { pay_to: payTo, amount_missing: missing } = await this.#read(order);
    if (payTo === null || missing === null) throw new SandboxError(`${order.name} can no longer be paid.`);
    const amount = isAmount ? readAmount(what ?? '') : BigInt(missing);
    const named = new TextDecoder().decode(parseAddress(payTo).paymentId ?? undefined);
    const payment = { sender: aPerson('dual').name, amount, txid: String(BigInt(`0x${hex.encode(random(7))}`)) };
    const payload = paymentPayload({ ...payment, memo: null, orderId: named });
    await this.#report('/wallet/incoming_payment', { payment: { ...payment, order_id: named } }, payload);
    this.#unconfirmed.push(payment);
    return `${formatTari(amount)} went to ${payTo.slice(0, 8)}…${payTo.slice(-6)}, the address of ${order.name}. "confirm" confirms them.`;
  }

  /** The chain confirms all payments that it has not confirmed yet. */
  async confirm(): Promise<string> {
    if (this.#unconfirmed.length === 0) throw new SandboxError('There is no payment to confirm: pay first.');
    const sentences: string[] = [];
    for (const { txid, amount } of [...this.#unconfirmed]) {
      await this.#report('/wallet/tx_confirmation', { confirmation: { txid } }, confirmationPayload(txid));
      this.#unconfirmed.shift();
      sentences.push(`${formatTari(amount)} of transaction ${txid} are confirmed and credited.`);
    }
    return [...sentences, await this.orders()].join('\n');
  }

  /** The shop cancels an order. */
  async cancel(name: string | undefined): Promise<string> {
    const order = this.#find(name);
    if (order.cancelledAt !== null) throw new SandboxError(`${order.name} is cancelled in the shop already.`);
    if (order.financialStatus === 'PAID') throw new SandboxError(`${order.name} is paid in the shop; refund it there.`);
    order.cancelledAt = new Date();
    order.updatedAt = order.cancelledAt;
    const said = await this.#webhook('orders/cancelled', order);
    return `The shop cancelled ${order.name}. The server says: ${said}`;
  }

  /** All orders of this sandbox, with what server and shop say of each. */
  async orders(): Promise<string> {
    if (this.#orders.length === 0) return 'There are no orders yet: order 15.90';
    const lines = this.#orders.map(async (order) => {
      const inShop = order.cancelledAt === null ? order.financialStatus : 'CANCELLED';
      return `${order.name} (id ${order.id}): ${await this.#state(order)} In the shop: ${inShop}.`;
    });
    return (await Promise.all(lines)).join('\n');
  }

  /** An order by its number, its name or its id; the last one where it is not named. */
  #find(name: string | undefined): StandInOrder {
    const bare = name?.replace(/^#/, '');
    const found =
      bare === undefined
        ? this.#orders.at(-1)
        : this.#orders.find((order) => order.id === bare || order.name === `#${bare}`);
    if (found === undefined)
      throw new SandboxError(bare === undefined ? 'Order first: order 15.90' : `No order ${name}.`);
    return found;
  }

  async #state(order: StandInOrder): Promise<string> {
    const { status, total_price } = await this.#read(order);
    return `${status}, ${formatTari(BigInt(total_price))}.`;
  }

  async #priceOf(order: StandInOrder): Promise<bigint> {
    return BigInt((await this.#read(order)).total_price);
  }

  async #read(order: StandInOrder): Promise<ReadOrder> {
    const text = await this.#call('GET', `/api/order/id/${order.id}`, undefined, await this.#operatorToken());
    return parseJson(text) as ReadOrder;
  }

  /** Longer than a sandbox is used: it holds for a day. */
  #operatorToken(): Promise<string> {
    const { name, secretKey } = this.#stage.operator;
    const claims = { address: name, nonce: this.#nextNonce() * 1000n, desired_roles: ['super_admin'] };
    const login = { tpg_auth_token: signToken(claims, secretKey, random) };
    this.#token ??= this.#call('POST', '/auth', undefined, undefined, login);
    return this.#token;
  }

  /** Nonces rise, also among those that taritools takes from the clock for the same profiles. */
  #nextNonce(): bigint {
    const now = BigInt(Date.now());
    this.#lastNonce = now > this.#lastNonce ? now : this.#lastNonce + 1n;
    return this.#lastNonce;
  }

  async #report(path: string, content: object, payload: string): Promise<void> {
    const nonce = this.#nextNonce();
    const { secretKey, address, name } = this.hotWallet;
    const signature = signWalletMessage(secretKey, address, nonce, payload, random);
    this.#checked(await this.#call('POST', path, { ...content, auth: { address: name, nonce, signature } }));
  }

  async #webhook(topic: string, order: StandInOrder): Promise<string> {
    const delivery = { secret: this.#stage.hmacSecret, webhookId: randomUUID() };
    const answer = await sendWebhook(`${this.#url}/shopify/webhook`, topic, webhookBody(order), delivery);
    return this.#checked(await answer.text());
  }

  #checked(text: string): string {
    const { success, message } = parseJson(text) as { success: boolean; message: string };
    if (!success) throw new SandboxError(`The server refused it: ${message}`);
    return message;
  }

  async #call(
    method: string,
    path: string,
    body?: object,
    token = '',
    headers: Record<string, string> = {},
  ): Promise<string> {
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...content, ...(token === '' ? {} : { tpg_access_token: token }), ...headers },
      ...(body === undefined ? {} : { body: stringifyJson(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new SandboxError(`The server refused it (${answer.status}): ${text}`);
    return text;
  }
}

function readAmount(text: string): bigint {
  try {
    return parseTari(text);
  } catch (error) {
    throw new SandboxError(error instanceof Error ? error.message : String(error));
  }
}

/** Where the profiles of a sandbox lie. */
export function toolFolderOf(folder: string): string {
  return join(folder, 'taritools');
}
