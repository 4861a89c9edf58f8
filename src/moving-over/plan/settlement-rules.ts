/** What of an order's settlements can stand in our journal, where a Paid order is settled with exactly its price. Pure. */

export interface OldEntry {
  id: bigint;
  /** Whose money it was. */
  source: bigint;
  /** Above 0. */
  amount: bigint;
  at: string;
}

/** What is settled, or was charged beyond it, of one source: at most one entry each. */
export interface SourceEntry extends OldEntry {
  /** How many entries of the old journal are in it. */
  entries: number;
}

export interface SettledOrder {
  kept: SourceEntry[];
  /** Charged beyond the price of a Paid order; all that was charged for any other. */
  excess: SourceEntry[];
  /** What a Paid order was not charged of its price. */
  missing: bigint;
}

/**
 * The earlier entries pay the order, as they did: what comes when the price is reached was charged a second time.
 * @param entries in the order of their ids.
 */
export function settledOrder(isPaid: boolean, price: bigint, entries: readonly OldEntry[]): SettledOrder {
  const kept = new Map<bigint, SourceEntry>();
  const excess = new Map<bigint, SourceEntry>();
  let missing = isPaid ? price : 0n;
  for (const entry of entries) {
    const used = entry.amount < missing ? entry.amount : missing;
    addTo(kept, entry, used);
    addTo(excess, entry, entry.amount - used);
    missing -= used;
  }
  return { kept: [...kept.values()], excess: [...excess.values()], missing };
}

/**
 * What pays the order with what it was not charged. It joins the entry that its source has already, as where a credit note
 * paid a part of the price: an order has one entry of each source.
 */
export function withMissing(kept: readonly SourceEntry[], missing: OldEntry): OldEntry[] {
  const known = kept.find(({ source }) => source === missing.source);
  if (known === undefined) return [...kept, missing];
  const joined = { ...known, amount: known.amount + missing.amount };
  return kept.map((entry) => (entry === known ? joined : entry));
}

function addTo(entries: Map<bigint, SourceEntry>, entry: OldEntry, amount: bigint): void {
  if (amount === 0n) return;
  const known = entries.get(entry.source);
  if (known === undefined) {
    entries.set(entry.source, { ...entry, amount, entries: 1 });
    return;
  }
  known.amount += amount;
  known.entries += 1;
}
