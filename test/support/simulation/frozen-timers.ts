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
  try {
    return await play();
  } finally {
    globalThis.setInterval = setInterval;
    AbortSignal.timeout = timeout;
  }
}
