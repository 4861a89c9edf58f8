import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SpspAnswer, type SpspServer, startSpsp } from '#test/pull-payments/spsp-server.ts';
import { borrowServer, type TestServer } from '#test/server.ts';

/** Every exchange that was recorded with the original pull payment server is had with ours, in the same order. */

interface Exchange {
  name: string;
  request: { method: string; path: string; headers?: Record<string, string>; body?: string | null };
  response: { status: number; headers: Record<string, string>; body: string };
}

interface Expected {
  status: number;
  contentType: string;
  body: string;
}

const FILE = new URL('../../../vectors/pull-payments/http-exchanges-original-node16.json', import.meta.url);
const EXCHANGES = JSON.parse(readFileSync(FILE, 'utf8')) as Exchange[];

/** When the agreement began that the recording changes. */
const RECORDED_AT = new Date('2026-11-30T04:20:55.896Z');

const TEXT = 'text/plain; charset=utf-8';
const SPSP = 'application/spsp4+json';

/** An intended difference: the exchanges that it concerns by their place in the recording, and what we answer. */
interface Difference {
  why: string;
  exchanges: readonly number[];
  answer: (recorded: Expected) => Expected;
}

const refusal = (status: number, body: string) => (): Expected => ({ status, contentType: TEXT, body });
const balances = (total: string, interval: string, available: string) => (): Expected => ({
  status: 200,
  contentType: SPSP,
  body: `{ACCOUNT,SECRET,"pull":{"balance":{"total":"${total}","interval":"${interval}","available":"${available}"}`,
});
const refused = (sentence: string, ...creations: number[]): Difference[] => [
  { why: 'invalid input is refused', exchanges: creations, answer: refusal(400, sentence) },
];

const AMOUNT = 'a whole number from 1 to 18446744073709551615.';
const CYCLES = 'a whole number from 1 to 1000000.';
const INTERVAL = 'an ISO 8601 duration of at least a second, such as P1M.';
const A_TIME = 'a time with its zone, such as 2026-11-30T08:00:00Z.';

const DIFFERENCES: readonly Difference[] = [
  {
    why: 'the scheme must be the beginning of the header',
    exchanges: [4],
    answer: refusal(401, 'Invalid token'),
  },
  ...refused(`amount must be given: ${AMOUNT}`, 6, 9, 11, 13, 108),
  ...refused(`amount must be ${AMOUNT}`, 22, 24, 26, 28, 32),
  ...refused('cap must be true or false.', 16),
  ...refused(`interval must be given: ${INTERVAL}`, 34),
  ...refused(`interval must be ${INTERVAL}`, 36, 38, 40, 44),
  ...refused(`cycles must be given: ${CYCLES}`, 46),
  ...refused(`cycles must be ${CYCLES}`, 48, 50, 52, 54),
  ...refused(`start must be ${A_TIME}`, 56, 68),
  ...refused('expiry must be after start.', 72),
  ...refused(`expiry must be ${A_TIME}`, 74),
  ...refused('assetCode and assetScale must be given: amounts are in this asset.', 76),
  ...refused('Asset code and scale can only be given or updated together.', 133),
  {
    why: 'what was refused has no pointer',
    exchanges: [12, 17, 23, 25, 27, 29, 33, 35, 37, 39, 41, 45, 47, 49, 51, 53, 55, 57, 69, 73, 75, 77],
    answer: refusal(404, 'Token not found'),
  },
  { why: 'nothing can be pulled before the start', exchanges: [59], answer: balances('0', '0', '0') },
  {
    why: 'the first query of a token shows real balances, and no claim is taken for one',
    exchanges: [98, 109, 113],
    answer: balances('0', '0', '100'),
  },
  {
    why: 'tokens signed by HS512 and HS384 are refused unless a setting allows them',
    exchanges: [102, 103],
    answer: refusal(404, 'Token not found'),
  },
  {
    why: 'a token whose expiry is over makes no agreement',
    exchanges: [115, 116],
    answer: refusal(404, 'Token not found'),
  },
  {
    why: 'a boolean counts as one, so that the cap was switched off',
    exchanges: [124, 125, 127, 129, 130, 132],
    answer: (recorded) => ({ ...recorded, body: recorded.body.replace('"cap":true', '"cap":false') }),
  },
  {
    why: 'a change that is refused changes nothing',
    exchanges: [134],
    answer: balances('0', '0', '200000'),
  },
  {
    why: 'the exchange needs the bearer',
    exchanges: [137, 138, 139],
    answer: refusal(401, 'Invalid token'),
  },
];

