import http from 'node:http';
import net from 'node:net';
import fc from 'fast-check';
import { stringifyJson } from '#platform/json.ts';
import { issueAccessToken } from '#tari/ristretto-jwt.ts';
import type { TestDatabase } from '#test/database/database.ts';
import { type ApiDescription, Contract } from '#test/openapi-contract/contract.ts';
import { HMAC_SECRET, hmacOf, startServer, type TestServer } from '#test/server.ts';
import { HOT_WALLET, personOf } from '#test/test-wallets.ts';
import { type Caller, type FuzzCase, fuzzCases, type HttpCase, type SignedCase } from './requests.ts';

export interface FuzzReport {
  requests: number;
  /** By route and then status; 0 is a connection that was ended without an answer. */
  answers: Record<string, Record<number, number>>;
  /** Requests that changed orders or money, all of them by a documented success. */
  changes: number;
  /** What should never happen, each with the request that made it happen. */
  broken: string[];
}

/** So many cases are made at once; with each batch the tokens are new, since a case may take roles away. */
const BATCH = 250;

const MAX_BROKEN = 20;

const ANSWER_TIMEOUT_MS = 10_000;

/** The tables of orders and money. */
const BOOKS = ['orders', 'payments', 'settlements', 'accounts'];

interface FuzzAnswer {
  status: number;
  headers: { get(name: string): string | null };
  text: string;
}

/**
 * Sends broken requests to a server, one after the other, and looks after each whether it was answered as it should be
 * and whether it changed what it should not. The same seed sends the same requests.
 */
export async function runFuzzTest(options: {
  requests: number;
  seed: number;
  progress?: (sentence: string) => void;
}): Promise<FuzzReport> {
  const server = await startServer({ settings: { TPG_METRICS: 'on' } });
  try {
    return await new Fuzzer(server).run(options);
  } finally {
    await server.close();
  }
}

class Fuzzer {
  readonly #server: TestServer;
  readonly #books: Books;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #tokens: Partial<Record<Caller, string>> = {};
  #nonce = 1_000_000_000n;

  constructor(server: TestServer) {
    this.#server = server;
    this.#books = new Books(server.database);
  }

  async run({ requests, seed, progress = () => undefined }: Parameters<typeof runFuzzTest>[0]): Promise<FuzzReport> {
    const report: FuzzReport = { requests: 0, answers: {}, changes: 0, broken: [] };
    await this.#setUp();
    const description = (await this.#server.get('/api/openapi.json')).json as ApiDescription;
    const contract = new Contract(JSON.parse(stringifyJson(description)) as ApiDescription);
    const cases = fuzzCases(description);
    for (let batch = 0; batch * BATCH < requests && report.broken.length < MAX_BROKEN; batch += 1) {
      await this.#renewTokens();
      this.#books.hasChanged();
      for (const each of fc.sample(cases, { numRuns: Math.min(BATCH, requests - batch * BATCH), seed: seed + batch })) {
        report.requests += 1;
        await this.#try(each, contract, report);
      }
      progress(`${report.requests} requests, ${report.broken.length} broken`);
    }
    const { differences } = await this.#server.app.engine.audit();
    if (differences.length > 0) report.broken.push(`The books do not agree: ${stringifyJson(differences)}`);
    this.#agent.destroy();
    return report;
  }

  /** Orders that wait, one that is paid, and somebody with credit: something that could be broken. */
  async #setUp(): Promise<void> {
    const server = this.#server;
    await server.app.engine.exchangeRates.set('USD', 30_000_000n, 'fuzz');
    // Of three customers, so that what one pays leaves the others' orders open.
    for (const [index, id] of [8997470732594, 8997470732595, 8997470732596].entries()) {
      const customer = { id: 7001 + index };
      await server.order({ id, name: `#${id % 1000}`, customer, currency: 'USD', total_price: '15.90' });
    }
    await server.claim(personOf(1), '8997470732594');
    await server.payConfirmed({ txid: '12375671662993302800', amount: 500_000_000n });
  }

