import { BodyTooLongError, readBoundedText } from '#platform/bounded-body.ts';
import { JsonError, parseJson, stringifyJson } from '#platform/json.ts';
import { CommandError } from './exit.ts';
import { plainText } from './terminal/output.ts';

/** What calls need of the machine. */
export interface CallPorts {
  fetch: typeof globalThis.fetch;
}

/** One HTTP request to the server, with a limit on time and on length, and errors as sentences. */
export interface ServerCall {
  /** Such as `https://pay.example.com`; a path in front of the server's own is kept. */
  server: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query, percent-encoded. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

export interface ServerAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined where the answer is not JSON. */
  json: unknown;
}

/** The server said no, or could not. */
export class ServerRefusal extends CommandError {
  /** HTTP's. */
  readonly status: number;
  /** The server's own stable name of the error; empty where the answer was none of the server's. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** No answer came: the server is down, unknown, or too slow. The same request may succeed later. */
export class ServerUnreachable extends CommandError {}

/** A rescan asks the shop for up to five minutes. */
const ANSWER_WITHIN_MS = 310_000;
/** The largest answers are lists of 10,000 orders with their memos. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

/** @throws {ServerRefusal | ServerUnreachable} for every answer but one with 2xx. */
export async function callServer(
  ports: CallPorts,
  call: ServerCall,
  options: { timeoutMs?: number; accept?: readonly number[] } = {},
): Promise<ServerAnswer> {
  const answer = await send(ports, call, options.timeoutMs ?? ANSWER_WITHIN_MS);
  const isFine = (answer.status >= 200 && answer.status < 300) || options.accept?.includes(answer.status);
  if (isFine) return answer;
  throw refusalOf(call, answer);
}

async function send(ports: CallPorts, call: ServerCall, timeoutMs: number): Promise<ServerAnswer> {
  const url = urlOf(call);
  try {
    const response = await ports.fetch(url, {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: stringifyJson(call.body) }),
      // A token must not follow a redirection to another server.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await readBoundedText(response, MAX_ANSWER_BYTES);
    return { status: response.status, headers: response.headers, text, json: jsonOrUndefined(text) };
  } catch (error) {
    throw new ServerUnreachable(`The server at ${plainText(call.server)} does not answer: ${reasonOf(error)}.`);
  }
}

function urlOf({ server, path }: ServerCall): string {
  return `${server.replace(/\/+$/, '')}${path}`;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** fetch hides what happened in the cause of the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  if (error instanceof BodyTooLongError) return 'its answer is too long';
  if (error.name === 'TimeoutError') return 'it took too long';
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : undefined;
  if (code === 'ECONNREFUSED') return 'nothing listens there (ECONNREFUSED)';
  if (code === 'ENOTFOUND') return 'its name is not known (ENOTFOUND)';
  return plainText(code ?? cause?.message ?? error.message);
}

function refusalOf(call: ServerCall, answer: ServerAnswer): ServerRefusal {
  const { error, code } = errorIn(answer.json);
  if (error !== undefined) return new ServerRefusal(answer.status, code, plainText(error));
  const sentence = `The server at ${plainText(call.server)} answered ${answer.status} to ${call.method} ${call.path.split('?')[0]}, and not as this server does. Is the address right?`;
  return new ServerRefusal(answer.status, '', sentence);
}

function errorIn(json: unknown): { error?: string; code: string } {
  if (typeof json !== 'object' || json === null || !('error' in json)) return { code: '' };
  const code = 'code' in json && typeof json.code === 'string' ? json.code : '';
  return typeof json.error === 'string' ? { error: json.error, code } : { code };
}

/** What is read, or undefined if the roles do not allow to read it, though they allow the change. */
export async function readable<Answer>(read: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 403) return undefined;
    throw error;
  }
}
