import type { RandomBytes } from '#interledger/bytes.ts';
import type { BookAction, ReserveAction, SettleAction } from '#interledger/stream/connection/actions.ts';
import type { StreamConnection } from '#interledger/stream/connection/connection.ts';
import type { Asset } from '#interledger/stream/connection/state.ts';
import { ConnectionDriver, type DriverPorts } from '#interledger/stream/driver.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { newUuid } from '#platform/random.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import { type RetryPorts, untilDone } from './until-done.ts';

/** What money that is pushed to us must have left to live, to be booked: booking it must not outlast it. */
const MIN_BOOKING_LIFE_MS = 1_000;

/** What all connections are given. */
export interface ConnectionContext {
  service: Pick<PullPaymentsService, 'reserve' | 'settle' | 'book' | 'endPull'>;
  nowMs(): number;
  randomBytes: RandomBytes;
  log: Logger;
  retry: RetryPorts;
  isUp(): boolean;
  send(prepare: Uint8Array, expiresAtMs: number): Promise<Uint8Array>;
  /** The connection is over, and all of it is written down. */
  finished(one: OpenConnection): void;
}

/** A connection with the money behind it: a pull from an agreement, or a push to us. */
export class OpenConnection {
  readonly connection: StreamConnection;
  /** Null for a push. */
  readonly agreementId: string | null;
  readonly driver: ConnectionDriver;
  /** The id of the pull or the push. */
  readonly #id: string;
  readonly #asset: Asset;
  readonly #context: ConnectionContext;
  #wake: NodeJS.Timeout | undefined;
  #hasTaken = false;
  /** Packets with money that have no answer yet. */
  readonly #underWay = new Set<number>();
  #isClosing = false;
  #isFinishing = false;
  #isDropped = false;

  constructor(connection: StreamConnection, agreementId: string | null, asset: Asset, context: ConnectionContext) {
    this.connection = connection;
    this.agreementId = agreementId;
    this.#asset = asset;
    this.#context = context;
    this.#id = newUuid(context.randomBytes);
    this.driver = new ConnectionDriver(connection, this.#ports());
  }

  /**
   * Ends it, and tells the peer: as soon as no money is under way, which a peer that is told before it arrives would
   * refuse.
   */
  close(): void {
    this.#isClosing = true;
    if (this.#underWay.size > 0) return;
    this.driver.act((nowMs) => this.connection.close('noError', 'The server is stopping.', nowMs));
    this.#checkSoon();
  }

  /** Stops its clock: it is over, or the process is about to end. */
  drop(): void {
    this.#isDropped = true;
    clearTimeout(this.#wake);
  }

  /** For the log. The agreement's id is cut: as the path of a pointer it is a secret. */
  get #about(): object {
    const { agreementId } = this;
    return agreementId === null ? { push: this.#id } : { agreement: agreementId.slice(0, 8), pull: this.#id };
  }

  #ports(): DriverPorts {
    const { nowMs, send, log } = this.#context;
    return {
      nowMs,
      after: (delayMs, ring) => this.#after(delayMs, ring),
      send: (prepare, expiresAtMs) => this.#watched(send(prepare, expiresAtMs)),
      reserve: (asked) => this.#watched(this.#reserve(asked)),
      settle: (how) => this.#watched(this.#settle(how)),
      book: (asked) => this.#watched(this.#book(asked)),
      happened: (what) => {
        if (what.kind !== 'ended') return;
        const { reason, isByPeer } = what;
        log.debug({ ...this.#about, reason, isByPeer }, 'An Interledger connection has ended');
        this.#checkSoon();
      },
      failed: (err) => log.debug({ err, ...this.#about }, 'A packet or its booking failed'),
    };
  }

  async #reserve({ packet, amount, expiresAtMs }: ReserveAction): Promise<bigint | 'later'> {
    const { agreementId } = this;
    if (agreementId === null || this.#isClosing) return 0n;
    // Money is not held for a packet that can't be sent; when the uplink is back the connection asks again.
    if (!this.#context.isUp()) return 'later';
    const expiresAt = new Date(expiresAtMs);
    const asked = { agreementId, pullId: this.#id, packet, amount, asset: this.#asset, expiresAt };
    try {
      const granted = await this.#context.service.reserve(asked);
      if (granted === 'later' || granted === 0n) return granted;
      this.#hasTaken = true;
      this.#underWay.add(packet);
      return granted;
    } catch (error) {
      // It may have been granted before its answer was lost. The packet is not sent, so that nothing must stay held.
      this.#hasTaken = true;
      await this.#settleAs(packet, { outcome: 'rejected', fulfillment: null, code: null });
      throw error;
    }
  }

  async #settle({ packet, outcome, fulfillment, code }: SettleAction): Promise<void> {
    if (outcome === 'unknown') {
      const { log } = this.#context;
      log.warn({ ...this.#about, packet }, 'A packet got no answer: its money stays held until its fate is known.');
    }
    this.#underWay.delete(packet);
    await this.#settleAs(packet, { outcome, fulfillment: fulfillment ?? null, code: code ?? null });
    if (this.#isClosing) this.close();
  }

  #settleAs(
    packet: number,
    how: { outcome: SettleAction['outcome']; fulfillment: Uint8Array | null; code: string | null },
  ): Promise<void> {
    const { service, retry } = this.#context;
    const settled = { pullId: this.#id, packet, ...how };
    return untilDone(
      () => service.settle(settled),
      'Could not settle a packet',
      { ...this.#about, packet, outcome: how.outcome },
      retry,
    );
  }

  async #book({ request, amount, expiresAtMs }: BookAction): Promise<boolean> {
    const { service, nowMs, log } = this.#context;
    if (this.agreementId !== null || expiresAtMs - nowMs() < MIN_BOOKING_LIFE_MS) return false;
    const isBooked = await service.book({ pushId: this.#id, packet: request, amount, asset: this.#asset });
    if (isBooked && nowMs() >= expiresAtMs) {
      log.warn(
        { ...this.#about, request, amount },
        'A push was booked after its packet had expired: it may not be paid.',
      );
    }
    return isBooked;
  }

  #after(delayMs: number, ring: () => void): () => void {
    if (this.#isDropped) return () => undefined;
    const timer = setTimeout(() => {
      ring();
      this.#checkSoon();
    }, delayMs);
    timer.unref();
    this.#wake = timer;
    return () => clearTimeout(timer);
  }

  /** After each of these the connection may be over. */
  #watched<Result>(work: Promise<Result>): Promise<Result> {
    return work.finally(() => this.#checkSoon());
  }

  /** Once the driver has taken in what just came. */
  #checkSoon(): void {
    setImmediate(() => {
      if (this.#isFinishing || !this.connection.isFinished) return;
      this.#isFinishing = true;
      void this.#finish();
    });
  }

  async #finish(): Promise<void> {
    await this.driver.settled();
    const { service, retry } = this.#context;
    if (this.#hasTaken) await untilDone(() => service.endPull(this.#id), 'Could not end a pull', this.#about, retry);
    this.drop();
    this.#context.finished(this);
  }
}
