import { ShopError } from '#shops/shop-connector.ts';

/** A pause, as a port; it ends early with a rejection when the signal fires. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Pauses. @throws {ShopError} retryable, when the caller stopped it. */
export async function pause(sleep: Sleep, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, signal);
  } catch (error) {
    throw new ShopError('The call to the shop was stopped.', { retryable: true, cause: error });
  }
}
