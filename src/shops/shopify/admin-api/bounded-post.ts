import { BodyTooLongError, readBoundedText } from '#platform/bounded-body.ts';
import { networkErrorCode, startDeadline } from '#platform/request-deadline.ts';
import { ShopError } from '#shops/shop-connector.ts';

/** One bounded POST request to the shop. */
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
 * Redirects are not followed: fetch would send the access token's header to whatever host they name.
 * @throws {ShopError} retryable: unreachable, timed out, stopped by the caller, or answered too much.
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
    const text = await readBoundedText(response, post.maximumAnswerBytes);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    throw asShopError(error, deadline.hasExpired(), post);
  } finally {
    deadline.stop();
  }
}

function asShopError(error: unknown, timedOut: boolean, post: BoundedPost): ShopError {
  if (error instanceof BodyTooLongError) {
    const sentence = `The shop's answer is longer than ${post.maximumAnswerBytes} bytes.`;
    return new ShopError(sentence, { retryable: true });
  }
  if (timedOut) {
    return new ShopError(`The shop did not answer within ${post.timeoutMs} ms.`, { retryable: true });
  }
  if (post.signal?.aborted) return new ShopError('The call to the shop was stopped.', { retryable: true });
  return new ShopError(`The shop could not be reached (${networkErrorCode(error)}).`, {
    retryable: true,
    cause: error,
  });
}
