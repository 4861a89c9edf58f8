/** Kinds of errors that a caller can get. Each interface of the server maps them to its own codes: HTTP to a status. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'timeout'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'rate_limited'
  | 'headers_too_large'
  | 'internal'
  | 'not_supported'
  | 'upstream_failed'
  | 'unavailable';

/** Errors by code: snake case, unique in the program. In a sentence `{}` is replaced by what the caller named. */
export type ErrorRows = Readonly<Record<string, readonly [kind: ErrorKind, sentence: string]>>;

/** The errors of all contexts: each adds its own rows. */
// biome-ignore lint/suspicious/noEmptyInterface: contexts add to it.
export interface ErrorRegistry {}

/** A code that a context has defined. */
export type ErrorCode = keyof ErrorRegistry & string;

const catalogue = new Map<string, ErrorRows[string]>();

/** Registers errors by their codes. */
export function defineErrors<const Rows extends ErrorRows>(rows: Rows): Rows {
  for (const [code, row] of Object.entries(rows)) {
    if (catalogue.has(code)) throw new Error(`The error ${code} is defined twice`);
    catalogue.set(code, row);
  }
  return rows;
}

/** Kind and sentence of an error. */
export function errorRow(code: string): ErrorRows[string] {
  const row = catalogue.get(code);
  if (row === undefined) throw new Error(`No context defines the error ${code}`);
  return row;
}

/** An error that a caller can cause. Any other is a bug, or the database is unreachable. */
export class DomainError extends Error {
  override readonly name: string = 'DomainError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  /** Replaces the sentence's `{}`. */
  readonly about: string;

  constructor(code: ErrorCode, about = '') {
    const [kind, sentence] = errorRow(code);
    super(sentence.replace('{}', () => about).trim());
    this.code = code;
    this.kind = kind;
    this.about = about;
  }
}
