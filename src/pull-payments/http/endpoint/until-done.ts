import { DomainError } from '#platform/errors.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { jitteredPauseMs } from '#platform/timers/backoff.ts';

export interface RetryPorts {
  /** Uniform in [0, 1). */
  random(): number;
  log: Logger;
  firstRetryMs: number;
  maxRetryMs: number;
  /** Ends the tries: the process is about to. */
  givingUp: AbortSignal;
}

/**
 * Does what has to be done, again and again until it succeeds: what became of money is never forgotten while the process
 * lives. Only a refusal by the rules ends it too, as it would be the same at each time.
 * @param what as a sentence for the log, such as `Could not book a packet`.
 */
export async function untilDone(work: () => Promise<void>, what: string, about: object, ports: RetryPorts) {
  const { log, random, firstRetryMs, maxRetryMs, givingUp } = ports;
  for (let attempts = 1; ; attempts++) {
    try {
      await work();
      return;
    } catch (err) {
      if (err instanceof DomainError) {
        log.error({ err, ...about }, `${what}: the books refuse it.`);
        return;
      }
      if (givingUp.aborted) {
        log.error({ err, ...about }, `${what}. The server stops; it is left to the next start.`);
        return;
      }
      log.warn({ err, ...about, attempts }, `${what}; trying again`);
    }
    await pause(jitteredPauseMs(attempts, firstRetryMs, maxRetryMs, random), givingUp);
  }
}

/** Resolves after the time, or as soon as the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    timer.unref();
    signal.addEventListener('abort', end);
  });
}
