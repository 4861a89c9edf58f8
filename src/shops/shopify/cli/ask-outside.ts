import type { CommandPorts } from '#platform/cli/ports.ts';

/** What came back from an address that may be anything: it is read within bounds, and no redirection is followed. */
export interface OutsideAnswer {
  status: number;
  text: string;
  /** Where it redirects to; null where it does not say. */
  location: string | null;
}

/** No answer came that could be one of the server's. The message ends a sentence that begins with the address. */
export class OutsideError extends Error {}

/** Shopify gives a webhook five seconds; a slower answer is not heard. */
const TIMEOUT_MS = 15_000;
/** Every answer that is asked for here has a few hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** @throws {OutsideError} */
export async function askOutside(
  ports: Pick<CommandPorts, 'fetch'>,
  url: string,
  request: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
): Promise<OutsideAnswer> {
  try {
    const response = await fetchInTime(ports).fetch(url, { ...request, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return { status: response.status, text: '', location };
    }
    return { status: response.status, text: await textOf(response), location };
  } catch (error) {
    throw error instanceof OutsideError ? error : new OutsideError(reasonOf(error));
  }
}

/** The same ports with a time-out of its own for each request, its answer included. */
export function fetchInTime<Ports extends Pick<CommandPorts, 'fetch'>>(ports: Ports): Ports {
  const fetch: typeof globalThis.fetch = (input, init) => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    return ports.fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout });
  };
  return { ...ports, fetch };
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new OutsideError(`answers more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** fetch hides what happened in the cause. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `does not answer within ${TIMEOUT_MS / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'no connection';
  return `cannot be reached (${code})`;
}
