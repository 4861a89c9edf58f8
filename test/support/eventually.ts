/** Asks again until asking does not fail, for at most five seconds. */
export async function eventually<T>(ask: () => T | Promise<T>, withinMs = 5_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
