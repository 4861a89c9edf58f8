import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '#test/eventually.ts';
import { aPlace, type Place } from '#test/faults/server.ts';
import type { ServerProcess } from '#test/processes/server-process.ts';
import { type LocalNetwork, startNetwork } from './network.ts';
import { published, type SpspAnswer } from './published.ts';

export type UplinkKind = 'http' | 'btp';

export const AUTH_TOKEN = 'the-token-of-the-payer';
export const JWT_SECRET = 'test';

/** The README's agreement. An amount of 100 at scale 6 is 100000 units of the network's scale of 9. */
export const README_AGREEMENT = {
  amount: '100',
  interval: 'P0Y0M0DT0H1M',
  cycles: '10',
  cap: 'false',
  assetCode: 'XRP',
  assetScale: '6',
};

type Fields = Readonly<Record<string, unknown>>;

export interface Balance {
  total: string;
  interval: string;
  available: string;
}

/** What the journal of an agreement says, in units of the uplink. */
export interface Journal {
  fulfilled: bigint;
  /** Sent or unknown. */
  held: bigint;
  packets: number;
}

/** The built server with pull payments on, in a network of its own, and published clients that use it. */
export class Payer {
  network: LocalNetwork;
  server: ServerProcess;
  readonly place: Place;
  readonly #settings: Readonly<Record<string, string>>;

  private constructor(network: LocalNetwork, server: ServerProcess, place: Place, settings: Record<string, string>) {
    this.network = network;
    this.server = server;
    this.place = place;
    this.#settings = settings;
  }

  static async start(
    kind: UplinkKind,
    { maxPacketAmount, settings = {} }: { maxPacketAmount?: number; settings?: Record<string, string> } = {},
  ): Promise<Payer> {
    const network = await startNetwork(maxPacketAmount === undefined ? {} : { maxPacketAmount });
    const { url, outgoingToken, incomingToken } = network.http;
    const all: Record<string, string> = {
      SPSP_PORT: String(network.ports.payer),
      SPSP_AUTH_TOKEN: AUTH_TOKEN,
      SPSP_JWT_SECRET: JWT_SECRET,
      SPSP_WEBHOOK_ALLOW_PRIVATE: 'true',
      ...(kind === 'http'
        ? {
            SPSP_ILP_HTTP_URL: url,
            SPSP_ILP_HTTP_TOKEN: outgoingToken,
            SPSP_ILP_HTTP_INCOMING_TOKEN: incomingToken,
          }
        : { ILP_CREDENTIALS: JSON.stringify({ server: `btp+ws://:payer@127.0.0.1:${network.ports.btp}` }) }),
      ...settings,
    };
    const place = aPlace();
    const payer = new Payer(network, await place.start(all), place, all);
    await untilUplinkIs('up', payer.server.url);
    return payer;
  }

  /** Where payees are served. */
  get url(): string {
    return `http://127.0.0.1:${this.network.ports.payer}`;
  }

  get log(): string {
    return readFileSync(join(this.place.folder, 'server.log'), 'utf8');
  }

  /** After `server.kill()` or `server.stop()`. */
  async startAgain(): Promise<void> {
    this.server = await this.place.start(this.#settings);
    await untilUplinkIs('up', this.server.url);
  }

  async stop(): Promise<void> {
    await this.place.clear();
    await this.network.stop();
  }

  // -- What the payer does

  post(path: string, fields: Fields, token: string | null = AUTH_TOKEN): Promise<Response> {
    const headers = {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    return fetch(`${this.url}${path}`, { method: 'POST', headers, body: JSON.stringify(fields) });
  }

  /** Makes an agreement and answers its pointer as the URL that it stands for. */
  async create(fields: Fields = {}): Promise<string> {
    const response = await this.post('/', { ...README_AGREEMENT, ...fields });
    if (response.status !== 200) throw new Error(`The agreement was refused: ${await response.text()}`);
    const { pointer } = (await response.json()) as { pointer: string };
    return `${this.url}/${pointer.split('/')[1]}`;
  }

  // -- What payees do, with published clients

  /** The published client's query; throws if it gets anything but 200. */
  query(pointer: string): Promise<SpspAnswer> {
    return published.spsp().query(pointer);
  }

  async balance(pointer: string): Promise<Balance> {
    const { pull } = await this.query(pointer);
    if (pull === undefined) throw new Error('The answer has no balances');
    return pull.balance;
  }

  /** What a published client gets in units of the network; like the published tool, it counts what came before an error. */
  async pull(pointer: string, amount: bigint, timeout = 10_000): Promise<bigint> {
    const plugin = this.network.plugin();
    try {
      const options = { pointer, amount: String(amount), streamOpts: { timeout } };
      const { totalReceived } = await published.spsp().pull(plugin, options).catch(moneyOf);
      return BigInt(totalReceived ?? 0);
    } finally {
      await plugin.disconnect();
    }
  }

  async pay(pointer: string, amount: bigint, timeout = 10_000): Promise<bigint> {
    const plugin = this.network.plugin();
    try {
      const options = { pointer, sourceAmount: String(amount), streamOpts: { timeout } };
      const { totalSent } = await published.spsp().pay(plugin, options).catch(moneyOf);
      return BigInt(totalSent ?? 0);
    } finally {
      await plugin.disconnect();
    }
  }

  // -- The books, past the server

  /** @param pointer of an agreement that was made online, or its id. */
  journal(pointer: string): Journal {
    const id = pointer.split('/').at(-1) as string;
    const rows = this.place.database.rows('select amount, state from pull_packets where agreement_id = ?', id);
    const sum = (...states: string[]) =>
      rows
        .filter(({ state }) => states.includes(String(state)))
        .reduce((all, { amount }) => all + BigInt(String(amount)), 0n);
    return { fulfilled: sum('fulfilled'), held: sum('sent', 'unknown'), packets: rows.length };
  }

  pushes(): bigint {
    return this.place.database
      .rows('select amount from pushes')
      .reduce((all, row) => all + BigInt(String(row.amount)), 0n);
  }
}

/** A token that makes an agreement offline, as the README makes its own: texts only, HS256, no time of issue. */
export function offlineToken(claims: Fields, secret = JWT_SECRET): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Readiness says what the uplink does; the server is ready without it. @param url of the server's main interface. */
export async function untilUplinkIs(wanted: 'up' | 'down', url: string, withinMs = 30_000): Promise<void> {
  await eventually(async () => {
    const answer = (await (await fetch(`${url}/health/ready`)).json()) as { pull_payments: { uplink: string } };
    if (answer.pull_payments.uplink !== wanted) throw new Error(`The uplink is ${answer.pull_payments.uplink}`);
  }, withinMs);
}

interface Money {
  totalReceived?: string;
  totalSent?: string;
}

/** The published client tells with its error what was paid before it. Any other error is one of the test. */
function moneyOf(error: unknown): Money {
  const { totalReceived, totalSent } = error as Money;
  if (totalReceived === undefined && totalSent === undefined) {
    if (!(error instanceof Error && error.name === 'Error' && /stream|payment|receive|send/i.test(error.message)))
      throw error;
  }
  return error as Money;
}
