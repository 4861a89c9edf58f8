/** Aborts a request when its time-out expires or its caller is stopped. */
export interface RequestDeadline {
  /** For `fetch`. */
  signal: AbortSignal;
  /** Whether the time-out ended it. */
  hasExpired(): boolean;
  /** To be called when the request is over, however it ended. */
  stop(): void;
}

/**
 * Combines a time-out with the caller's signal. AbortSignal.any would do the same, but on Node 20 it leaks memory for
 * every request on a signal that lives as long as the process.
 */
export function startDeadline(timeoutMs: number, caller: AbortSignal | undefined): RequestDeadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, timeoutMs);
  const stopWithCaller = (): void => controller.abort();
  caller?.addEventListener('abort', stopWithCaller, { once: true });
  if (caller?.aborted) controller.abort();
  return {
    signal: controller.signal,
    hasExpired: () => expired,
    stop() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', stopWithCaller);
    },
  };
}

/** fetch says only "fetch failed"; the reason is in the code of the error's cause. */
export function networkErrorCode(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : 'unknown';
}
