import fc from 'fast-check';
import type { ApiDescription, Operation } from '#test/openapi-contract/contract.ts';
import { apiExamples } from '#test/openapi-contract/examples.ts';
import { jsonTexts, mutated, spoilt, texts } from './values.ts';

/** Requests of every kind at every route that a server describes, nearly right and quite wrong, and what is no HTTP. */

const EXAMPLES = await apiExamples();

/** Who sends it; a token of that name is put in when it is sent. */
export const CALLERS = ['nobody', 'liar', 'late', 'user', 'read_all', 'write', 'super_admin'] as const;

export type Caller = (typeof CALLERS)[number];

export interface HttpCase {
  kind: 'http';
  /** The route that it is made from: method and template. */
  route: string;
  method: string;
  /** With its query, as it goes over the wire. */
  path: string;
  headers: [string, string][];
  caller: Caller;
  /** Where the token stands. */
  tokenIn: 'header' | 'bearer' | 'cookie';
  /** Whether it is signed as the shop signs. */
  isSigned: boolean;
  body: Uint8Array | undefined;
}

/** A report of the hot wallet, or a claim, that is signed as it should be, whatever it says. */
export interface SignedCase {
  kind: 'payment' | 'confirmation' | 'claim';
  route: string;
  fields: { txid: string; amount: bigint; memo: string | null; orderId: string | null };
}

export interface RawCase {
  kind: 'raw';
  route: 'raw';
  bytes: Uint8Array;
}

export type FuzzCase = HttpCase | SignedCase | RawCase;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];

const CONTENT_TYPES = [
  'application/json; charset=utf-16',
  'application/json;charset="\\"',
  'APPLICATION/JSON',
  'application/json, text/plain',
  'text/plain',
  'text/html',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  '',
  '/',
  ';',
];

const HEADERS: [string, string][] = [
  ['accept', 'text/html'],
  ['accept-encoding', 'gzip, br'],
  ['content-encoding', 'gzip'],
  ['cookie', 'tpg_access_token=; a=b; __proto__=1'],
  ['cookie', ';;;==='],
  ['expect', 'something'],
  ['forwarded', 'for="[::1]:99999";by=_x,,for='],
  ['host', ''],
  ['host', 'evil.example'],
  ['idempotency-key', 'x'],
  ['idempotency-key', 'a b'],
  ['idempotency-key', 'k'.repeat(300)],
  ['idempotency-key', 'schlüssel'],
  ['if-match', '*'],
  ['if-none-match', '"x"'],
  ['origin', 'null'],
  ['range', 'bytes=0-0'],
  ['sec-fetch-site', 'cross-site'],
  ['x-forwarded-for', '1.2.3.4, unknown, ::ffff:127.0.0.1'],
  ['x-http-method-override', 'DELETE'],
  ['x-shopify-shop-domain', 'other.myshopify.com'],
  ['x-shopify-topic', 'orders/paid'],
  ['x-shopify-triggered-at', 'yesterday'],
  ['x-shopify-webhook-id', 'w'.repeat(2000)],
];

const TOKENS = ['', 'x', '..', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', 'null', '[object Object]', 'x'.repeat(9000)];

/** What a program sends of a text in a path or query, or what a careless one does. */
const inUrl = (text: string): fc.Arbitrary<string> => {
  const escaped = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  return fc.constantFrom(escaped, escaped, escaped, text.replace(/[^!-~]|[?#/]/g, '~'));
};

function requestsTo(route: string, operation: Operation): fc.Arbitrary<HttpCase> {
  const [method = '', template = ''] = route.split(' ');
  const example = EXAMPLES[route] ?? {};
  const value = (known: string | undefined) =>
    (known === undefined ? texts : fc.oneof(fc.constant(known), texts)).chain(inUrl);
  const parameters = operation.parameters ?? [];
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const path = fc
    .tuple(...names.map((name) => value(example.params?.[name])))
    .map((values) => names.reduce((whole, name, at) => whole.replace(`{${name}}`, () => values[at] ?? ''), template));
  const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const queryPart = (name: string) => value(example.query?.[name]).map((text) => `${name}=${text}`);
  const query = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: known.length === 0 ? fc.constant('a=b') : fc.constantFrom(...known).chain(queryPart) },
      { weight: 1, arbitrary: texts.chain(inUrl) },
      { weight: 1, arbitrary: fc.constantFrom('__proto__=1', 'constructor[prototype]=1', 'limit=1&limit=2', '&&=') },
    ),
    { maxLength: 4 },
  );
  const near =
    example.body === undefined ? jsonTexts : fc.oneof(mutated(example.body), mutated(example.body), jsonTexts);
  const body = method === 'GET' ? fc.constant(undefined) : fc.option(near.chain(spoilt), { nil: undefined, freq: 8 });
  const ownHeaders = Object.entries(example.headers ?? {}).filter(([name]) => name !== 'x-shopify-webhook-id');
  return fc.record({
    kind: fc.constant('http' as const),
    route: fc.constant(route),
    method: fc.oneof(
      { weight: 12, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
    ),
    path: fc
      .tuple(
        path,
        query,
        fc.oneof(
          { weight: 15, arbitrary: fc.constant('') },
          { weight: 1, arbitrary: fc.constantFrom('/', '//', '%2f', '?', ';x=1') },
        ),
      )
      .map(([where, parts, end]) => `${where}${end}${parts.length > 0 ? `?${parts.join('&')}` : ''}`),
    headers: fc
      .tuple(
        fc.oneof(
          { weight: 8, arbitrary: fc.constant('application/json') },
          { weight: 1, arbitrary: fc.constantFrom(...CONTENT_TYPES) },
        ),
        fc.array(
          fc.oneof(
            fc.constantFrom(...HEADERS),
            fc.constantFrom(...TOKENS).map((token): [string, string] => ['tpg_auth_token', token]),
            fc.constantFrom(...TOKENS).map((token): [string, string] => ['authorization', `Bearer ${token}`]),
          ),
          { maxLength: 2 },
        ),
      )
      .map(([type, more]): [string, string][] => [
        ...ownHeaders,
        ...more,
        ...(type === '' ? [] : [['content-type', type] as [string, string]]),
      ]),
    caller: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...CALLERS) },
      { weight: 1, arbitrary: fc.constant('super_admin' as const) },
    ),
    tokenIn: fc.constantFrom('header' as const, 'header' as const, 'bearer' as const, 'cookie' as const),
    isSigned: fc.integer({ max: 3, min: 0 }).map((chance) => chance > 0),
    body,
  });
}

