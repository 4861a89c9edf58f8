import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * How far the heap may grow beyond what is in use, in percent, before it is swept. V8 lets it grow to four times that,
 * 90 MB more at full load, and gains no time by it: measured in docs/performance.md.
 */
const HEAP_GROWTH_PERCENT = 50;

/** Where what was just made lives, in two halves. V8 lets it grow to 32 MB, 16 MB more, and gains hardly any time by it. */
const MOST_YOUNG_BYTES = 16 * 1024 * 1024;

/** A half of it in threads that are started later, from their start on: `MOST_YOUNG_MB` in `thread/start-core.ts` is three. */
const HALF_OF_THREADS_MB = 4;

/** Keeps V8, in all threads, from taking memory that saves no time. Its own settings for that are for command lines. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // How it grows is one for all threads, and set for this one below.
  setFlagsFromString(`--min-semi-space-size=${HALF_OF_THREADS_MB}`);
  let growth = 2;
  // It is doubled only when it is swept, and V8 makes it small again in quiet times.
  const observer = new PerformanceObserver(() => {
    const wanted = youngBytes() <= MOST_YOUNG_BYTES / 2 ? 2 : 1;
    if (wanted === growth) return;
    growth = wanted;
    setFlagsFromString(`--semi-space-growth-factor=${growth}`);
  });
  observer.observe({ entryTypes: ['gc'] });
}

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return young?.physical_space_size ?? 0;
}
