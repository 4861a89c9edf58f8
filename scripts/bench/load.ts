import autocannon from 'autocannon';

export interface PreparedRequest {
  method: 'POST' | 'GET';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface LoadResult {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers other than 2xx, and connections that failed. */
  failures: number;
}

/** Sends each prepared request once, over so many connections at once, and measures. */
export async function load(
  url: string,
  requests: readonly PreparedRequest[],
  connections: number,
): Promise<LoadResult> {
  let next = 0;
  const startedAt = performance.now();
  const result = await autocannon({
    url,
    connections,
    amount: requests.length,
    requests: [
      {
        setupRequest: (request) => {
          const prepared = requests[next % requests.length] as PreparedRequest;
          next += 1;
          return { ...request, ...prepared, headers: { ...request.headers, ...prepared.headers } };
        },
      },
    ],
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    requests: requests.length,
    requestsPerSecond: requests.length / seconds,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
