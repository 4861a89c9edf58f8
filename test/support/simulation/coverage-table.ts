import type { Tally, TallyKind } from './coverage.ts';

const TITLES: Readonly<Record<TallyKind, string>> = {
  input: 'Inputs, and what they came to',
  outcome: '',
  state: 'Changes of an order’s state',
  fault: 'Faults',
  shop: 'What calls to the shop came to',
  chain: 'What became of payments on the chain',
  payment: 'What became of payments to orders’ addresses, and of what was missing',
};

/** How often everything came up, for people. */
export function tableOf(tally: Tally): string {
  const kinds: readonly TallyKind[] = ['input', 'state', 'fault', 'shop', 'chain', 'payment'];
  return kinds.map((kind) => [TITLES[kind], ...linesOf(tally, kind)].join('\n')).join('\n\n');
}

function linesOf(tally: Tally, kind: TallyKind): string[] {
  const lines: string[] = [];
  for (const [name, times] of [...tally.counts[kind]].sort()) {
    lines.push(`${String(times).padStart(10)}  ${name}`);
    if (kind !== 'input') continue;
    const outcomes = [...tally.counts.outcome].filter(([outcome]) => outcome.startsWith(`${name} → `));
    const parts = outcomes
      .sort(([, a], [, b]) => b - a)
      .map(([outcome, count]) => `${outcome.slice(name.length + 3)} ${count}`);
    if (parts.length > 0) lines.push(`${' '.repeat(16)}${parts.join(', ')}`);
  }
  return lines;
}