  async #renewTokens(): Promise<void> {
    const server = this.#server;
    const person = personOf(140);
    for (const role of ['user', 'read_all', 'write', 'super_admin'] as const) {
      this.#tokens[role] = await server.logIn(person, role);
    }
    const now = server.clock.now().getTime();
    const claims = { address: person.tariAddress, roles: ['super_admin' as const] };
    const late = { ...claims, issuedAt: new Date(now - 2_000), expiresAt: new Date(now - 1_000) };
    const random = (length: number) => new Uint8Array(length).fill(9);
    this.#tokens.late = issueAccessToken(late, server.keys.signingKey, random);
    const forged = { ...claims, issuedAt: new Date(now), expiresAt: new Date(now + 60_000) };
    this.#tokens.liar = issueAccessToken(forged, person.secretKey, random);
    await server.registerWallet(HOT_WALLET);
  }

  async #try(each: FuzzCase, contract: Contract, report: FuzzReport): Promise<void> {
    const broken = (problem: string) => report.broken.push(`${problem}\n  ${describe(each)}`);
    const sent = each.kind === 'raw' ? undefined : this.#httpCaseOf(each);
    const answer = each.kind === 'raw' ? await this.#sendRaw(each.bytes) : await this.#send(sent as HttpCase, broken);
    const status = answer?.status ?? 0;
    const counts = report.answers[each.route] ?? {};
    report.answers[each.route] = { ...counts, [status]: (counts[status] ?? 0) + 1 };
    const method = sent?.method ?? 'GET';
    if (answer !== undefined) {
      for (const problem of problemsOf(answer, method)) broken(problem);
      if (sent !== undefined)
        for (const problem of contract.problemsOf({ ...answer, method, path: sent.path })) broken(problem);
    }
    if (this.#books.hasChanged()) {
      const isChange = status === 200 && method !== 'GET' && method !== 'HEAD';
      if (isChange) report.changes += 1;
      else broken(`The books were changed by what was answered ${status}`);
    }
    if (each.kind === 'raw' && (await this.#server.get('/health/live')).status !== 200)
      broken('The server is not alive');
  }

  #httpCaseOf(each: HttpCase | SignedCase): HttpCase {
    if (each.kind !== 'http') return this.#signed(each);
    const token = this.#tokens[each.caller];
    const own: [string, string][] = [];
    if (token !== undefined) {
      if (each.tokenIn === 'header') own.push(['tpg_access_token', token]);
      if (each.tokenIn === 'bearer') own.push(['authorization', `Bearer ${token}`]);
      if (each.tokenIn === 'cookie') own.push(['cookie', `tpg_access_token=${token}`]);
    }
    if (each.isSigned && each.path.startsWith('/shopify')) {
      own.push(['x-shopify-hmac-sha256', hmacOf(Buffer.from(each.body ?? []), HMAC_SECRET)]);
    }
    return { ...each, headers: [...each.headers, ...own] };
  }

  #signed({ kind, route, fields }: SignedCase): HttpCase {
    const server = this.#server;
    const { txid, amount, memo, orderId } = fields;
    this.#nonce += 1n;
    const signing = { nonce: this.#nonce };
    const body =
      kind === 'payment'
        ? server.paymentBody({ txid, amount, memo, order_id: orderId }, signing)
        : kind === 'confirmation'
          ? server.confirmationBody(txid, signing)
          : { ...server.claimOf(personOf(1), '1'), ...claimOrNot(server, orderId) };
    const [method = '', path = ''] = route.split(' ');
    const text = stringifyJson(body);
    const headers: [string, string][] = [['content-type', 'application/json']];
    return {
      ...{ kind: 'http', route, method, path, headers, caller: 'nobody', tokenIn: 'header', isSigned: false },
      body: new TextEncoder().encode(text),
    };
  }

  #send(sent: HttpCase, broken: (problem: string) => void): Promise<FuzzAnswer | undefined> {
    return new Promise((resolve) => {
      const body = sent.method === 'HEAD' || sent.method === 'GET' ? undefined : sent.body;
      const headers = Object.fromEntries(sent.headers);
      if (body !== undefined) headers['content-length'] = String(body.length);
      const options = { agent: this.#agent, host: '127.0.0.1', port: this.#server.port, method: sent.method };
      const request = http.request({ ...options, path: sent.path, headers, timeout: ANSWER_TIMEOUT_MS }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const get = (name: string) => answer.headers[name]?.toString() ?? null;
          resolve({ status: answer.statusCode ?? 0, headers: { get }, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.on('timeout', () => request.destroy(new Error('no answer came in time')));
      request.on('error', (error) => {
        broken(`The connection failed: ${error.message}`);
        resolve(undefined);
      });
      request.end(body);
    });
  }

  /** Answers the first of what came back, or undefined where the connection was ended without a word. */
  #sendRaw(bytes: Uint8Array): Promise<FuzzAnswer | undefined> {
    return new Promise((resolve) => {
      const socket = net.connect(this.#server.port, '127.0.0.1');
      const chunks: Buffer[] = [];
      socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answerIn(Buffer.concat(chunks).toString('utf8'))));
      // The end is said as well, so that the server waits for nothing more.
      socket.end(bytes);
    });
  }
}

