import { BodyTooLongError, readBoundedText } from '#platform/bounded-body.ts';
import { networkErrorCode, startDeadline } from '#platform/request-deadline.ts';
import { NodeError } from './node-error.ts';

/** One bounded GET request to a node. */
export interface BoundedGet {
  url: string;
  /** From the first byte sent to the last byte received. */
  timeoutMs: number;
  /** Longer answers are not read to their end. */
  maxAnswerBytes: number;
  signal: AbortSignal;
}

/**
 * Sends a GET and parses the whole response as JSON. Redirects are refused: they could lead anywhere in the shop's own
 * network. `NOT_FOUND` is returned for 404, whatever its body; its meaning is up to the caller.
 * @throws {NodeError}
 */
export async function getBounded(fetch: typeof globalThis.fetch, get: BoundedGet): Promise<unknown> {
  const deadline = startDeadline(get.timeoutMs, get.signal);
  try {
    const response = await fetch(get.url, {
      redirect: 'manual',
      // A cache in between may serve a response for a minute; with this header most of them ask the node.
      headers: { accept: 'application/json', 'cache-control': 'no-cache' },
      signal: deadline.signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel().catch(() => undefined);
      if (response.status === 404) return NOT_FOUND;
      throw new NodeError('refused', `It answered with status ${response.status}.`);
    }
    return parse(await readBoundedText(response, get.maxAnswerBytes, valueCounter()));
  } catch (error) {
    if (error instanceof NodeError) throw error;
    if (error instanceof BodyTooLongError) {
      throw new NodeError('too_much', `Its answer is longer than ${get.maxAnswerBytes} bytes.`);
    }
    if (deadline.hasExpired()) throw new NodeError('timeout', `It did not answer within ${get.timeoutMs / 1000} s.`);
    throw new NodeError('unreachable', `It could not be reached (${networkErrorCode(error)}).`);
  } finally {
    deadline.stop();
  }
}

/**
 * A full block of four thousand outputs has a few hundred thousand values. Small values take twenty times the memory of
 * their text, so a node that sends only those could exhaust the memory within the limit of bytes.
 */
const MAX_VALUES = 1_000_000;

const [COMMA, LIST, OBJECT] = [0x2c, 0x5b, 0x7b];

/** Represents a 404. */
export const NOT_FOUND = Symbol('not found');

/** @throws {NodeError} if the response has more values than allowed. */
function valueCounter(): (chunk: Uint8Array) => void {
  let values = 0;
  return (chunk) => {
    values += valuesIn(chunk);
    if (values > MAX_VALUES) throw new NodeError('too_much', `Its answer holds more than ${MAX_VALUES} values.`);
  };
}

/** Each JSON value follows one of these characters; within strings they hardly ever occur. */
function valuesIn(chunk: Uint8Array): number {
  let count = 0;
  for (const byte of chunk) if (byte === COMMA || byte === LIST || byte === OBJECT) count += 1;
  return count;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the input.
    throw new NodeError('garbage', 'Its answer is not JSON.');
  }
}