const signedReports: fc.Arbitrary<SignedCase> = fc.record({
  kind: fc.constantFrom('payment' as const, 'confirmation' as const, 'claim' as const),
  route: fc.constant(''),
  fields: fc.record({
    txid: fc.oneof(fc.nat(50).map(String), texts),
    amount: fc.oneof(fc.bigInt({ min: 1n, max: 10n ** 9n }), fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n })),
    memo: fc.option(texts),
    orderId: fc.option(fc.oneof(fc.constantFrom('8997470732594', '8997470732595'), texts)),
  }),
});

const ROUTE_OF_SIGNED = {
  payment: 'POST /wallet/incoming_payment',
  confirmation: 'POST /wallet/tx_confirmation',
  claim: 'POST /order/claim',
} as const;

const RAW_REQUESTS = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET /health HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n',
  'GET /health\r\n\r\n',
  'GET /health HTTP/9.9\r\nhost: a\r\n\r\n',
  'get /health HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET  /health  HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET /he\0alth HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET http://evil.example/health HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET * HTTP/1.1\r\nhost: a\r\n\r\n',
  'CONNECT evil.example:443 HTTP/1.1\r\nhost: a\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET /health HTTP/1.1\nhost: a\n\n',
  'GET /health HTTP/1.1\r\nhost : a\r\n\r\n',
  'GET /health HTTP/1.1\r\nhost: a\r\n folded: b\r\n\r\n',
  'GET /health HTTP/1.1\r\nhost: a\r\nx: \0\r\n\r\n',
  'GET /api/balance HTTP/1.1\r\nhost: a\r\ntpg_access_token: \xff\xfe\r\n\r\n',
  'POST /auth HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n',
  'POST /auth HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
  'POST /auth HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /auth HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\nhello',
  'POST /auth HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n',
  'POST /auth HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n',
  'POST /api/credit HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99999999999999999999\r\n\r\n{}',
  'POST /shopify/webhook HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}',
  'GET /health HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  `GET /health HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
  `GET /health HTTP/1.1\r\nhost: a\r\n${'x: y\r\n'.repeat(3_000)}\r\n`,
];

const raw: fc.Arbitrary<RawCase> = fc
  .oneof(
    fc.constantFrom(...RAW_REQUESTS).map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))),
    fc
      .tuple(fc.constantFrom(...RAW_REQUESTS), fc.nat(60), fc.uint8Array({ minLength: 1, maxLength: 3 }))
      .map(([text, at, noise]) => {
        const bytes = Buffer.from(text, 'latin1');
        return Uint8Array.of(...bytes.subarray(0, at), ...noise, ...bytes.subarray(at + noise.length));
      }),
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
  )
  .map((bytes) => ({ kind: 'raw' as const, route: 'raw' as const, bytes }));

/** One case of any kind; every route comes up as often as every other. */
export function fuzzCases(description: ApiDescription): fc.Arbitrary<FuzzCase> {
  const routes = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => requestsTo(`${method.toUpperCase()} ${path}`, operation)),
  );
  const signed = signedReports.map((report) => ({ ...report, route: ROUTE_OF_SIGNED[report.kind] }));
  return fc.oneof(
    { weight: 30, arbitrary: fc.oneof(...routes) },
    { weight: 2, arbitrary: signed },
    { weight: 1, arbitrary: raw },
  );
}
