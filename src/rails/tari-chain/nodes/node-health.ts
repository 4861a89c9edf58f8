import type { Logger } from '#platform/logging/logger.ts';
import { doubledPauseMs } from '#platform/timers/backoff.ts';
import type { Tip } from './node-answers.ts';
import { NodeError, type NodeErrorKind } from './node-error.ts';

/** The first pause before a failing node is retried. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

export interface NodeHealthPorts {
  url: string;
  /** A monotonic clock, in milliseconds. */
  monotonicMs: () => number;
  now: () => Date;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
}

/** The health of one node: when it last answered, why it fails, and when it is retried. */
export class NodeHealth {
  readonly #ports: NodeHealthPorts;
  #failures = 0;
  #askAgainAtMs = Number.NEGATIVE_INFINITY;
  /** Its last answer. */
  lastTip: Tip | undefined;
  lastAnswerAt: Date | undefined;
  /** Since when it has been failing, and why; undefined while it works. */
  trouble: { since: Date; kind: NodeErrorKind; sentence: string } | undefined;

  constructor(ports: NodeHealthPorts) {
    this.#ports = ports;
  }

  get url(): string {
    return this.#ports.url;
  }

  /** Whether it may be queried now: after failures there is back-off. */
  get isDue(): boolean {
    return this.#ports.monotonicMs() >= this.#askAgainAtMs;
  }

  /** Records its tip, which does not mean that its other answers are fine. */
  noteTip(tip: Tip): void {
    this.lastTip = tip;
    this.lastAnswerAt = this.#ports.now();
  }

  /** Records that all of its answers in a turn were fine. */
  noteGood(): void {
    if (this.trouble === undefined) return;
    const { log, url } = this.#ports;
    const { since } = this.trouble;
    this.trouble = undefined;
    this.#failures = 0;
    log.info({ node: url, since }, `Base node ${url} works again`);
  }

  /** Records a failure. It is logged when it starts and when it is over. */
  noteFailure(error: unknown): void {
    const { log, url, monotonicMs, now, random } = this.#ports;
    if (!(error instanceof NodeError)) throw error;
    this.#failures += 1;
    const pauseMs = doubledPauseMs(this.#failures, FIRST_PAUSE_MS, MAX_PAUSE_MS);
    this.#askAgainAtMs = monotonicMs() + pauseMs * (0.75 + random() / 4);
    const { kind, message: sentence } = error;
    if (this.trouble === undefined) {
      log.warn({ node: url, kind }, `Base node ${url} is unusable: ${sentence} Retrying with back-off.`);
    }
    this.trouble = { since: this.trouble?.since ?? now(), kind, sentence };
  }
}
