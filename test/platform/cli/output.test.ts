import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Terminal } from '#platform/cli/ports.ts';
import {
  type Column,
  formatTime,
  plainJson,
  plainLines,
  plainText,
  progressLine,
  record,
  table,
} from '#platform/cli/terminal/output.ts';
import { fitted, folded, loadWidths, widthOf } from '#platform/cli/terminal/text-width.ts';
import { csvCell } from '#platform/csv.ts';

beforeAll(loadWidths);

const pipe: Terminal = { isTerminal: false, columns: 80, colour: false, canAsk: false, isInputTerminal: false };
const terminal: Terminal = { isTerminal: true, columns: 40, colour: false, canAsk: true, isInputTerminal: true };

interface Row {
  id: string;
  memo: string | null;
  status: string;
}
const columns = [
  { title: 'Order', of: (row: Row) => row.id },
  { title: 'Status', of: (row: Row) => row.status, isStatus: true },
  { title: 'Memo', of: (row: Row) => row.memo, canShrink: true },
];
const rows: Row[] = [
  { id: '1', status: 'Paid', memo: 'a memo that is a good deal longer than the terminal is wide' },
  { id: '1000', status: 'New', memo: null },
];

describe('tables', () => {
  it('fit the terminal by what may be cut', () => {
    const lines = table(columns, rows, { terminal, utc: false });
    expect(lines).toEqual(['Order  Status  Memo', '1      Paid    a memo that is a good de…', '1000   New     -']);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(terminal.columns);
  });

  it('are as wide as they need to be where nobody reads them on a terminal', () => {
    expect(table(columns, rows, { terminal: pipe, utc: false })[1]).toContain('than the terminal is wide');
    expect(table(columns, [], { terminal: pipe, utc: false })).toEqual(['None.']);
  });

  it('have colours on a terminal that has them, and nowhere else', () => {
    const coloured = table(columns, rows, { terminal: { ...terminal, colour: true }, utc: false });
    expect(coloured[1]).toContain('\u001b[32mPaid');
    expect(table(columns, rows, { terminal, utc: false }).join('')).not.toContain('\u001b');
  });

  it('never pass on what steers a terminal, whatever strangers write', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (memo) => {
        const lines = [
          ...table(columns, [{ id: memo, status: memo, memo }], { terminal, utc: false }),
          ...record([['Memo', memo]], terminal),
        ];
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
        for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

describe('tables of what a server that lies answers', () => {
  it('may have more rows than a call may have arguments', () => {
    const many = Array.from({ length: 200_000 }, (_, index) => ({ id: String(index), status: 'New', memo: null }));
    expect(table(columns, many, { terminal, utc: false })).toHaveLength(200_001);
  });

  it('are cut at once where a text has millions of characters', () => {
    const long = { id: '1', status: 'New', memo: 'a'.repeat(20_000_000) };
    const started = process.cpuUsage();
    expect(table(columns, [long], { terminal, utc: false })[1]).toBe(`1      New     ${'a'.repeat(24)}…`);
    // Of the processor's time: a column at a time took 20 times as long.
    expect(process.cpuUsage(started).user).toBeLessThan(3_000_000);
  });

  it('show the last of all times on every clock', () => {
    const end = '+275760-09-13T00:00:00.000Z';
    expect(formatTime(end, { utc: false })).toMatch(/275760/);
    expect(formatTime(end, { utc: true })).toMatch(/275760/);
  });

  it('show a progress that is less than nothing as none', () => {
    expect(progressLine(-5, 10, 'x')).toBe(`[${'.'.repeat(30)}]   0 %  x`);
    expect(progressLine(5, -10, 'x')).toBe(`[${'.'.repeat(30)}]   0 %  x`);
  });
});

describe('tables of amounts and times', () => {
  interface Paid {
    id: string;
    amount: bigint | null;
    at: string;
    memo: string;
  }
  const PAID: readonly Column<Paid>[] = [
    { title: 'Order', of: ({ id }) => id },
    { title: 'Paid', amount: ({ amount }) => amount, isSummed: true },
    { title: 'Time', time: ({ at }) => at },
    { title: 'Memo', of: ({ memo }) => memo, canShrink: true },
  ];
  const some: Paid[] = [
    { id: '1', amount: 2n ** 63n, at: '2026-01-01T12:00:00.000Z', memo: 'a, "b"\nc' },
    { id: '2', amount: -1n, at: '2026-07-01T12:00:00.000Z', memo: '@SUM(1)' },
    { id: '3', amount: null, at: '2026-07-01T13:00:00.000Z', memo: '日本' },
  ];

  it('have their sum below, without loss, and the zone in the title', () => {
    const lines = table(PAID, some, { terminal: pipe, utc: true });
    expect(lines[0]).toMatch(/^Order +Paid +Time \(UTC\) +Memo$/);
    expect(lines.at(-1)).toBe('Sum of 3  9223372036854.775807 XTM');
    expect(table(PAID, some.slice(0, 1), { terminal: pipe, utc: true })).toHaveLength(2);
  });

  it('stand one below the other where the terminal is too narrow, with nothing lost', () => {
    const lines = table(PAID, some, { terminal, utc: true });
    expect(lines.slice(0, 4)).toEqual([
      'Order:      1',
      'Paid:       9223372036854.775808 XTM',
      'Time (UTC): 2026-01-01 12:00:00',
      'Memo:       a, "b" c',
    ]);
    expect(lines.at(-1)).toBe('Sum of 3: Paid 9223372036854.775807 XTM');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(terminal.columns);
  });

  it('are CSV for a spreadsheet: whole µT, times in UTC, and texts that do nothing', () => {
    expect(table(PAID, some, { terminal, utc: false, csv: true })).toEqual([
      'Order,"Paid (µT)",Time,Memo\r',
      '1,9223372036854775808,2026-01-01T12:00:00.000Z,"a, ""b""\nc"\r',
      `2,-1,2026-07-01T12:00:00.000Z,"'@SUM(1)"\r`,
      '3,,2026-07-01T13:00:00.000Z,"日本"\r',
    ]);
    expect(table(PAID, [], { terminal, utc: false, csv: true })).toEqual(['Order,"Paid (µT)",Time,Memo\r']);
  });

  it.each(['=1+1', '+1', '-1', '@a', '\t=1', ' =1', '\r=1', '＝1', '=cmd|"/c calc"!A1'])('defuse %j', (text) => {
    expect(csvCell(text)).toMatch(/^"'/);
  });
});

describe('texts', () => {
  it('are folded between words, and words stay whole', () => {
    expect(folded('one two three', 8)).toEqual(['one two', 'three']);
    expect(folded('averyverylongaddress ok', 8)).toEqual(['averyverylongaddress', 'ok']);
  });

  it('are as wide as a terminal shows them', () => {
    expect([widthOf('abc'), widthOf('🐢📟'), widthOf('日本'), widthOf('é')]).toEqual([3, 4, 4, 1]);
    expect(fitted('🐢🐢🐢🐢', 5)).toBe('🐢🐢…');
    expect(fitted('abc', 3)).toBe('abc');
  });

  it('show control characters as what they are', () => {
    expect(plainText('a\u001b[31mb\nc\u202ed')).toBe('a�[31mb c�d');
  });

  it('keep their lines in what has several, and nothing else that steers', () => {
    expect(plainLines('a\u009b2J\n\tb\rc')).toBe('a�2J\n\tb�c');
  });

  it('are the same value as JSON, without what steers: JSON itself lets C1 and bidi characters through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (memo) => {
        const json = plainJson({ memo });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
        expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
        expect(JSON.parse(json)).toEqual({ memo });
      }),
    );
    expect(plainJson({ memo: '\u009b2J\u202e', amount: 2n ** 63n })).toBe(
      '{"memo":"\\u009b2J\\u202e","amount":9223372036854775808}',
    );
  });

  it('show times in the machine’s zone, and in UTC on demand', () => {
    const time = '2026-11-21T12:34:56.789Z';
    expect(formatTime(time, { utc: true })).toBe('2026-11-21 12:34:56 UTC');
    const local = new Date(time);
    expect(formatTime(time, { utc: false })).toContain(`${String(local.getHours()).padStart(2, '0')}:34:56`);
    expect(formatTime('no time', { utc: true })).toBe('no time');
  });
});
