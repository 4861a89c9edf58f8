import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type BtpFrame, ilpFrame, ilpPacketIn, readFrame, writeFrame } from '#interledger/btp/frame.ts';
import { NOTHING } from '#interledger/bytes.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import type { Connector } from './parent.ts';

/**
 * A parent that speaks BTP over real WebSockets, as published connectors do: the first message must authenticate, answers
 * go to the socket that the request came by, and one child has one socket.
 */
export class BtpParent {
  readonly connector: Connector;
  readonly #server: WebSocketServer;
  #child: WebSocket | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, (frame: BtpFrame) => void>();
  /** The accounts that were shown, in their order. */
  readonly accounts: { username: string; token: string }[] = [];
  /** Frames that came, but for authentications. */
  readonly frames: BtpFrame[] = [];
  refusesAccounts = false;
  /** Holds answers back as long as it is not resolved. */
  answersAfter: Promise<void> = Promise.resolve();
  answersPings = true;

  private constructor(server: WebSocketServer, connector: Connector) {
    this.#server = server;
    this.connector = connector;
    server.on('connection', (socket) => this.#connected(socket));
  }

  static async open(connector: Connector): Promise<BtpParent> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
    await once(server, 'listening');
    return new BtpParent(server, connector);
  }

  get url(): string {
    return `btp+ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get isConnected(): boolean {
    return this.#child?.readyState === 1;
  }

  /** Sends a packet to the child, and answers with its reply. */
  async send(prepare: Uint8Array): Promise<Uint8Array> {
    const frame = await this.request((id) => ilpFrame('message', id, prepare));
    return ilpPacketIn(frame) ?? NOTHING;
  }

  async request(frameOf: (id: number) => Uint8Array): Promise<BtpFrame> {
    const id = ++this.#lastId;
    const answer = new Promise<BtpFrame>((resolve) => this.#waiting.set(id, resolve));
    this.sendRaw(frameOf(id));
    return answer;
  }

  sendRaw(bytes: Uint8Array | string): void {
    if (this.#child === undefined) throw new Error('No child is connected');
    this.#child.send(bytes);
  }

  /** Cuts the line. */
  drop(): void {
    this.#child?.terminate();
    this.#child = undefined;
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(socket: WebSocket): void {
    let isKnown = false;
    socket.on('error', () => undefined);
    socket.on('ping', (data) => {
      if (this.answersPings) socket.pong(data);
    });
    socket.on('message', (data: Buffer) => {
      const frame = orUndefined(() => readFrame(data));
      if (frame === undefined) return;
      if (isKnown) void this.#heard(socket, frame);
      else {
        isKnown = this.#authenticates(frame);
        if (isKnown) this.#child = socket;
        const { requestId } = frame;
        if (isKnown) socket.send(writeFrame({ type: 'response', requestId, entries: [] }));
        else socket.close();
      }
    });
  }

  #authenticates(frame: BtpFrame): boolean {
    const text = (name: string) => Buffer.from(frame.entries.find((one) => one.name === name)?.data ?? '').toString();
    if (frame.type !== 'message' || frame.entries[0]?.name !== 'auth') return false;
    this.accounts.push({ username: text('auth_username'), token: text('auth_token') });
    return !this.refusesAccounts;
  }

  async #heard(socket: WebSocket, frame: BtpFrame): Promise<void> {
    this.frames.push(frame);
    if (frame.type === 'response' || frame.type === 'error') {
      this.#waiting.get(frame.requestId)?.(frame);
      this.#waiting.delete(frame.requestId);
      return;
    }
    const packet = ilpPacketIn(frame);
    if (packet === undefined) return;
    const reply = await this.connector.fromChild(packet);
    await this.answersAfter;
    if (socket.readyState === 1) socket.send(ilpFrame('response', frame.requestId, reply));
  }
}
