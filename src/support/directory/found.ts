/** What a directory says about an e-mail address. A failure is told as a value: nothing of it may reach a log. */
export type Found =
  /** The shop's ids of the customers with this address. */
  | { kind: 'customers'; customerIds: readonly string[] }
  /** The orders of whoever has this address, newest first as far as the directory sorts them. */
  | { kind: 'orders'; orderIds: readonly string[] }
  /** The directory answered with an error. */
  | { kind: 'refused'; message: string | null; original: Readonly<Record<string, unknown>> }
  /** It could not be asked; the reason ends a sentence. */
  | { kind: 'failed'; reason: string }
  /** There is no directory. */
  | { kind: 'none' };
