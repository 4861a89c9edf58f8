/** Null characters, which PostgreSQL can't store, and halves of characters, which come back as something else. */
export const UNPORTABLE = /\0|\p{Surrogate}/u;

/** Whether a text survives a round trip through every wallet, shop and database: the one rule for stored texts. */
export function isStorable(text: string): boolean {
  return !UNPORTABLE.test(text);
}
