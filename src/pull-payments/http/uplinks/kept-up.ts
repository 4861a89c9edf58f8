import { PacketError } from '#interledger/packet-error.ts';
import { networkErrorCode } from '#platform/request-deadline.ts';
import { jitteredPauseMs } from '#platform/timers/backoff.ts';
import { WakeableTimer } from '#platform/timers/wakeable-timer.ts';
import type { UplinkLimits } from './limits.ts';
import { UplinkProblem } from './own-node.ts';
import type { OwnNode, UplinkPorts } from './uplink.ts';

/**
 * One life of the connection: calls `isUp` as soon as it can be used, and again as often as it likes; ends by throwing
 * why it is over, or by returning when it is aborted.
 */
export type LiveOnce = (isUp: (node: OwnNode) => void, stopping: AbortSignal) => Promise<void>;

type Ports = Pick<UplinkPorts, 'nowMs' | 'random' | 'isUp' | 'isDown'>;

/** Keeps a connection up: each time that it ends it is opened again, after pauses that grow and are not in step. */
export class KeptUp {
  readonly #live: LiveOnce;
  readonly #ports: Ports;
  readonly #limits: UplinkLimits;
  readonly #stopping = new AbortController();
  readonly #timer = new WakeableTimer();
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(live: LiveOnce, ports: Ports, limits: UplinkLimits) {
    this.#live = live;
    this.#ports = ports;
    this.#limits = limits;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const problem = await this.#liveOnce(signal);
      if (signal.aborted) return;
      this.#ports.isDown(problem);
      await this.#timer.sleep(this.#pauseMs());
    }
  }

  /** Answers why it is over. */
  async #liveOnce(signal: AbortSignal): Promise<string> {
    let upSinceMs: number | undefined;
    const isUp = (node: OwnNode): void => {
      upSinceMs ??= this.#ports.nowMs();
      this.#ports.isUp(node);
    };
    const problem = await this.#live(isUp, signal).then(() => 'The connection was closed.', problemOf);
    const wasSteady = upSinceMs !== undefined && this.#ports.nowMs() - upSinceMs >= this.#limits.steadyMs;
    this.#failures = wasSteady ? 1 : this.#failures + 1;
    return problem;
  }

  #pauseMs(): number {
    const { firstPauseMs, maxPauseMs } = this.#limits;
    return jitteredPauseMs(this.#failures, firstPauseMs, maxPauseMs, () => this.#ports.random());
  }
}

/** The reason for operators. Texts of others stay out of it: they may repeat the address that was called, or a token. */
export function problemOf(error: unknown): string {
  if (error instanceof UplinkProblem || error instanceof PacketError) return error.message;
  const code = networkErrorCode(error);
  return `The parent can't be reached: ${code}.`;
}
