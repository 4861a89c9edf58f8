import type { PlatformContext } from '#platform/context.ts';
import type { Metric, ReadMetrics } from '#platform/module.ts';

/** The metrics of all contexts, with the time from which ages are computed. */
export interface CurrentMetrics {
  metrics: readonly Metric[];
  now: Date;
}

/** They are read on request, and cached for this long. */
const FRESH_FOR_MS = 5_000;

/** Creates the reader of all contexts' metrics, in one snapshot of the database. */
export function metrics(
  { store, clock }: Pick<PlatformContext, 'store' | 'clock'>,
  readers: readonly ReadMetrics[],
): () => Promise<CurrentMetrics> {
  let last: { at: number; found: Promise<readonly Metric[]> } | undefined;
  const read = () =>
    store.read(async (tx) => {
      const found: Metric[] = [];
      for (const reader of readers) found.push(...(await reader(tx)));
      return found;
    });
  return async () => {
    const now = performance.now();
    if (last === undefined || now - last.at > FRESH_FOR_MS) last = { at: now, found: read() };
    return { metrics: await last.found, now: clock.now() };
  };
}
