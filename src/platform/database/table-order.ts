/**
 * Tables in an order in which their rows can be copied: each after those that it refers to, otherwise as they were given.
 * A table that refers to itself says nothing of the order.
 * @throws where tables refer to each other in a circle: no order lets their rows in.
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
