/** What ends a request in time: when its own time is over, or when its caller is stopped. */
export interface RequestDeadline {
  /** For `fetch`. */
  signal: AbortSignal;
  /** Whether it was the time that ended it. */
  hasExpired(): boolean;
  /** To be called when the request is over, however it ended. */
  stop(): void;
}

/**
 * Joins a time-out with the caller's signal. AbortSignal.any would do the same, but on Node 20 it keeps a trace of every
 * request on a signal that lives as long as the process.
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

/** fetch says only "fetch failed"; what happened stands in the code of the error beneath it. */
export function networkErrorCode(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : 'unknown';
}
