import { hex } from '@scure/base';
import type { z } from 'zod';
import type { Clock } from '#platform/clock.ts';
import { NEXT_CURSOR } from '#platform/next-cursor.ts';
import type { TariAddress } from '#tari/address.ts';
import type { RandomBytes } from '#tari/schnorr.ts';
import { CommandError } from './exit.ts';
import {
  type CallPorts,
  callServer,
  type ServerAnswer,
  type ServerCall,
  ServerRefusal,
  ServerUnreachable,
} from './server-call.ts';

/**
 * What asks the server. Which requests there are, the contexts say, each in its `cli/requests.ts`. Each function throws a
 * CommandError whose message is a sentence.
 */
export type ApiClient = ReturnType<typeof createApiClient>;

export interface ClientPorts extends CallPorts {
  clock: Clock;
  randomBytes: RandomBytes;
  sleep: (milliseconds: number) => Promise<void>;
}

/** Who a key is. The single address is what tools sign for. */
export interface Signer {
  secretKey: Uint8Array;
  address: TariAddress;
}

/** Gets access tokens. */
export interface Login {
  /** One that is still good when a slow request arrives. */
  token(): Promise<string>;
  /** The next token is a new one. */
  forget(): Promise<void>;
  /** When the token ends; undefined without a login. */
  expiresAt(): Date | undefined;
  /** Exchanges a freshly signed login token for something else than an access token. */
  exchange(path: string): Promise<ServerAnswer>;
}

export interface ApiClientOptions {
  server: string;
  /** Who is logged in, or would be. */
  signer?: Signer;
  roles?: readonly string[];
  /** Without one, only what is public can be asked. */
  login?: Login;
}

/** A list that is read in parts. */
export interface Page<Answer> {
  answer: Answer;
  /** Where the next part begins; undefined at the end. */
  next: string | undefined;
}

export type Query = Readonly<Record<string, string | number | bigint | undefined>>;

const MOST_SENDS_OF_A_CHANGE = 3;
const PAUSE_BETWEEN_SENDS_MS = 1_000;
const IDEMPOTENCY_KEY_BYTES = 16;

const NOBODY: Login = {
  async token() {
    throw new CommandError('You are not logged in: choose a profile with -p.');
  },
  forget: async () => undefined,
  expiresAt: () => undefined,
  async exchange() {
    throw new CommandError('You are not logged in: choose a profile with -p.');
  },
};

export function createApiClient(ports: ClientPorts, options: ApiClientOptions) {
  const { server, login = NOBODY } = options;

  /** A token that was refused, because the server's keys were changed, is renewed once. */
  async function callLoggedIn(call: Omit<ServerCall, 'server'>): Promise<ServerAnswer> {
    const send = (token: string) =>
      callServer(ports, { ...call, server, headers: { ...call.headers, ...tokenHeaders('tpg_access_token', token) } });
    try {
      return await send(await login.token());
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.code !== 'access_token_invalid') throw error;
      await login.forget();
      return send(await login.token());
    }
  }

  async function get<Shape extends z.ZodType>(path: string, shape: Shape, query: Query = {}): Promise<z.output<Shape>> {
    return read(shape, await callLoggedIn({ method: 'GET', path: withQuery(path, query) }), path);
  }

  async function getPage<Shape extends z.ZodType>(
    path: string,
    shape: Shape,
    query: Query,
  ): Promise<Page<z.output<Shape>>> {
    const answer = await callLoggedIn({ method: 'GET', path: withQuery(path, query) });
    return { answer: read(shape, answer, path), next: answer.headers.get(NEXT_CURSOR) ?? undefined };
  }

  /**
   * Sends a change under a key of its own, and again where no answer came: the server makes it once. Where the answer
   * never comes the change may still have been made, which the sentence says.
   */
  async function change<Shape extends z.ZodType>(
    method: ServerCall['method'],
    path: string,
    shape: Shape,
    body?: unknown,
  ): Promise<z.output<Shape>> {
    const key = hex.encode(ports.randomBytes(IDEMPOTENCY_KEY_BYTES));
    const call = { method, path, headers: { 'idempotency-key': key }, ...(body !== undefined && { body }) };
    for (let sends = 1; ; sends += 1) {
      try {
        return read(shape, await callLoggedIn(call), path);
      } catch (error) {
        if (!(error instanceof ServerUnreachable)) throw error;
        if (sends === MOST_SENDS_OF_A_CHANGE) {
          throw new ServerUnreachable(`${error.message} Look whether the change was made before you repeat it.`);
        }
        await ports.sleep(PAUSE_BETWEEN_SENDS_MS);
      }
    }
  }

  /** For changes that are answered without a body. */
  async function command(method: ServerCall['method'], path: string, body?: unknown): Promise<void> {
    await callLoggedIn({ method, path, ...(body !== undefined && { body }) });
  }

  /** What is asked of the server without saying who asks. */
  async function askAnonymously<Shape extends z.ZodType>(
    call: Omit<ServerCall, 'server'>,
    shape: Shape,
    { accept = [] }: { accept?: readonly number[] } = {},
  ): Promise<z.output<Shape>> {
    return read(shape, await callServer(ports, { ...call, server }, { accept }), call.path);
  }

  return {
    server,
    /** Who is logged in, or would be. */
    signer: options.signer,
    roles: options.roles ?? [],
    /** Logs in now, even with a valid token, rather than at the first request. */
    async logIn() {
      await login.forget();
      await login.token();
    },
    /** When the token ends; undefined without a login. */
    loggedInUntil: () => login.expiresAt(),
    logOut: () => login.forget(),
    /** Exchanges a freshly signed login token at this path. */
    exchangeLogin: async <Shape extends z.ZodType>(path: string, shape: Shape): Promise<z.output<Shape>> =>
      read(shape, await login.exchange(path), path),

    /** Any request with the token, answered as it is. It is sent once. */
    request: (method: ServerCall['method'], path: string, body?: unknown) =>
      callLoggedIn({ method, path, ...(body !== undefined && { body }) }),

    get,
    getPage,
    change,
    command,
    askAnonymously,
  };
}

/** Under both names: older servers know the one, and proxies that drop names with underscores pass the other on. */
export function tokenHeaders(name: 'tpg_auth_token' | 'tpg_access_token', token: string): Record<string, string> {
  return { [name]: token, authorization: `Bearer ${token}` };
}

function read<Shape extends z.ZodType>(shape: Shape, answer: ServerAnswer, path: string): z.output<Shape> {
  const parsed = shape.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  throw unexpectedAnswer(path, parsed.error.issues[0]?.path.join('.'));
}

export function unexpectedAnswer(path: string, where?: string): CommandError {
  const at = where === undefined || where === '' ? '' : ` at ${where}`;
  return new CommandError(
    `The server's answer to ${path.split('?')[0]} is not as expected${at}. Is it another version?`,
  );
}

/**
 * A text as one part of a path.
 * @throws {CommandError} for the two that no escaping keeps apart from a step in the path, which would be another request.
 */
export function escaped(text: string): string {
  if (text !== '.' && text !== '..') return encodeURIComponent(text);
  throw new CommandError(`${JSON.stringify(text)} cannot be asked about: in a path it means another place.`);
}

export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}
