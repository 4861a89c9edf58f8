/** What a call of the wallet's can come to when it does not come to an answer. */
export type WalletErrorKind =
  /** The wallet refused the request as such: nothing was done. */
  | 'refused'
  /** No answer came, or none that can be read: whether anything was done is unknown. */
  | 'unknown';

/** A call of the console wallet failed. The message is a sentence for a person. */
export class WalletError extends Error {
  override readonly name = 'WalletError';
  readonly kind: WalletErrorKind;

  constructor(kind: WalletErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
