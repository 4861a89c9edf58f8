import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '#platform/cli/ports.ts';
import { fitted, formatTime, plainText, record, table, widthOf } from '#platform/cli/terminal/output.ts';

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

describe('texts', () => {
  it('are as wide as a terminal shows them', () => {
    expect([widthOf('abc'), widthOf('🐢📟'), widthOf('日本'), widthOf('é')]).toEqual([3, 4, 4, 1]);
    expect(fitted('🐢🐢🐢🐢', 5)).toBe('🐢🐢…');
    expect(fitted('abc', 3)).toBe('abc');
  });

  it('show control characters as what they are', () => {
    expect(plainText('a\u001b[31mb\nc\u202ed')).toBe('a�[31mb c�d');
  });

  it('show times in the machine’s zone, and in UTC on demand', () => {
    const time = '2026-11-21T12:34:56.789Z';
    expect(formatTime(time, { utc: true })).toBe('2026-11-21 12:34:56 UTC');
    const local = new Date(time);
    expect(formatTime(time, { utc: false })).toContain(`${String(local.getHours()).padStart(2, '0')}:34:56`);
    expect(formatTime('no time', { utc: true })).toBe('no time');
  });
});
