/**
 * Sorts tables so that their rows can be copied: each after those that it refers to, otherwise in the given order.
 * References of a table to itself are ignored.
 * @throws if tables refer to each other in a circle: then no such order exists.
 */
export function parentsFirst(tables: readonly string[], parentsOf: (table: string) => readonly string[]): string[] {
  const ordered = new Set<string>();
  let left = tables;
  while (left.length > 0) {
    const waiting = left.filter((table) => {
      const isReady = parentsOf(table).every((parent) => parent === table || ordered.has(parent));
      if (isReady) ordered.add(table);
      return !isReady;
    });
    if (waiting.length === left.length) throw new Error(`The tables ${waiting.join(', ')} refer to each other`);
    left = waiting;
  }
  return [...ordered];
}
