import type { MakeRepository, Transaction } from '#platform/database/store.ts';

/** A transaction in which one repository does some things otherwise. */
export function withRepository<Repository extends object>(
  tx: Transaction,
  make: MakeRepository<Repository>,
  change: Partial<Repository>,
): Transaction {
  const changed = { ...tx.use(make), ...change };
  return {
    use: <Wanted>(wanted: MakeRepository<Wanted>) =>
      (wanted as unknown) === make ? (changed as unknown as Wanted) : tx.use(wanted),
  };
}
