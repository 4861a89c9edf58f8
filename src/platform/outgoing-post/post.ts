import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { startDeadline } from '#platform/request-deadline.ts';
import { storableText } from '#platform/storable-text.ts';
import { namesPrivateAddress, PrivateAddressError, publicLookup, type Resolve } from './public-lookup.ts';

/** How long a receiver may take until the head of its answer is there. */
export const ANSWER_WITHIN_MS = 10_000;

/** How long the beginning of an answer is waited for after its head: it is only shown to operators. */
export const TEXT_WITHIN_MS = 1_000;

export interface OutgoingPost {
  /** Given by a user: it may lead anywhere. */
  url: URL;
  body: Buffer;
  headers: Readonly<Record<string, string>>;
  /** Aborted when the caller gives up. */
  signal: AbortSignal;
}

export interface PostOptions {
  /** Whether the receiver may be in a network that is not public. */
  allowPrivate: boolean;
  answerWithinMs?: number;
  /** How much of the answer is read; nothing by default. */
  maxTextBytes?: number;
  /** In tests. */
  resolve?: Resolve | undefined;
}

export interface PostAnswer {
  status: number;
  /** The header of this name, as it was sent. */
  retryAfter: string | undefined;
  /** The beginning of the answer, with characters that can't be stored replaced. */
  text: string;
}

/**
 * Posts a body to a URL that a user gave, over a connection of its own: no redirect is followed, no compression undone,
 * and no more of the answer read than the caller asks for.
 * @throws {PrivateAddressError} and whatever the connection throws; an Error with a sentence after the time-out.
 */
export async function post(
  { url, body, headers, signal }: OutgoingPost,
  { allowPrivate, answerWithinMs = ANSWER_WITHIN_MS, maxTextBytes = 0, resolve }: PostOptions,
): Promise<PostAnswer> {
  if (!allowPrivate && namesPrivateAddress(url)) throw new PrivateAddressError();
  const deadline = startDeadline(answerWithinMs, signal);
  try {
    const answer = await new Promise<IncomingMessage>((resolveAnswer, reject) => {
      const makeRequest = url.protocol === 'https:' ? httpsRequest : httpRequest;
      makeRequest(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': body.byteLength },
        agent: false,
        signal: deadline.signal,
        ...lookupOf(allowPrivate, resolve),
      })
        .on('response', resolveAnswer)
        .on('error', reject)
        .end(body);
    });
    const text = await beginningOf(answer, maxTextBytes);
    return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], text };
  } catch (error) {
    throw deadline.hasExpired() ? new Error(`It did not answer within ${answerWithinMs / 1000} s.`) : error;
  } finally {
    deadline.stop();
  }
}

function lookupOf(allowPrivate: boolean, resolve: Resolve | undefined) {
  if (!allowPrivate) return { lookup: publicLookup(resolve) };
  return {};
}

/**
 * Reads the beginning of an answer and drops the rest, which may have no end. The status counts even if the connection
 * breaks or the answer drips from here on.
 */
function beginningOf(answer: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = () => {
      clearTimeout(timer);
      answer.destroy();
      resolve(storableText(new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes))));
    };
    const timer = setTimeout(finish, TEXT_WITHIN_MS);
    answer.on('error', () => undefined).once('close', finish);
    if (maxBytes === 0) {
      finish();
      return;
    }
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length >= maxBytes) finish();
    });
    answer.once('end', finish);
  });
}
