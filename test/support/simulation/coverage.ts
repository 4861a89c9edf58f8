/** How often everything came up. */
export type TallyKind = 'input' | 'outcome' | 'state' | 'fault' | 'shop' | 'chain' | 'payment';

export class Tally {
  readonly counts: Record<TallyKind, Map<string, number>> = {
    input: new Map(),
    outcome: new Map(),
    state: new Map(),
    fault: new Map(),
    shop: new Map(),
    chain: new Map(),
    payment: new Map(),
  };
  histories = 0;
  steps = 0;

  count(kind: TallyKind, name: string, times = 1): void {
    const counts = this.counts[kind];
    counts.set(name, (counts.get(name) ?? 0) + times);
  }

  of(kind: TallyKind, name: string): number {
    return this.counts[kind].get(name) ?? 0;
  }

  add(other: PlainTally): void {
    this.histories += other.histories;
    this.steps += other.steps;
    for (const [kind, counts] of Object.entries(other.counts)) {
      for (const [name, times] of Object.entries(counts)) this.count(kind as TallyKind, name, times);
    }
  }

  /** As it goes from one process to another. */
  plain(): PlainTally {
    const counts = Object.fromEntries(
      Object.entries(this.counts).map(([kind, counts]) => [kind, Object.fromEntries(counts)]),
    ) as PlainTally['counts'];
    return { histories: this.histories, steps: this.steps, counts };
  }
}

export interface PlainTally {
  histories: number;
  steps: number;
  counts: Record<TallyKind, Record<string, number>>;
}
