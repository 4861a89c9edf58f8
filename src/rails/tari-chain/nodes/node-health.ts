import type { Logger } from '#platform/logging/logger.ts';
import { doubledPauseMs } from '#platform/timers/backoff.ts';
import type { Tip } from './node-answers.ts';
import { NodeError, type NodeErrorKind } from './node-error.ts';

/** Between tries of a node that is of no use. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

export interface NodeHealthPorts {
  url: string;
  /** Milliseconds of a clock that never goes back. */
  monotonicMs: () => number;
  now: () => Date;
  /** Evenly from 0 up to 1. */
  random: () => number;
  log: Logger;
}

/** How one node does: when it answered last, why it does not, and when it is asked again. */
export class NodeHealth {
  readonly #ports: NodeHealthPorts;
  #failures = 0;
  #askAgainAtMs = Number.NEGATIVE_INFINITY;
  /** Its last answer. */
  lastTip: Tip | undefined;
  lastAnswerAt: Date | undefined;
  /** Since when it has been of no use, and why; undefined while it is of use. */
  trouble: { since: Date; kind: NodeErrorKind; sentence: string } | undefined;

  constructor(ports: NodeHealthPorts) {
    this.#ports = ports;
  }

  get url(): string {
    return this.#ports.url;
  }

  /** Whether it is asked now: after failures it has pauses that grow. */
  get isDue(): boolean {
    return this.#ports.monotonicMs() >= this.#askAgainAtMs;
  }

  /** Notes the end of its chain, which says nothing of whether it does what else it is asked. */
  noteTip(tip: Tip): void {
    this.lastTip = tip;
    this.lastAnswerAt = this.#ports.now();
  }

  /** Notes that it has done all that it was asked in a turn. */
  noteGood(): void {
    if (this.trouble === undefined) return;
    const { log, url } = this.#ports;
    const { since } = this.trouble;
    this.trouble = undefined;
    this.#failures = 0;
    log.info({ node: url, since }, `Base node ${url} is of use again`);
  }

  /** Notes why it was of no use. The log has one sentence when that begins, and one when it is over. */
  noteFailure(error: unknown): void {
    const { log, url, monotonicMs, now, random } = this.#ports;
    if (!(error instanceof NodeError)) throw error;
    this.#failures += 1;
    const pauseMs = doubledPauseMs(this.#failures, FIRST_PAUSE_MS, MAX_PAUSE_MS);
    this.#askAgainAtMs = monotonicMs() + pauseMs * (0.75 + random() / 4);
    const { kind, message: sentence } = error;
    if (this.trouble === undefined) {
      log.warn(
        { node: url, kind },
        `Base node ${url} is of no use: ${sentence} It is asked again, with pauses that grow.`,
      );
    }
    this.trouble = { since: this.trouble?.since ?? now(), kind, sentence };
  }
}
