import type { Transaction } from './database/store.ts';

/** A stored value that differs from what the journals say. */
export interface BookDifference {
  /** The check that found it. */
  check: string;
  /** What it is of, such as an account, an order or a packet. */
  subject: string;
  /** According to the journals. */
  expected: bigint;
  /** The stored value. */
  found: bigint;
}

/** A check of a context's books, part of the reconciliation: it may read all of its tables. */
export interface BookCheck {
  /** What it looks at, for who waits for it. */
  title: string;
  /** Returns up to MAX_BOOK_DIFFERENCES. */
  look(tx: Transaction): Promise<BookDifference[]>;
}

/** Of one check, so that a systematic error does not fill the memory. */
export const MAX_BOOK_DIFFERENCES = 1000;

declare module './module.ts' {
  interface Ports {
    /** What reconciliation checks of all contexts. */
    bookChecks?: () => Promise<readonly BookCheck[]>;
  }
}

/** A context whose books are a part of the reconciliation. */
interface WithBooks {
  readonly books?: () => Promise<{ bookChecks: readonly BookCheck[] }>;
}

/** The checks of several contexts, in their order. */
export async function bookChecksOf(contexts: readonly WithBooks[]): Promise<readonly BookCheck[]> {
  const checks: BookCheck[] = [];
  for (const { books } of contexts) if (books !== undefined) checks.push(...(await books()).bookChecks);
  return checks;
}
