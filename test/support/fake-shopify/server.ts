import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { type Access, type AccessOptions, createAccess } from './access.ts';
import { type CostOptions, createBucket, MAXIMUM_QUERY_COST, requestedCost } from './cost.ts';
import { createFaults, type FaultKind, type Faults, TOKEN_ENDPOINT } from './faults.ts';
import { loadAdminSchema } from './schema.ts';
import { createShop, type Shop, type ShopOptions } from './shop.ts';

export const STAND_IN_TOKEN = 'shpat_00000000000000000000000000000000';

export interface StandInOptions extends ShopOptions {
  /** A static token, `STAND_IN_TOKEN`, unless told. */
  access?: AccessOptions;
  cost?: CostOptions;
  /** The version that answers claim to come from; the one asked for unless told. */
  answeredApiVersion?: string;
  /** What HTTP 429 says in Retry-After; `2.0`, as Shopify writes it, unless told. */
  retryAfter?: string;
  /** A fixed port; any free one unless told. */
  port?: number;
}

/** A call that arrived at the GraphQL endpoint, with whatever became of it. */
export interface ReceivedCall {
  operation: string;
  variables: Record<string, unknown>;
  apiVersion: string;
  at: Date;
}

/** The stand-in for a Shopify shop: its Admin API over real HTTP, by Shopify's real schema. */
export interface ShopifyStandIn extends Omit<Shop, 'close' | 'rootValue'>, Pick<Faults, 'failNext'> {
  /** For TPG_SHOPIFY_ADMIN_URL: `http://127.0.0.1:{port}/admin/api/2026-10`. */
  url: string;
  /** The shop's domain. */
  shop: string;
  calls: ReceivedCall[];
  access: Access;
  /** While true every connection is destroyed as soon as it asks for something. */
  down: boolean;
  /** Runs once, just before the next call of that operation is executed: what others do to the shop meanwhile. */
  beforeNext(operation: string, action: () => void): void;
  clearFaults(): void;
  close(): Promise<void>;
}

type Prepared = { document: DocumentNode } | { errors: GraphQLFormattedError[] };

/** The schema is the same for every stand-in, so each document is held against it once. Ours are a few dozen. */
const preparedQueries = new Map<string, Prepared>();
const MAX_PREPARED_QUERIES = 200;

