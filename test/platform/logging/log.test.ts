import { describe, expect, it } from 'vitest';
import { accessLogFields } from '#platform/logging/access-log.ts';
import { createLogger, type LogLevel } from '#platform/logging/json-log.ts';
import { prettyLines } from '#platform/logging/pretty-log.ts';

function capture(pretty: boolean, level: LogLevel = 'info') {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level, destination: pretty ? prettyLines(output) : output });
  return { logger, lines };
}

const access = accessLogFields({
  receivedAt: new Date('2024-05-29T08:42:20.029Z'),
  address: '127.0.0.1',
  method: 'GET',
  url: '/health',
  httpVersion: '1.1',
  headers: { tpg_access_token: 'topsecret' },
  status: 200,
  durationMs: 1,
});

describe('createLogger', () => {
  it('writes one JSON object a line', () => {
    const { logger, lines } = capture(false);
    logger.info({ access }, 'Answered.');
    logger.debug('not shown');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\n$/);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'info',
      time: expect.stringMatching(/Z$/),
      access,
      msg: 'Answered.',
    });
  });

  it('writes lines for people, the access line as documented', () => {
    const { logger, lines } = capture(true);
    logger.info({ access }, 'Answered.');
    logger.warn({ order: '#1001' }, 'An order expired.');
    expect(lines).toEqual([
      '2024-05-29T08:42:20.029Z 127.0.0.1 x-forwarded-for: - forwarded: - "GET /health HTTP/1.1" 200 ua:"-" auth:"-" access:"present" 1.000 ms\n',
      expect.stringMatching(
        /^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] WARN: An order expired\. {"order":"#1001"}\n$/,
      ),
    ]);
  });

  it('lets no text end its line, move the cursor or begin another record', () => {
    const { logger, lines } = capture(true);
    const forged = 'x\n[2026-01-01T00:00:00.000Z] INFO: forged\r\u001b[2K\u009b2J\u2028\u202eok\ud800';
    logger.warn({ memo: forged, list: [forged] }, `A webhook is set aside: ${forged}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\[[^\n]*\n$/);
    expect(lines[0]).toMatch(/^[\x20-\x7e]+\n$/);
    expect(lines[0]).toContain('set aside: x\\u{a}[2026');
  });

  it('indents what follows in the stack of an error', () => {
    const { logger, lines } = capture(true);
    logger.error({ err: new Error('bad\n[2026-01-01T00:00:00.000Z] INFO: forged\u001b[2K') }, 'Failed');
    const [, ...more] = lines.join('').trimEnd().split('\n');
    expect(more.length).toBeGreaterThan(2);
    for (const line of more) expect(line).toMatch(/^ {4}[\x20-\x7e]*$/);
  });

  it('shows other records under the name of access as what they are', () => {
    const { logger, lines } = capture(true);
    logger.info({ access: 'granted' }, 'Hello.');
    logger.info({ note: '"access":{"receivedAt"' }, 'Hello again.');
    expect(lines).toEqual([expect.stringContaining('Hello.'), expect.stringContaining('Hello again.')]);
  });

  it.each([true, false])('hides what stands under a secret-looking name (pretty: %s)', (pretty) => {
    const { logger, lines } = capture(pretty);
    const headers = { Authorization: 'topsecret', cookie: 'topsecret', 'x-shopify-access-token': 'topsecret' };
    logger.info({ headers, jwtKeys: { signingKey: new Uint8Array(2) }, shopify: { apiSecret: 'topsecret' } }, 'one');
    logger.info({ a: [{ b: { client_secret: 'topsecret' } }], databaseUrl: 'postgres://u:topsecret@h/d' }, 'two');
    logger.child({ tpg_auth_token: 'topsecret' }).info({ signature: 'topsecret' }, 'three');
    const error = Object.assign(new Error('It failed.'), { request: { headers: { authorization: 'topsecret' } } });
    logger.error({ err: error }, 'four');
    logger.error(error);
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain('topsecret');
    expect(lines.join()).not.toContain('"0":0');
    expect(lines.join()).toContain('It failed.');
    expect(lines.join()).toContain('[hidden]');
  });

  it('leaves the record itself as it was, and what is not secret readable', () => {
    const { logger, lines } = capture(false);
    const record = { shopify: { apiSecret: 's', hmacChecks: true, hmacSecretPrevious: null, shop: 'x' }, ids: [1, 2] };
    logger.info(record);
    expect(record.shopify.apiSecret).toBe('s');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      shopify: { apiSecret: '[hidden]', hmacChecks: true, hmacSecretPrevious: null, shop: 'x' },
      ids: [1, 2],
    });
  });

  it('is not drowned by a record that holds itself', () => {
    const { logger, lines } = capture(false);
    const self: Record<string, unknown> = { name: 'self' };
    self.self = self;
    logger.info({ self });
    expect(lines).toHaveLength(1);
  });
});
