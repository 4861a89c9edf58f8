import { type LoadResult, load, type PreparedRequest } from './load.ts';

/** What takes a part of a measurement, with the load that it gets. */
export interface Contender {
  urls: readonly string[];
  lanes: readonly (readonly PreparedRequest[])[];
}

export interface Measurement {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Each load is sent in so many parts, the contenders taking turns: the speed of a machine that others share changes by a
 * tenth and more within a minute, which must not be taken for a difference between them. More parts cost more: a process
 * that has rested is slow at first.
 */
const ROUNDS = 2;

/** Measures the contenders beside each other, in their order. @throws where a request fails. */
export async function measureSideBySide(contenders: readonly Contender[]): Promise<Measurement[]> {
  const results = contenders.map((): LoadResult[] => []);
  const turns = contenders.map((contender, index) => ({ ...contender, results: results[index] as LoadResult[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { urls, lanes, results } of turns) {
      const part = lanes.map((lane) => lane.slice(startOf(round, lane.length), startOf(round + 1, lane.length)));
      const result = await load(urls, part);
      if (result.failures > 0) throw new Error(`${result.failures} of ${result.requests} requests failed`);
      results.push(result);
    }
  }
  return results.map(measurementOf);
}

function startOf(round: number, length: number): number {
  return Math.round((length * round) / ROUNDS);
}

function measurementOf(results: readonly LoadResult[]): Measurement {
  const ms = results.reduce((sum, result) => sum + result.ms, 0);
  const sorted = results.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
  const percentile = (part: number) => tenths(sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN);
  return { requestsPerSecond: (sorted.length / ms) * 1000, p50Ms: percentile(0.5), p99Ms: percentile(0.99) };
}

/** Below 10 ms with a tenth, above without. */
function tenths(ms: number): number {
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms);
}
