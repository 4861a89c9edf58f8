import { expect, it } from 'vitest';
import { createProgram } from '#cli/commands.ts';
import { bestMatches } from '#platform/cli/menus/best-match.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { menuOf } from '#test/cli/menus.ts';

const entries = [
  { label: 'Cancel Order', hint: 'here and in the shop', isDangerous: true },
  { label: 'Order', hint: 'show one' },
  { label: 'Order by Id', hint: 'show one' },
  { label: 'Reorder', hint: '' },
  { label: 'Held money', hint: 'that has paid no order yet' },
];
const found = (typed: string) => bestMatches(typed, entries).map(({ label }) => label);

it('an exact label is meant alone, then come beginnings, words, and parts of words', () => {
  expect(found('order')).toEqual(['Order']);
  expect(found('orde')).toEqual(['Order', 'Order by Id', 'Cancel Order', 'Held money', 'Reorder']);
  expect(found('rder')).toEqual(['Order', 'Order by Id', 'Reorder', 'Cancel Order', 'Held money']);
});

it('words are found in the middle, in any order, and in the hint', () => {
  expect(found('id ord')).toEqual(['Order by Id', 'Held money']);
  expect(found('paid')).toEqual(['Held money']);
  expect(found('  SHOW one ')).toEqual(['Order', 'Order by Id']);
  expect(found('nothing')).toEqual([]);
  expect(found('')).toHaveLength(entries.length);
});

it('among equals the dangerous one comes last', () => {
  expect(found('o')[0]).not.toBe('Cancel Order');
  const equals = [{ label: 'Remove wallet', isDangerous: true }, { label: 'Read wallet' }];
  expect(bestMatches('re', equals).map(({ label }) => label)).toEqual(['Read wallet', 'Remove wallet']);
});

it('no menu begins with what does harm, and every command that asks by itself is known to be dangerous', async () => {
  const program = await createProgram({} as CommandPorts);
  for (const { entries } of ['Admin', 'User', 'Shopify'].map(menuOf)) {
    const [first] = entries;
    expect(first && 'command' in first && (first.warning ?? first.asks)).toBeUndefined();
    for (const entry of entries) {
      if (!('command' in entry) || entry.command[0] === 'shopify' || entry.command[0] === 'profile') continue;
      const command = entry.command
        .filter((word) => !word.startsWith('-'))
        .reduce((parent, name) => parent.commands.find((child) => child.name() === name) ?? parent, program);
      const asks = command.options.some(({ long }) => long === '--yes');
      expect([entry.label, entry.asks === true]).toEqual([entry.label, asks]);
    }
  }
});
