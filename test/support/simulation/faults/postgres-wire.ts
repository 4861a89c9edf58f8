import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/**
 * A way to a PostgreSQL that can be cut, and on which it can be made to fail: between the library and the server, where real
 * failures happen. What the server answers is its own, so that its transactions are in the state that the answers say.
 */

/** What becomes of a query. Whatever is done instead is SQL that the server is given in its place. */
export type Fate =
  | 'passes'
  /** The connection ends before the query has reached the server. */
  | 'never arrives'
  /** The server does it, and the connection ends before its answer. */
  | 'is never answered'
  | { instead: string };

/** Asked about each query, in the order in which they come. */
export type Judge = (text: string, connection: WireConnection) => Fate;

/** A connection as the judge knows it. */
export interface WireConnection {
  /** Whether it is between the beginning and the end of a transaction that writes, of one that reads, or of none. */
  transaction: 'writes' | 'reads' | undefined;
}

const QUERY = 'Q'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
const BIND = 'B'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);

const PORT = 5432;

/** The socket of a PostgreSQL in that folder. */
function socketIn(folder: string, port: number): string {
  return join(folder, `.s.PGSQL.${port}`);
}

/** The same URL by a socket of the file system, in that folder. */
function bySocketIn(folder: string, databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('host', folder);
  url.searchParams.set('port', String(port));
  return url.href;
}

/** The URL by which a server is reached soonest: by its socket in the file system, where it has one that lets us in. */
export async function nearestUrl(serverUrl: string): Promise<string> {
  const port = Number(new URL(serverUrl).port || PORT);
  const { folders, identity } = await whoAnswers(serverUrl);
  for (const folder of folders.split(',').map((name) => name.trim())) {
    if (!existsSync(socketIn(folder, port))) continue;
    const url = bySocketIn(folder, serverUrl, port);
    const found = await whoAnswers(url).catch(() => undefined);
    if (found?.identity === identity) return url;
  }
  return serverUrl;
}

async function whoAnswers(serverUrl: string): Promise<{ folders: string; identity: string }> {
  const client = new pg.Client(serverUrl);
  try {
    await client.connect();
    const { rows } = await client.query(
      `select current_setting('unix_socket_directories') as folders, pg_postmaster_start_time()::text as identity`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
}

/** As URLs of `nearestUrl` have it. */
function addressOf(databaseUrl: string): NetConnectOpts {
  const { hostname, port, searchParams } = new URL(databaseUrl);
  const folder = searchParams.get('host');
  if (folder !== null) return { path: socketIn(folder, Number(searchParams.get('port') ?? PORT)) };
  return { host: hostname, port: Number(port || PORT), noDelay: true };
}

/** One process's way to the server. */
export class Wire {
  /** Whether nobody answers: new connections end at once. */
  isDown = false;
  readonly #server: Server;
  readonly #databaseUrl: string;
  /** Where the socket is: a socket of the file system takes half the time of one of the network. */
  readonly #folder = mkdtempSync(join(tmpdir(), 'tps-wire-'));
  readonly #judge: Judge;
  readonly #sockets = new Set<Socket>();

  private constructor(databaseUrl: string, judge: Judge) {
    this.#databaseUrl = databaseUrl;
    this.#judge = judge;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async open(databaseUrl: string, judge: Judge): Promise<Wire> {
    const wire = new Wire(databaseUrl, judge);
    wire.#server.listen(socketIn(wire.#folder, PORT));
    await once(wire.#server, 'listening');
    return wire;
  }

  /** Of the database, by this way. */
  get url(): string {
    return bySocketIn(this.#folder, this.#databaseUrl, PORT);
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #accept(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    const server = connect(addressOf(this.#databaseUrl));
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('close', end);
    // The server may have said why.
    server.on('close', () => client.end());
    passOn(client, server, this.#judge, end);
  }
}

/** Passes on what both say, query by query, once the connection has been made. */
function passOn(client: Socket, server: Socket, judge: Judge, end: () => void): void {
  const connection: WireConnection = { transaction: undefined };
  const statements = new Map<string, string>();
  let isReady = false;
  let isMuted = false;
  let text: string | undefined;
  let query: Buffer[] = [];

  const fromServer = new Frames((type) => {
    if (type !== READY) return;
    isReady = true;
    if (isMuted) end();
  });
  server.on('data', (data: Buffer) => {
    fromServer.read(data);
    if (!isMuted) client.write(data);
  });

  const send = (fate: Fate) => {
    if (fate === 'never arrives') return end();
    isMuted = fate === 'is never answered';
    server.write(typeof fate === 'string' ? Buffer.concat(query) : simpleQuery(fate.instead));
  };
  const fromClient = new Frames((type, frame) => {
    query.push(frame);
    if (type === PARSE) {
      const [name, end] = textAt(frame, 5);
      [text] = textAt(frame, end);
      statements.set(name, text);
    } else if (type === BIND) {
      const [, end] = textAt(frame, 5);
      text = statements.get(textAt(frame, end)[0]);
    } else if (type === QUERY) [text] = textAt(frame, 5);
    if (type === TERMINATE) server.end(frame);
    if (type !== QUERY && type !== SYNC) return;
    send(text === undefined ? 'passes' : judge(text, connection));
    text = undefined;
    query = [];
  });
  client.on('data', (data: Buffer) => {
    // Until then it is about who is there.
    if (isReady) fromClient.read(data);
    else server.write(data);
  });
}

/** Cuts a stream into PostgreSQL's messages: a letter, a length that counts itself, and the rest. */
class Frames {
  readonly #hear: (type: number, frame: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(hear: (type: number, frame: Buffer) => void) {
    this.#hear = hear;
  }

  read(data: Buffer): void {
    let rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    while (rest.length >= 5) {
      const length = 1 + rest.readUInt32BE(1);
      if (rest.length < length) break;
      this.#hear(rest[0] as number, rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.#rest = rest;
  }
}

/** A text up to its zero byte, and the place after that. */
function textAt(frame: Buffer, start: number): [string, number] {
  const end = frame.indexOf(0, start);
  return [frame.toString('utf8', start, end), end + 1];
}

function simpleQuery(text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const frame = Buffer.alloc(5 + body.length);
  frame[0] = QUERY;
  frame.writeUInt32BE(4 + body.length, 1);
  body.copy(frame, 5);
  return frame;
}
