import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withLimits } from '../../../scripts/docs/limits.ts';

describe('the table of limits', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'limits-'));
    mkdirSync(join(root, 'src'));
    writeFileSync(
      join(root, 'src/a.ts'),
      [
        'const MAX_BODY_BYTES = 2 * 1024 * 1024;',
        'export const HOUR_MS = 60 * 60_000;',
        'const KEPT_MS = 24 * HOUR_MS;',
        'const ROUND_MS = (1 + 2) * 500;',
        'const MAX_ROWS = 12_000;',
        'const MAX_CHARACTERS = 4_000_000;',
        'const MAX_TEXT = 16 * 1024;',
        'const MAX_SHARE = 1 / 1000;',
        'const CACHE_KIB = 12 * 1024;',
        "const SILENCE = '8s';",
        'const MADE = { a: 1 };',
      ].join('\n'),
    );
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const limitOf = (shown: string, ...names: string[]): string => {
    const where = names.map((name) => `\`${name}\``).join(', ');
    const page = withLimits(`| what | ${shown} | ${where} in \`src/a.ts\` | why |`, root);
    return page.split('|')[2]?.trim() ?? '';
  };

  it.each([
    ['1 MiB', ['MAX_BODY_BYTES'], '2 MiB'],
    ['256 KiB', ['MAX_BODY_BYTES'], '2048 KiB'],
    ['after 1 h', ['KEPT_MS'], 'after 24 h'],
    ['7 s', ['ROUND_MS'], '1.5 s'],
    ['2 min', ['HOUR_MS'], '60 min'],
    ['5 rows each', ['MAX_ROWS'], '12 000 rows each'],
    ['1 000 000 rows', ['MAX_ROWS'], '12 000 rows'],
    ['10,000 rows', ['MAX_ROWS'], '12 000 rows'],
    ['1, 2 million characters', ['MAX_ROWS', 'MAX_CHARACTERS'], '12 000, 4 million characters'],
    ['8 KiB', ['MAX_TEXT'], '16 KiB'],
    ['2000 characters', ['MAX_TEXT'], '16 384 characters'],
    ['1/5', ['MAX_SHARE'], '1/1000'],
    ['1 MiB', ['CACHE_KIB'], '12 MiB'],
    ['3 s', ['SILENCE'], '8 s'],
    ['7 rows, 20 arguments', ['MAX_ROWS'], '12 000 rows, 20 arguments'],
  ])('%s of %s becomes %s', (shown, names, expected) => {
    expect(limitOf(shown, ...names)).toBe(expected);
  });

  it('leaves other tables alone', () => {
    const page = '| `TPG_PORT` | `8360` | `8360` | The port |\n| a | 5 | b | c |';
    expect(withLimits(page, root)).toBe(page);
  });

  it('refuses what it cannot work out', () => {
    expect(() => limitOf('5', 'MISSING')).toThrow('src/a.ts has no MISSING');
    expect(() => limitOf('5', 'MADE')).toThrow('src/a.ts has no MADE that can be worked out');
    expect(() => limitOf('5', 'MAX_ROWS', 'MAX_TEXT')).toThrow('shows 1 quantities and names 2 constants');
  });
});
