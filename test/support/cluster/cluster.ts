import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringifyJson } from '#platform/json.ts';
import { signClaim } from '#tari/claim.ts';
import { HotWalletActor, logIn, PatientClient } from '#test/crash/client.ts';
import { newFolder } from '#test/database/database.ts';
import { makeSuperAdmin, type PreparedStage, prepareStage } from '#test/demo/demo-environment.ts';
import { aPerson, type Person } from '#test/demo/walkthrough.ts';
import type { StandInOrder } from '#test/fake-shopify/orders.ts';
import { signWebhook, webhookBody } from '#test/fake-shopify/webhooks.ts';
import { freePort, type ServerProcess, startServer } from '#test/processes/server-process.ts';

/** Several processes of the built server over one database, with a shop, an operator and a hot wallet. */

export interface Instance {
  process: ServerProcess;
  /** What it has logged so far. */
  log(): string;
  /** Starts it again where it was. */
  start(): Promise<void>;
}

export interface Answer {
  status: number;
  text: string;
}

/** Tells which events each process heard, in a file of its own. */
const LISTENING_PLUGIN = `import { appendFileSync } from 'node:fs';
const file = new URL('heard-' + process.pid + '.txt', import.meta.url);
export function register(events) {
  events.on('OrderPaid', ({ payload }) => appendFileSync(file, payload.order.order_id + '\\n'));
}
`;

export class Cluster {
  readonly stage: PreparedStage;
  readonly instances: readonly Instance[];
  readonly client = new PatientClient();
  readonly customer: Person = aPerson();
  readonly folder: string;
  wallet!: HotWalletActor;
  #token = '';
  #orders = 0;

  private constructor(folder: string, stage: PreparedStage, instances: readonly Instance[]) {
    this.folder = folder;
    this.stage = stage;
    this.instances = instances;
    this.client.urls = instances.map(({ process }) => process.url);
  }

  /** Starts all instances at once, over a database that may be empty. */
  static async start(databaseUrl: string, count: number, more: Record<string, string> = {}): Promise<Cluster> {
    const folder = newFolder();
    const stage = await prepareStage(folder, { unclaimedTimeoutMs: 3_600_000 });
    const plugin = join(folder, 'listening.mjs');
    writeFileSync(plugin, LISTENING_PLUGIN);
    const settings = {
      ...stage.settings,
      TPG_DATABASE_URL: databaseUrl,
      TPG_RATE_LIMIT: '0',
      TPG_MAX_CONNECTIONS: '8',
      TPG_PLUGINS: plugin,
      ...more,
    };
    const instances = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const own = { ...settings, TPG_PORT: String(await freePort()) };
        const logFile = join(folder, `server-${index + 1}.log`);
        const instance: Instance = {
          process: await startServer(own, logFile),
          log: () => readFileSync(logFile, 'utf8'),
          async start() {
            instance.process = await startServer(own, logFile);
          },
        };
        return instance;
      }),
    );
    const cluster = new Cluster(folder, stage, instances);
    await makeSuperAdmin(databaseUrl, stage.operator);
    await cluster.#setUp();
    return cluster;
  }

  async #setUp(): Promise<void> {
    this.#token = await logIn(this.client, this.stage.operator, ['super_admin']);
    this.wallet = new HotWalletActor(aPerson('dual'), this.client);
    await this.operate('/api/exchange_rate', { currency: 'USD', rate: 30_000_000 });
    await this.operate('/api/wallets', { address: this.wallet.person.name, ip_address: '127.0.0.1' });
  }

  async operate(path: string, content: object): Promise<void> {
    const { status, text } = await this.client.send(() => ({ path, ...this.asOperator(content) }));
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${text}`);
  }

  asOperator(content: object, headers: Record<string, string> = {}) {
    return { headers: { tpg_access_token: this.#token, ...headers }, body: stringifyJson(content) };
  }

  /** The same to each instance, twice, all at once. */
  toAll(path: string, { headers, body }: { headers?: Record<string, string>; body: string }): Promise<Answer[]> {
    const urls = [...this.client.urls, ...this.client.urls];
    return Promise.all(
      urls.map(async (url) => {
        const answer = await fetch(`${url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
        return { status: answer.status, text: await answer.text() };
      }),
    );
  }

  /** An order of one dollar, which the shop has and the server has not heard of. */
  newOrder(customerId = '7001'): StandInOrder {
    this.#orders += 1;
    const id = String(9_000_000_000_000 + this.#orders);
    return this.stage.standIn.addOrder({ id, name: `#${this.#orders}`, currency: 'USD', price: '1.00', customerId });
  }

  webhookOf(order: StandInOrder) {
    const body = webhookBody(order);
    const headers = {
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': order.id,
      'x-shopify-hmac-sha256': signWebhook(body, this.stage.hmacSecret),
    };
    return { headers, body };
  }

  claimOf(order: StandInOrder) {
    const { secretKey, address } = this.customer;
    const claim = signClaim(secretKey, address, order.id, (length) => new Uint8Array(randomBytes(length)));
    return { body: stringifyJson(claim) };
  }

  async sendOrder(order: StandInOrder): Promise<void> {
    const path = '/shopify/webhook/checkout_create';
    const { status, text } = await this.client.send(() => ({ path, ...this.webhookOf(order) }));
    if (status !== 200) throw new Error(`The webhook was answered ${status}: ${text}`);
  }

  async get(path: string, url = this.client.urls[0]): Promise<unknown> {
    const answer = await fetch(`${url}${path}`, { headers: { tpg_access_token: this.#token } });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    return answer.json();
  }

  /** The orders that the plugin of an instance heard of. */
  heardBy({ process }: Instance): string[] {
    return readFileSync(join(this.folder, `heard-${process.pid}.txt`), 'utf8')
      .trim()
      .split('\n')
      .sort();
  }

  async close(): Promise<void> {
    await Promise.all(this.instances.map(({ process }) => process.kill()));
    await this.stage.standIn.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
