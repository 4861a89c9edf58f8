import fc from 'fast-check';

/** Values that programs have stumbled over, and made ones. */

const FAMOUS_TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'null',
  'undefined',
  'NaN',
  'true',
  '[]',
  '{}',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  '\u202eabc',
  '\ufeff',
  '\r\nx-injected: 1',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '%',
  '%zz',
  '%00',
  '%c0%ae',
  "' OR '1'='1",
  "'; DROP TABLE orders; --",
  '1; attach database "x" as y',
  '$1',
  ':order_id',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '[object Object]',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '2024-02-30',
  '2024-03-11T08:30:00+99:99',
  '🐢🌊',
  'İ',
  'ﬀ',
  'Ω'.repeat(300),
  'a'.repeat(5000),
];

export const texts = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...FAMOUS_TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 600 }) },
  { weight: 1, arbitrary: fc.nat().map(String) },
);

/** JSON texts of numbers that no double holds, or that are none of ours. */
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1.5',
  '1e1000',
  '-1e-1000',
  '9007199254740993',
  '-9007199254740993',
  '21000000000000000',
  '21000000000000001',
  '9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  '1'.repeat(400),
  '9'.repeat(1100),
];

const nested = fc.integer({ min: 2, max: 3000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth));

/** A JSON value as text, so that it may hold what `JSON.stringify` would not write. */
export const jsonTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: texts.map((text) => JSON.stringify(text)) },
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom('null', 'true', 'false', '[]', '{}', '[null]', '{"":1}') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"__proto__":{"a":1}}', '{"constructor":{"prototype":{}}}', '{"\\u005f_proto__":1}'),
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 1, arbitrary: nested },
);

/** One change to a JSON document, by which of its places it is made. */
const mutations = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'double', 'wrap'),
  value: jsonTexts,
  key: texts,
});

type Mutation = { place: number; kind: string; value: string; key: string };

/** A document with some of its values replaced, removed, doubled, or joined by others. */
export function mutated(document: unknown): fc.Arbitrary<string> {
  return fc.array(mutations, { maxLength: 3 }).map((changes) => {
    // Each place is numbered as it is written; a change counts for the place that it falls on.
    const count = placesIn(document);
    const byPlace = new Map(changes.map((change) => [change.place % count, change]));
    let place = -1;
    const write = (value: unknown): string => {
      place += 1;
      const change = byPlace.get(place);
      if (change?.kind === 'replace') {
        place += placesIn(value) - 1;
        return change.value;
      }
      const text = writeWhole(value, change, write);
      return change?.kind === 'wrap' ? `[${text}]` : text;
    };
    return write(document);
  });
}

function writeWhole(value: unknown, change: Mutation | undefined, write: (value: unknown) => string): string {
  if (Array.isArray(value)) {
    const parts = value.map(write);
    if (change?.kind === 'add') parts.push(change.value);
    if (change?.kind === 'remove') parts.pop();
    return `[${parts.join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${write(part)}`);
  const [first] = parts;
  if (change?.kind === 'add') parts.push(`${JSON.stringify(change.key)}:${change.value}`);
  if (change?.kind === 'remove') parts.shift();
  if (change?.kind === 'double' && first !== undefined) parts.push(first.replace(/:.*/s, `:${change.value}`));
  return `{${parts.join(',')}}`;
}

function placesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Object.values(value).reduce((sum: number, part) => sum + placesIn(part), 0);
}

/** The bytes of a body: as they are, cut off, broken as UTF-8, or packed as what they are not. */
export function spoilt(text: string): fc.Arbitrary<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(bytes) },
    { weight: 1, arbitrary: fc.nat(bytes.length).map((length) => bytes.slice(0, length)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat(bytes.length), fc.uint8Array({ minLength: 1, maxLength: 4 }))
        .map(([at, broken]) => Uint8Array.of(...bytes.slice(0, at), ...broken, 0xff, ...bytes.slice(at))),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((noise) => Uint8Array.of(0x1f, 0x8b, 8, ...noise)) },
  );
}