export async function startShopifyStandIn(options: StandInOptions = {}): Promise<ShopifyStandIn> {
  const schema = loadAdminSchema();
  const { rootValue, close: closeShop, ...shop } = createShop(options);
  const access = createAccess(options.access ?? { kind: 'static', token: STAND_IN_TOKEN });
  const bucket = createBucket(options.cost ?? {});
  const faults = createFaults();
  const interposed = new Map<string, () => void>();
  const calls: ReceivedCall[] = [];

  async function answerGraphql(request: IncomingMessage, response: ServerResponse, apiVersion: string): Promise<void> {
    const { query, variables } = JSON.parse(await readBody(request));
    const operation = /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? 'unnamed';
    calls.push({ operation, variables, apiVersion, at: new Date() });
    response.setHeader('x-shopify-api-version', options.answeredApiVersion ?? apiVersion);
    const fault = faults.take(operation);
    if (fault === 'unauthorized' || !access.isValid(headerOf(request, 'x-shopify-access-token'))) {
      const errors = '[API] Invalid API key or access token (unrecognized login or wrong password)';
      return sendJson(response, 401, { errors });
    }
    if (fault !== undefined && fault !== 'drop_after_acting' && fault !== 'throttled') {
      return fail(fault, response, options.retryAfter ?? '2.0');
    }
    const answer = await executeCharged(query, variables, operation, fault === 'throttled');
    if (fault === 'drop_after_acting') request.socket.destroy();
    else sendJson(response, 200, answer);
  }

  /** Charges first, as Shopify does, and executes only what the bucket admits. */
  async function executeCharged(
    query: string,
    variables: Record<string, unknown>,
    operation: string,
    throttled: boolean,
  ): Promise<object> {
    const prepared = prepare(query);
    if (!('document' in prepared)) return prepared;
    const requested = requestedCost(prepared.document, variables, options.cost?.mutationCost ?? 10);
    if (requested > MAXIMUM_QUERY_COST) {
      const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${MAXIMUM_QUERY_COST}).`;
      return { errors: [{ message, extensions: { code: 'MAX_COST_EXCEEDED', cost: requested } }] };
    }
    const { admitted, cost } = bucket.charge(requested);
    if (!admitted || throttled) {
      const error = { message: 'Throttled', extensions: { code: 'THROTTLED' } };
      return { errors: [error], extensions: { cost: { ...cost, actualQueryCost: null } } };
    }
    const action = interposed.get(operation);
    interposed.delete(operation);
    action?.();
    const result = await execute({ schema, document: prepared.document, rootValue, variableValues: variables });
    return { ...result, extensions: { cost } };
  }

  function prepare(query: string): Prepared {
    const known = preparedQueries.get(query);
    if (known !== undefined) return known;
    const prepared = prepareAnew(query);
    if (preparedQueries.size >= MAX_PREPARED_QUERIES) preparedQueries.clear();
    preparedQueries.set(query, prepared);
    return prepared;
  }

  function prepareAnew(query: string): Prepared {
    try {
      const document = parse(query);
      const errors = validate(schema, document);
      if (errors.length === 0 && getOperationAST(document)) return { document };
      // Shopify's validator puts codes in camel case here, which no caller should need.
      return { errors: errors.map((error) => ({ ...error.toJSON(), extensions: { code: 'undefinedField' } })) };
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error.toJSON()] };
      throw error;
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (standIn.down) return void request.socket.destroy();
    const path = request.url ?? '';
    const apiVersion = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(path)?.[1];
    if (request.method === 'POST' && apiVersion !== undefined) return answerGraphql(request, response, apiVersion);
    if (request.method === 'POST' && path === '/admin/oauth/access_token') {
      const fault = faults.take(TOKEN_ENDPOINT);
      if (fault !== undefined) return fail(fault, response, options.retryAfter ?? '2.0');
      const { status, body } = access.issue(readForm(request, await readBody(request)));
      return sendJson(response, status, body);
    }
    sendJson(response, 404, { errors: 'Not Found' });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, 500, { errors: `The stand-in failed: ${String(error)}` });
    });
  });
  const port = await listen(server, options.port ?? 0);

  const standIn: ShopifyStandIn = {
    ...shop,
    url: `http://127.0.0.1:${port}/admin/api/2026-10`,
    shop: shop.options.domain,
    calls,
    access,
    down: false,
    failNext: faults.failNext,
    clearFaults: faults.clear,
    beforeNext: (operation, action) => void interposed.set(operation, action),
    async close() {
      closeShop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;
}

/** Answers with the port. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Answers as a shop in trouble; a hanging call is never answered, and ends with `close`. */
function fail(fault: FaultKind, response: ServerResponse, retryAfter: string): void {
  if (fault === 'hang') return;
  if (fault === 'not_json') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sorry');
  } else if (fault === 'oversized') {
    sendJson(response, 200, { data: { padding: 'x'.repeat(2 * 1024 * 1024) } });
  } else if (fault.startsWith('graphql_')) {
    const code = fault.slice('graphql_'.length);
    sendJson(response, 200, { errors: [{ message: `It is ${code}`, extensions: { code } }] });
  } else {
    const status = Number(fault.replace('http_', ''));
    if (status === 429) response.setHeader('retry-after', retryAfter);
    sendJson(response, status, { errors: `Answer ${status} of the stand-in` });
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The token endpoint takes a form, and JSON as Shopify's own library sends it. */
function readForm(request: IncomingMessage, body: string): URLSearchParams {
  const isJson = headerOf(request, 'content-type')?.includes('json');
  return isJson ? new URLSearchParams(Object.entries<string>(JSON.parse(body))) : new URLSearchParams(body);
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
