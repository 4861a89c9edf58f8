import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * How far the heap may grow beyond what is in use, in percent, before a collection. By default V8 lets it grow to four
 * times its size, 90 MB more at full load, and gains no time by it: measured in docs/performance.md.
 */
const HEAP_GROWTH_PERCENT = 50;

/** The young generation, in two semi-spaces. V8 lets it grow to 32 MB, 16 MB more, and gains hardly any time by it. */
const MAX_YOUNG_BYTES = 16 * 1024 * 1024;

/** The initial semi-space of threads started later; `MAX_YOUNG_MB` in `start-thread.ts` is three of them. */
const HALF_OF_THREADS_MB = 4;

/** Keeps V8, in all threads, from taking memory that saves no time. V8 has only command-line flags for that. */
export function limitHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // The growth factor is one for all threads; it is set for this one below.
  setFlagsFromString(`--min-semi-space-size=${HALF_OF_THREADS_MB}`);
  let growth = 2;
  // V8 doubles it only at a collection, and shrinks it again in quiet times.
  const observer = new PerformanceObserver(() => {
    const wanted = youngBytes() <= MAX_YOUNG_BYTES / 2 ? 2 : 1;
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
