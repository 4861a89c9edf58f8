import { StorefrontError } from '#shops/shop-connector.ts';

/** One POST to the shop, with a limit on everything. */
export interface BoundedPost {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** From the first byte sent to the last byte received. */
  timeoutMs: number;
  /** Longer answers are not read to their end. */
  maximumAnswerBytes: number;
  signal?: AbortSignal | undefined;
}

export interface PostAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Sends a POST and reads the whole answer, whatever its status.
 *
 * Redirections are not followed: fetch would carry the access token's header along to whatever host they name.
 * @throws {StorefrontError} retryable: unreachable, timed out, stopped by the caller, or answered too much.
 */
export async function postBounded(fetch: typeof globalThis.fetch, post: BoundedPost): Promise<PostAnswer> {
  const deadline = startDeadline(post.timeoutMs, post.signal);
  try {
    const response = await fetch(post.url, {
      method: 'POST',
      headers: post.headers,
      body: post.body,
      redirect: 'manual',
      signal: deadline.signal,
    });
    const text = await readText(response, post.maximumAnswerBytes);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    throw asStorefrontError(error, deadline.timedOut(), post);
  } finally {
    deadline.stop();
  }
}

/**
 * Joins the time-out with the caller's signal. AbortSignal.any would do the same, but on Node 20 it keeps a trace of
 * every request on a signal that lives as long as the process.
 */
function startDeadline(timeoutMs: number, signal: AbortSignal | undefined) {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, timeoutMs);
  const stopWithCaller = (): void => controller.abort();
  signal?.addEventListener('abort', stopWithCaller, { once: true });
  if (signal?.aborted) controller.abort();
  return {
    signal: controller.signal,
    timedOut: (): boolean => expired,
    stop: (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stopWithCaller);
    },
  };
}

async function readText(response: Response, maximumBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > maximumBytes) {
      throw new StorefrontError(`The shop's answer is longer than ${maximumBytes} bytes.`, { retryable: true });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function asStorefrontError(error: unknown, timedOut: boolean, post: BoundedPost): StorefrontError {
  if (error instanceof StorefrontError) return error;
  if (timedOut) {
    return new StorefrontError(`The shop did not answer within ${post.timeoutMs} ms.`, { retryable: true });
  }
  if (post.signal?.aborted) return new StorefrontError('The call to the shop was stopped.', { retryable: true });
  return new StorefrontError(`The shop could not be reached (${networkErrorCode(error)}).`, {
    retryable: true,
    cause: error,
  });
}

/** fetch says only "fetch failed"; what happened stands in the code of the error beneath it. */
function networkErrorCode(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : 'unknown';
}
