/** The receiver could not be reached or refused the delivery; the message says why. Any other error of a handler is a bug. */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError';
  /** Whether the same delivery may succeed later; false if someone must fix something first. */
  readonly retryable: boolean;
  /** How long the receiver asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryable: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}
