import { NotSentError } from '#interledger/stream/driver.ts';
import type { UplinkSettings } from '#pull-payments/uplink-settings.ts';
import { BtpSession } from './btp-session.ts';
import { KeptUp } from './kept-up.ts';
import { DEFAULT_UPLINK_LIMITS, type UplinkLimits } from './limits.ts';
import { askWhoWeAre } from './own-node.ts';
import type { OwnNode, Uplink, UplinkPorts } from './uplink.ts';

/** An uplink over BTP (RFC 0023): a WebSocket that we open, and packets in both directions over it. */
export class BtpUplink implements Uplink {
  readonly #settings: UplinkSettings & { kind: 'btp' };
  readonly #token: string;
  readonly #ports: UplinkPorts;
  readonly #limits: UplinkLimits;
  readonly #keptUp: KeptUp;
  #session: BtpSession | undefined;

  /** @param token what the parent knows us by. */
  constructor(
    settings: UplinkSettings & { kind: 'btp' },
    token: string,
    ports: UplinkPorts,
    limits: Partial<UplinkLimits> = {},
  ) {
    this.#settings = settings;
    this.#token = token;
    this.#ports = ports;
    this.#limits = { ...DEFAULT_UPLINK_LIMITS, ...limits };
    this.#keptUp = new KeptUp((isUp, stopping) => this.#live(isUp, stopping), ports, this.#limits);
  }

  start(): void {
    this.#keptUp.start();
  }

  async stop(): Promise<void> {
    await this.#keptUp.stop();
  }

  async send(prepare: Uint8Array, expiresAtMs: number): Promise<Uint8Array> {
    if (this.#session === undefined) throw new NotSentError('The parent is not connected.');
    const { replyGraceMs, lateReplyMs } = this.#limits;
    const waitMs = Math.max(0, expiresAtMs - this.#ports.nowMs()) + replyGraceMs + lateReplyMs;
    return this.#session.send(prepare, waitMs);
  }

  async #live(isUp: (node: OwnNode) => void, stopping: AbortSignal): Promise<void> {
    const { url, username } = this.#settings;
    const account = { url: url.replace(/^btp\+/, ''), username, token: this.#token };
    const session = await BtpSession.open(account, this.#ports, this.#limits, stopping);
    try {
      const ask = (prepare: Uint8Array) => session.send(prepare, this.#limits.replyGraceMs);
      const node = await Promise.race([askWhoWeAre(ask, this.#ports.nowMs()), session.ended]);
      this.#session = session;
      isUp(node);
      await session.ended;
    } catch (error) {
      session.close(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      this.#session = undefined;
    }
  }
}