function claimOrNot(server: TestServer, orderId: string | null): object {
  try {
    return server.claimOf(personOf(1), orderId ?? '8997470732595');
  } catch {
    return { order_id: orderId };
  }
}

/** Where the answer begins that is not just the leave to go on. */
function answerIn(text: string): FuzzAnswer | undefined {
  const [, status, head = '', body = ''] =
    /^(?:HTTP\/1\.1 100 [\s\S]*?\r\n\r\n)?HTTP\/1\.1 (\d{3})([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(text) ?? [];
  if (status === undefined) return undefined;
  const get = (name: string) => new RegExp(`\r\n${name}: ([^\r]*)`, 'i').exec(head)?.[1] ?? null;
  const length = Number(get('content-length') ?? body.length);
  return { status: Number(status), headers: { get }, text: Buffer.from(body).subarray(0, length).toString('utf8') };
}

/** Of an answer of any path, described or not. */
function problemsOf({ status, headers, text }: FuzzAnswer, method: string): string[] {
  const problems: string[] = [];
  if (status >= 500 && status !== 501 && status !== 503) problems.push(`It was answered ${status}: ${text}`);
  if (status < 400 || method === 'HEAD') return problems;
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false;
  if (!isJson || !isErrorBody(text)) problems.push(`The error ${status} is not in the one form: ${text.slice(0, 300)}`);
  return problems;
}

function isErrorBody(text: string): boolean {
  try {
    const { error, code, request_id: requestId, ...more } = JSON.parse(text);
    const isReadiness = 'ready' in more;
    return (
      isReadiness ||
      ([error, code, requestId].every((part) => typeof part === 'string') && Object.keys(more).length === 0)
    );
  } catch {
    return false;
  }
}

function describe(each: FuzzCase): string {
  const show = (_: string, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1').slice(0, 2000);
    return typeof value === 'bigint' ? String(value) : value;
  };
  return JSON.stringify(each, show);
}

/** Whether orders and money are as they were when it was last asked. */
class Books {
  readonly #database: TestDatabase;
  #version: unknown;
  #digest: string;

  constructor(database: TestDatabase) {
    this.#database = database;
    this.#version = this.#database.version();
    this.#digest = this.#read();
  }

  hasChanged(): boolean {
    // It counts commits of others, so that the tables need not be read after each request.
    const version = this.#database.version();
    if (version === this.#version) return false;
    this.#version = version;
    const digest = this.#read();
    const hasChanged = digest !== this.#digest;
    this.#digest = digest;
    return hasChanged;
  }

  #read(): string {
    return BOOKS.map((table) => stringifyJson(this.#database.rows(`select * from ${table} order by 1`))).join('\n');
  }
}
