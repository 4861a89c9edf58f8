import * as z from 'zod';
import { JsonError, parseJson, stringifyJson } from '#platform/json.ts';
import { post } from '#platform/outgoing-post/post.ts';
import { isStorable } from '#platform/storable-text.ts';
import type { Found } from './found.ts';
import type { DirectorySettings } from './settings.ts';

/**
 * A merchant's own program that finds customers by e-mail (docs/back-end.md): it is posted JSON with the shared secret
 * bare in the Authorization header. Whether it answers an error is told by the presence of `error`, not by the status.
 */

/** How long the program may take for its answer: people wait for it. */
const ANSWER_WITHIN_MS = 10_000;

/** Room for many more than the 50 that are asked for. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** How many the program is asked for. */
export const NUM_ELEMENTS = 50;

/** Of what the program says, for people and for those who look after it. */
const MAX_SAID = 1000;

/** An id is a text or a number there, of any size. */
const id = z.union([z.string().max(270), z.int(), z.bigint()]).transform(String);

const checkout = z.looseObject({ checkout_id: id, account_id: id.nullish(), credit_card_id: id.nullish() });

const answerShape = z.looseObject({ payer_checkouts: z.array(checkout) });

/** @throws never: what goes wrong is a part of the answer. */
export async function askMiddleware(
  { url, secret }: DirectorySettings,
  email: string,
  signal: AbortSignal,
  answerWithinMs = ANSWER_WITHIN_MS,
): Promise<Found> {
  const body = Buffer.from(JSON.stringify({ payer_email: email, num_elements: NUM_ELEMENTS }));
  const headers = { authorization: secret, 'content-type': 'application/json', accept: 'application/json' };
  let answer: { status: number; text: string };
  try {
    // The operator's own setting, so it may name a private address.
    answer = await post(
      { url: new URL(`${url}/payer`), body, headers, signal },
      { allowPrivate: true, answerWithinMs, maxTextBytes: MAX_ANSWER_BYTES },
    );
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
  return readAnswer(answer);
}

function readAnswer({ status, text }: { status: number; text: string }): Found {
  const json = jsonIn(text);
  if (typeof json === 'object' && json !== null && 'error' in json) return { kind: 'refused', ...saidIn(json) };
  if (status < 200 || status > 299) return { kind: 'failed', reason: `it answered ${status}.` };
  const parsed = answerShape.safeParse(json);
  if (!parsed.success) return { kind: 'failed', reason: 'its answer is none of the agreed form.' };
  const orders = parsed.data.payer_checkouts.map(({ checkout_id: orderId }) => orderId);
  return { kind: 'orders', orderIds: [...new Set(orders)].filter(isStorable).slice(0, NUM_ELEMENTS) };
}

/** What the program says for people, and the beginning of its answer for technicians. */
function saidIn(json: object): { message: string | null; original: Record<string, unknown> } {
  const message = 'error_message' in json && typeof json.error_message === 'string' ? json.error_message : null;
  const text = stringifyJson(json);
  const original = text.length <= MAX_SAID ? (json as Record<string, unknown>) : { error: text.slice(0, MAX_SAID) };
  return { message: message?.slice(0, MAX_SAID) ?? null, original };
}

function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** The sentence of a time-out, or the code of the connection's error; neither holds what was asked. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed.';
  if ('code' in error && typeof error.code === 'string') return `the connection failed (${error.code}).`;
  return /^It did not answer/.test(error.message) ? `it${error.message.slice(2)}` : 'the connection failed.';
}
