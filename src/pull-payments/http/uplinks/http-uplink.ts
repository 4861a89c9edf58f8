import { bufferOf } from '#interledger/bytes.ts';
import { MAX_PACKET_BYTES } from '#interledger/ilp/packet.ts';
import { PacketError } from '#interledger/packet-error.ts';
import { NotSentError } from '#interledger/stream/driver.ts';
import { readBoundedBytes } from '#platform/bounded-body.ts';
import { networkErrorCode, startDeadline } from '#platform/request-deadline.ts';
import { WakeableTimer } from '#platform/timers/wakeable-timer.ts';
import type { UplinkSettings } from '#pull-payments/uplink-settings.ts';
import { KeptUp } from './kept-up.ts';
import { DEFAULT_UPLINK_LIMITS, type UplinkLimits } from './limits.ts';
import { askWhoWeAre, checkedNode, UplinkProblem } from './own-node.ts';
import type { OwnNode, Uplink, UplinkPorts } from './uplink.ts';

/** Requests at once: each has a connection of its own. A parent answers within a second, as a rule. */
const MAX_REQUESTS = 1_000;

/** The parent refuses the request itself, unread: it certainly has not passed the packet on. */
const REFUSING_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 429]);

/** The connection was not even opened. */
const UNCONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** A parent without ILDCP may fail over the question, or refuse it, and is there all the same. */
const STATUSES_OF_LIVE_PARENTS: ReadonlySet<number> = new Set([200, 500]);

type Settings = UplinkSettings & { kind: 'http' };

/**
 * An uplink over ILP over HTTP (RFC 0035) in its synchronous form, the one that is in use: the answer to a POST is the
 * reply. The parent's own packets come by POST too, to the listener.
 */
export class HttpUplink implements Uplink {
  readonly #settings: Settings;
  readonly #ports: UplinkPorts;
  readonly #limits: UplinkLimits;
  readonly #keptUp: KeptUp;
  readonly #stopping = new AbortController();
  #isUp = false;
  #underWay = 0;
  /** Wakes the look at the parent: a request has failed. */
  #look = new WakeableTimer();

  constructor(settings: Settings, ports: UplinkPorts, limits: Partial<UplinkLimits> = {}) {
    this.#settings = settings;
    this.#ports = ports;
    this.#limits = { ...DEFAULT_UPLINK_LIMITS, maxUnderWay: MAX_REQUESTS, ...limits };
    this.#keptUp = new KeptUp((isUp, stopping) => this.#live(isUp, stopping), ports, this.#limits);
  }

  start(): void {
    this.#keptUp.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#look.wake();
    await this.#keptUp.stop();
  }

  async send(prepare: Uint8Array, expiresAtMs: number): Promise<Uint8Array> {
    if (!this.#isUp) throw new NotSentError('The parent is not connected.');
    if (this.#underWay >= this.#limits.maxUnderWay) throw new NotSentError('Too many packets are under way.');
    this.#underWay += 1;
    try {
      return await this.#post(prepare, Math.max(0, expiresAtMs - this.#ports.nowMs()) + this.#limits.replyGraceMs);
    } catch (error) {
      this.#look.wake();
      throw isUnsent(error) ? new NotSentError('The parent has not got the packet.', { cause: error }) : error;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Looks now and then, and when a request has failed, whether the parent is there. Ends with why it is not. */
  async #live(isUp: (node: OwnNode) => void, stopping: AbortSignal): Promise<void> {
    try {
      while (!stopping.aborted) {
        this.#look.reset();
        const node = await this.#node();
        this.#isUp = true;
        isUp(node);
        await this.#look.sleep(this.#limits.checkMs);
      }
    } finally {
      this.#isUp = false;
    }
  }

  async #node(): Promise<OwnNode> {
    const { address, asset } = this.#settings;
    const ask = (prepare: Uint8Array) => this.#post(prepare, this.#limits.connectMs);
    if (address === null || asset === null) return askWhoWeAre(ask, this.#ports.nowMs());
    const node = checkedNode({ address, asset });
    await askWhoWeAre(ask, this.#ports.nowMs()).catch(refuseUnlessAlive);
    return node;
  }

  async #post(prepare: Uint8Array, waitMs: number): Promise<Uint8Array> {
    const { url, outgoingToken, peerName } = this.#settings;
    const deadline = startDeadline(waitMs, this.#stopping.signal);
    try {
      const response = await this.#ports.fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${outgoingToken}`,
          // Rafiki takes no other type; the published plugin takes any.
          'content-type': 'application/octet-stream',
          accept: 'application/octet-stream, application/ilp+octet-stream',
          ...(peerName === null ? {} : { 'ilp-peer-name': peerName }),
        },
        body: new Uint8Array(bufferOf(prepare)),
        // The token is for this parent alone.
        redirect: 'error',
        signal: deadline.signal,
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new StatusError(response.status);
      }
      return await readBoundedBytes(response, MAX_PACKET_BYTES);
    } finally {
      deadline.stop();
    }
  }
}

class StatusError extends UplinkProblem {
  readonly status: number;

  constructor(status: number) {
    const isAccepted = status === 202;
    super(
      isAccepted
        ? 'The parent answers later, by a request of its own, which is not supported.'
        : `The parent answers with the status ${status}.`,
    );
    this.status = status;
  }
}

function isUnsent(error: unknown): boolean {
  if (error instanceof StatusError) return REFUSING_STATUSES.has(error.status);
  return UNCONNECTED.has(networkErrorCode(error));
}

/** An answer that is no configuration is a sign of life. */
function refuseUnlessAlive(error: unknown): void {
  const isAlive =
    error instanceof StatusError
      ? STATUSES_OF_LIVE_PARENTS.has(error.status)
      : error instanceof PacketError || error instanceof UplinkProblem;
  if (!isAlive) throw error;
}
