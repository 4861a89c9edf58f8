import type { AnyDatabase, MakeRepository, RepositoryConnection, Transaction } from './store.ts';

/** The transaction object of one connection. Each repository is created at its first use and then reused. */
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
