/**
 * Plays something in which the machine's time does not pass: what the server does every few seconds, or no longer than so
 * many, would depend on how fast the machine is. Simulated time is all that counts.
 */
export async function withoutPassingTime<T>(play: () => Promise<T>): Promise<T> {
  const { setInterval } = globalThis;
  const { timeout } = AbortSignal;
  const never = { unref: () => never };
  globalThis.setInterval = (() => never) as unknown as typeof setInterval;
  AbortSignal.timeout = () => new AbortController().signal;
  // On a machine that is busy, a group of works would be full early, and what comes after a failure would change places.
  Object.defineProperty(performance, 'now', { value: () => 0, configurable: true });
  try {
    return await play();
  } finally {
    globalThis.setInterval = setInterval;
    AbortSignal.timeout = timeout;
    // What stands in the way of the real one is gone.
    Reflect.deleteProperty(performance, 'now');
  }
}
