import type { RawData, WebSocket } from 'ws';
import {
  authenticationFrame,
  type BtpFrame,
  ilpFrame,
  ilpPacketIn,
  MAX_FRAME_BYTES,
  readFrame,
  writeFrame,
} from '#interledger/btp/frame.ts';
import { NOTHING } from '#interledger/bytes.ts';
import { orUndefined } from '#interledger/packet-error.ts';
import { NotSentError } from '#interledger/stream/driver.ts';
import type { UplinkLimits } from './limits.ts';
import { UplinkProblem } from './own-node.ts';
import { UnderWay } from './under-way.ts';
import type { UplinkPorts } from './uplink.ts';

/** How long a WebSocket may take to say goodbye before it is cut off. */
const CLOSE_MS = 1_000;

export interface BtpAccount {
  /** `ws://` or `wss://`. */
  url: string;
  username: string;
  token: string;
}

type Ports = Pick<UplinkPorts, 'nowMs' | 'random' | 'receive'>;

/** One WebSocket to the parent, over which requests and answers go both ways (RFC 0023). */
export class BtpSession {
  /** Rejected when the session ends, with the reason. */
  readonly ended: Promise<never>;
  readonly #socket: WebSocket;
  readonly #ports: Ports;
  readonly #limits: UplinkLimits;
  readonly #underWay: UnderWay;
  readonly #stopping: AbortSignal;
  readonly #stop = () => this.close(new Error('The server stops.'));
  #end: (problem: Error) => void = () => undefined;
  #hasEnded = false;
  #isAuthenticated = false;
  #wasHeard = true;
  #check: NodeJS.Timeout | undefined;

  private constructor(socket: WebSocket, ports: Ports, limits: UplinkLimits, stopping: AbortSignal) {
    this.#socket = socket;
    this.#stopping = stopping;
    this.#ports = ports;
    this.#limits = limits;
    this.#underWay = new UnderWay(limits.maxUnderWay, ports.random);
    this.ended = new Promise<never>((_, reject) => {
      this.#end = reject;
    });
    // It is waited for only once the session is open.
    this.ended.catch(() => undefined);
    socket.on('message', (data, isBinary) => this.#heard(data, isBinary));
    socket.on('pong', () => this.#heardOf());
    socket.on('error', (error) => this.close(statusProblem(error) ?? error));
    socket.on('close', (code) => this.close(new UplinkProblem(`The parent has closed the connection: ${code}.`)));
    stopping.addEventListener('abort', this.#stop);
    if (stopping.aborted) this.#stop();
  }

  /**
   * Opens a session. Throws what keeps it from opening.
   * @param stopping ends it.
   */
  static async open(
    account: BtpAccount,
    ports: Ports,
    limits: UplinkLimits,
    stopping: AbortSignal,
  ): Promise<BtpSession> {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(account.url, {
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: limits.connectMs,
      perMessageDeflate: false,
    });
    const session = new BtpSession(socket, ports, limits, stopping);
    try {
      await Promise.race([new Promise<void>((resolve) => socket.once('open', () => resolve())), session.ended]);
      await session.#authenticate(account);
    } catch (error) {
      session.close(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    session.#keepLooking();
    return session;
  }

  /** See Uplink. */
  send(prepare: Uint8Array, waitMs: number): Promise<Uint8Array> {
    return this.#request((id) => ilpFrame('message', id, prepare), waitMs);
  }

  /** Ends the session; what is under way gets no answer. */
  close(problem: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#check);
    this.#stopping.removeEventListener('abort', this.#stop);
    this.#underWay.failAll(new Error('The connection was lost.'));
    this.#end(problem);
    this.#socket.close();
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
  }

  async #authenticate({ username, token }: BtpAccount): Promise<void> {
    await Promise.race([
      this.#request((id) => authenticationFrame(id, username, token), this.#limits.connectMs),
      this.ended,
    ]);
    this.#isAuthenticated = true;
  }

  async #request(frameOf: (id: number) => Uint8Array, waitMs: number): Promise<Uint8Array> {
    const { readyState, OPEN, bufferedAmount } = this.#socket;
    if (this.#hasEnded || readyState !== OPEN) throw new NotSentError('The connection is not open.');
    if (bufferedAmount > this.#limits.maxUnsentBytes) throw new NotSentError('The parent is too slow.');
    const { id, answer } = this.#underWay.add(waitMs);
    // A failure to write ends the socket, and what was under way with it.
    this.#socket.send(frameOf(id));
    return answer;
  }

  #heard(data: RawData, isBinary: boolean): void {
    this.#heardOf();
    const frame = isBinary ? orUndefined(() => readFrame(bytesOf(data))) : undefined;
    // What can't be read must not be answered (RFC 0023, Error handling).
    if (frame === undefined || this.#hasEnded) return;
    switch (frame.type) {
      case 'response':
        this.#answered(frame);
        break;
      case 'error':
        this.#underWay.fail(frame.requestId, new UplinkProblem(`The parent answers with the error ${frame.code}.`));
        break;
      default:
        void this.#asked(frame);
    }
  }

  /** The answer to the authentication is empty; that to a packet must have one. */
  #answered(frame: BtpFrame): void {
    const packet = ilpPacketIn(frame);
    if (packet === undefined && this.#isAuthenticated) {
      this.#underWay.fail(frame.requestId, new Error('The answer has no packet.'));
    } else {
      this.#underWay.answer(frame.requestId, packet ?? NOTHING);
    }
  }

  async #asked(frame: BtpFrame): Promise<void> {
    if (!this.#isAuthenticated) return;
    const packet = frame.type === 'message' ? ilpPacketIn(frame) : undefined;
    if (packet === undefined) this.#answer(refusal(frame.requestId, this.#ports.nowMs()));
    else this.#answer(ilpFrame('response', frame.requestId, await this.#ports.receive(packet)));
  }

  #answer(frame: Uint8Array): void {
    if (this.#hasEnded || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#limits.maxUnsentBytes) {
      this.close(new UplinkProblem('The parent does not take our answers.'));
      return;
    }
    this.#socket.send(frame);
  }

  #heardOf(): void {
    this.#wasHeard = true;
  }

  #keepLooking(): void {
    if (!this.#hasEnded) this.#check = setInterval(() => this.#checkLife(), this.#limits.checkMs);
  }

  /** A connection whose other end is gone can look open for hours. */
  #checkLife(): void {
    if (!this.#wasHeard) {
      this.close(new UplinkProblem('The parent gives no sign of life.'));
      return;
    }
    this.#wasHeard = false;
    this.#socket.ping();
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** A server that is there but lets no WebSocket be opened, such as a proxy without its upstream. */
function statusProblem({ message }: Error): Error | undefined {
  const status = /^Unexpected server response: (\d{3})$/.exec(message)?.[1];
  return status === undefined ? undefined : new UplinkProblem(`The parent answers with the status ${status}.`);
}

/** We offer nothing but ILP packets. */
function refusal(requestId: number, nowMs: number): Uint8Array {
  const name = 'NotAcceptedError';
  return writeFrame({ type: 'error', requestId, code: 'F00', name, triggeredAtMs: nowMs, data: NOTHING, entries: [] });
}
