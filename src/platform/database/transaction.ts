import type { AnyDatabase, MakeRepository, RepositoryConnection, Transaction } from './store.ts';

/** What units of work are handed, over one connection. Each repository is made at its first use, once for all of them. */
export function transactionOver(database: AnyDatabase, connection: RepositoryConnection): Transaction {
  const made = new Map<MakeRepository<unknown>, unknown>();
  return {
    use<Repository>(make: MakeRepository<Repository>): Repository {
      const known = made.get(make);
      if (known !== undefined) return known as Repository;
      const repository = make(database, connection);
      made.set(make, repository);
      return repository;
    },
  };
}
