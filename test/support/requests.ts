import net from 'node:net';
import { parseJson, stringifyJson } from '#platform/json.ts';

/** Requests as clients send them, and what comes back. */

export interface Answer {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  /** The body read without loss: whole numbers past 2^53 are bigint. Undefined where it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and say what they expect.
  json: any;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOrUndefined(text) };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

export interface RequestOptions {
  headers?: Record<string, string>;
  /** A text or bytes are sent as they are; anything else is written as JSON, bigint as whole numbers. */
  body?: unknown;
  /** Sent as `tpg_access_token`. */
  token?: string;
}

/** @param url where the server takes requests. */
export async function sendRequest(
  url: string,
  method: string,
  path: string,
  { headers = {}, body, token }: RequestOptions = {},
): Promise<Answer> {
  const isText = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { tpg_access_token: token }),
      ...headers,
    },
    ...(body !== undefined && { body: (isText ? body : stringifyJson(body)) as string }),
  });
  return answerOf(response);
}

/** Writes text to a connection of its own and answers what came back until it was closed, by either side. */
export function sendRaw(port: number, text: string | Uint8Array, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const timer = setTimeout(() => socket.destroy(), waitMs);
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('utf8');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
    socket.write(text);
  });
}

/** What every error is answered in. */
export function errorOf(answer: Answer): { status: number; error: string; code: string } {
  const { error, code, request_id: requestId, ...more } = answer.json ?? {};
  if (typeof error !== 'string' || !/^[a-z0-9_]+$/.test(code) || !/^[0-9a-f-]{36}$/.test(requestId)) {
    throw new Error(`This is no error in the one form: ${answer.status} ${answer.text}`);
  }
  if (Object.keys(more).length > 0) throw new Error(`The error holds more than it should: ${answer.text}`);
  if (!answer.headers.get('content-type')?.startsWith('application/json')) throw new Error('The error is not JSON');
  return { status: answer.status, error, code };
}
