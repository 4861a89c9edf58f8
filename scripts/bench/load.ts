import autocannon from 'autocannon';

export interface PreparedRequest {
  method: 'POST' | 'GET';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** What one sending of a load came to. */
export interface LoadResult {
  requests: number;
  ms: number;
  /** How long each answer took. */
  latenciesMs: number[];
  /** Answers other than 2xx, and connections that failed. */
  failures: number;
}

/** Far longer than any measurement: a server that hangs ends it all the same. */
const MAX_S = 300;

/**
 * Sends each prepared request once and measures. Each lane is one connection, which sends its requests one after
 * another: what follows from an earlier answer, or has a nonce that must rise, belongs into one lane. Where there are several
 * instances, each lane has one of them.
 */
export async function load(
  url: string | readonly string[],
  lanes: readonly (readonly PreparedRequest[])[],
): Promise<LoadResult> {
  const requests = lanes.reduce((sum, lane) => sum + lane.length, 0);
  const longest = Math.max(...lanes.map((lane) => lane.length));
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  let lanesTaken = 0;
  let endedAt = startedAt;
  const result = await autocannon({
    // It deals its connections out to several in turn, which its types do not say.
    url: url as string,
    connections: lanes.length,
    maxConnectionRequests: longest,
    duration: MAX_S,
    setupClient: (client) => {
      const lane = lanes[lanesTaken % lanes.length] ?? [];
      lanesTaken += 1;
      let next = 0;
      client.on('response', (_status, _bytes, latencyMs) => {
        latenciesMs.push(latencyMs);
        // The run itself ends up to a second later: it looks at its clock.
        endedAt = performance.now();
      });
      client.setRequests([
        {
          setupRequest: (request) => {
            const prepared = lane[next % lane.length] as PreparedRequest;
            next += 1;
            return { ...request, ...prepared, headers: { ...request.headers, ...prepared.headers } };
          },
        },
      ]);
    },
  });
  return {
    requests,
    ms: endedAt - startedAt,
    latenciesMs,
    failures: result.non2xx + result.errors + result.timeouts + Math.abs(requests - result['2xx'] - result.non2xx),
  };
}

/** Deals requests that do not hang together out to so many lanes, evenly. */
export function inLanes<Request>(requests: readonly Request[], lanes: number): Request[][] {
  const length = Math.floor(requests.length / lanes);
  return Array.from({ length: lanes }, (_, lane) => requests.slice(lane * length, (lane + 1) * length));
}