let books: TestServer;
let server: SpspServer;
beforeAll(async () => {
  books = await borrowServer();
  const { clock, app } = books;
  clock.advance(RECORDED_AT.getTime() - clock.now().getTime());
  server = await startSpsp({ service: app.services.pullPayments, clock, settings: { SPSP_HOST: 'localhost:6100' } });
});
afterAll(async () => {
  await server.close();
  await books.close();
});

/** Our ids by those of the recording. */
const ids = new Map<string, string>();

function send({ request }: Exchange, headers: Record<string, string> = {}): Promise<SpspAnswer> {
  const path = [...ids].reduce((text, [recorded, ours]) => text.replace(recorded, ours), request.path);
  const isCut = request.body?.includes('(2 MiB, cut here)') ?? false;
  const body = isCut ? JSON.stringify({ webhook: 'x'.repeat(2 * 1024 * 1024) }) : (request.body ?? undefined);
  return server.send(request.method, path, {
    headers: { ...request.headers, ...headers },
    ...(body !== undefined && { body }),
  });
}

/** Without what is new each time. Behind the balances our answers go on with the fields of RFC 0036. */
function comparable(body: string): string {
  const masked = body
    .replace(/"destination_account":"private\.moneyd\.local\.[\w-]+\.[\w-]{24}(?:~[\w~-]+)?"/, 'ACCOUNT')
    .replace(/"shared_secret":"[\w+/]{43}="/, 'SECRET')
    .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/, 'ID');
  return masked.replace(/("pull":\{"balance":\{[^}]*\}).*$/, '$1');
}

function keepId(recorded: string, ours: string): void {
  const pointer = /^\{"pointer":"\$localhost:6100\/([\da-f-]{36})"\}$/;
  const [, theirId] = pointer.exec(recorded) ?? [];
  const [, ourId] = pointer.exec(ours) ?? [];
  if (theirId !== undefined && ourId !== undefined) ids.set(theirId, ourId);
}

describe('the listener for payees answers as the original did', () => {
  it('has all that was recorded', () => {
    expect(EXCHANGES).toHaveLength(140);
    const named = DIFFERENCES.flatMap(({ exchanges }) => exchanges);
    expect(new Set(named).size).toBe(named.length);
  });

  it.each(EXCHANGES.map((exchange, place) => [place, exchange.name.trim(), exchange] as const))(
    '%i: %s',
    async (place, _name, exchange) => {
      const { response } = exchange;
      const answer = await send(exchange);
      keepId(response.body, answer.text);
      const recorded: Expected = {
        status: response.status,
        contentType: response.headers['content-type'] ?? '',
        body: comparable(response.body),
      };
      const difference = DIFFERENCES.find(({ exchanges }) => exchanges.includes(place));
      const expected = difference?.answer(recorded) ?? recorded;
      const contentType = answer.headers['content-type'] ?? '';
      expect({ status: answer.status, contentType, body: comparable(answer.text) }).toEqual(expected);
      // An intended difference that is none hides a fault.
      if (difference !== undefined) expect(expected).not.toEqual(recorded);
      if (response.headers.allow !== undefined) expect(answer.headers.allow).toBe(response.headers.allow);
    },
  );

  it('with the bearer exchanges as it did, and says what is missing', async () => {
    const bearer = { authorization: 'Bearer test' };
    for (const place of [137, 139]) {
      const answer = await send(EXCHANGES[place]!, bearer);
      expect([answer.status, answer.text]).toEqual([200, EXCHANGES[place]?.response.body]);
    }
    const without = await send(EXCHANGES[138]!, bearer);
    expect([without.status, without.text]).toEqual([400, `amount must be given: ${AMOUNT}`]);
  });

  it('never shows a pointer, a token or a secret in its log', () => {
    const log = server.logText();
    expect(log).toContain('/update/…');
    const payloads = EXCHANGES.flatMap(({ request }) => request.path.split('.').slice(1, 2));
    const secrets = [...ids.values(), ...payloads, 'Bearer'].filter((text) => text.length > 20 || text === 'Bearer');
    expect(secrets.length).toBeGreaterThan(30);
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
});
