import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, parseJson, stringifyJson } from '#platform/json.ts';

function errorOf(text: string): JsonError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`This was expected to be refused: ${text.slice(0, 100)}`);
}

/** Any JSON value, its integers beyond the safe ones as bigint. */
const unsafeBigInt = fc.bigInt({ min: -(2n ** 256n), max: 2n ** 256n }).filter((value) => !isSafe(value));
const key = fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__' && name !== 'constructor');
const { value: losslessValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, tie('leaf'), tie('list'), tie('object')),
  list: fc.array(tie('value')),
  object: fc.dictionary(key, tie('value'), { noNullPrototype: true }),
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
    unsafeBigInt,
    // Texts that look like what the fast path searches for.
    fc.constantFrom('12345678901234567890', ': 9007199254740993', ',-9007199254740993]', '\\"{[', '\\u005f'),
  ),
}));

function isSafe(value: bigint): boolean {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);
}

describe('parseJson', () => {
  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740992', -9007199254740992n],
    ['-9007199254740991', -9007199254740991],
    ['[820982911946154508]', [820982911946154508n]],
    ['[1,820982911946154508,2]', [1, 820982911946154508n, 2]],
    ['{"id":820982911946154508}', { id: 820982911946154508n }],
    ['{"id" :\n\t-820982911946154508 }', { id: -820982911946154508n }],
    ['1234567890123456.5', 1234567890123456.5],
    ['9007199254740993.0', 9007199254740992],
    ['1e20', 1e20],
    ['[12345678901234567890e0]', [12345678901234567000]],
    ['[-0, 9007199254740993]', [-0, 9007199254740993n]],
    ['"9007199254740993"', '9007199254740993'],
    ['{"a":1,"a":9007199254740993}', { a: 9007199254740993n }],
    ['{"a":9007199254740993,"a":{"b":[]}}', { a: { b: [] } }],
    ['{"a":[],"b":9007199254740993,"a":{}}', { a: {}, b: 9007199254740993n }],
  ])('reads %s without loss', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('gives back what stringifyJson wrote, whatever it was', () => {
    fc.assert(
      fc.property(losslessValue, (value) => {
        expect(parseJson(stringifyJson(value))).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads what JSON.parse reads, where all integers are safe', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!/\d{16}/.test(text) && !/__proto__|constructor/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses, and nothing else, on both ways through it', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '.',
      'e',
      'true',
      ' ',
      '\n',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom('', '9007199254740993', ',9007199254740993'), (start, end) => {
        const whole = `${start}${end}`;
        let isJson = true;
        try {
          JSON.parse(whole);
        } catch {
          isJson = false;
        }
        if (isJson) expect(() => parseJson(whole)).not.toThrow();
        else expect(() => parseJson(whole)).toThrow(JsonError);
      }),
      { numRuns: 5000 },
    );
  });

  it('says where the trouble is where that is known, and never quotes the text', () => {
    const unknown = errorOf('{"secret": hunter2}');
    expect(unknown.message).toMatch(/^The text is not valid JSON.*\.$/);
    expect(unknown.message).not.toContain('hunter');
    expect(errorOf('{"a":"b').position).toBe(7);
    expect(errorOf('').message).toBe('The text is not valid JSON.');
  });

  it.each([
    '{"__proto__":{"x":1}}',
    '{"__proto__":null}',
    '[[{"a":{"__proto__":1}}]]',
    '{"\\u005f_proto__":{}}',
    '{"\\u005F\\u005fprot\\u006f__":{}}',
    '{"constructor":{"prototype":{}}}',
    '{"const\\u0072uctor":{"\\u0070rototype":1}}',
    '{"big":9007199254740993,"__proto__":{"x":1}}',
    '{"a":{"constructor":1},"constructor":{"prototype":9007199254740993}}',
  ])('refuses %s, which could reach a prototype', (text) => {
    expect(errorOf(text).message).toContain('prototype');
  });

  it('takes such words where they do no harm', () => {
    expect(parseJson('{"constructor":"Bob","prototype":1,"note":"__proto__"}')).toEqual({
      constructor: 'Bob',
      prototype: 1,
      note: '__proto__',
    });
    expect(parseJson('{"constructor":{"name":"x"}}')).toEqual({ constructor: { name: 'x' } });
    expect(parseJson('{"constructor":null}')).toEqual({ constructor: null });
  });

  it('takes 64 levels and no more, brackets in texts not counted', () => {
    const nested = (levels: number, open: string, close: string) => `${open.repeat(levels)}1${close.repeat(levels)}`;
    expect(() => parseJson(nested(64, '[', ']'))).not.toThrow();
    expect(errorOf(nested(65, '[', ']')).position).toBe(64);
    expect(() => parseJson(nested(64, '{"a":', '}'))).not.toThrow();
    expect(errorOf(nested(65, '{"a":', '}')).message).toContain('nested deeper than 64');
    expect(parseJson(JSON.stringify({ a: '['.repeat(1000), '\\"[': '"{'.repeat(1000) }))).toHaveProperty('a');
  });

  it.each(['[', '{"a":', '[9007199254740993,', ']', '"', '\\'])('is not overwhelmed by 100,000 times %s', (piece) => {
    expect(() => parseJson(piece.repeat(100_000))).toThrow(JsonError);
    expect(() => parseJson(`"${piece.repeat(100_000)}`)).toThrow(JsonError);
  });

  it('refuses an integer of absurd length in no time', () => {
    expect(errorOf(`[${'9'.repeat(1_000_000)}]`).message).toContain('more than 1000 digits');
    expect(parseJson('9'.repeat(1000))).toBe(BigInt('9'.repeat(1000)));
    expect(parseJson(`-${'9'.repeat(1000)}`)).toBe(-BigInt('9'.repeat(1000)));
  });
});

describe('stringifyJson', () => {
  it('writes bigints as integers, dates as RFC 3339, keys in their order', () => {
    const value = {
      z: 2n ** 64n,
      a: 5n,
      at: new Date(0),
      none: undefined,
      list: [undefined, 1n],
      text: '"\u2028\ud800',
    };
    expect(stringifyJson(value)).toBe(
      '{"z":18446744073709551616,"a":5,"at":"1970-01-01T00:00:00.000Z","list":[null,1],"text":"\\"\u2028\\ud800"}',
    );
  });

  it('writes what JSON.stringify writes where there are no bigints', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(stringifyJson(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('has an answer for everything but a value that holds itself', () => {
    expect(stringifyJson(undefined)).toBe('null');
    expect(stringifyJson(Number.NaN)).toBe('null');
    const self: Record<string, unknown> = {};
    self.self = self;
    expect(() => stringifyJson(self)).toThrow(TypeError);
  });
});
