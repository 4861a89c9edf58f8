import { once } from 'node:events';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { PollingLoop } from '#platform/timers/polling-loop.ts';

/** How often an instance tries to acquire a lease that another has; with jitter, so that instances do not try in step. */
const LOOK_AGAIN_MS = 6_000;

export interface LeaseHolderPorts {
  store: Pick<Store, 'acquireLease' | 'isShared'>;
  /** The lease's name, the same in all instances. */
  name: string;
  /** Starts the work. It is called again if the lease was lost and acquired again. */
  begin: () => Promise<void>;
  /** Stops the work. */
  end: () => Promise<void>;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
}

/** Runs something in one instance at a time, and takes over from an instance that has ended. */
export class LeaseHolder {
  readonly #ports: LeaseHolderPorts;
  readonly #loop: PollingLoop;

  constructor(ports: LeaseHolderPorts) {
    this.#ports = ports;
    const pauseMs = () => LOOK_AGAIN_MS * (0.75 + ports.random() / 4);
    this.#loop = new PollingLoop(
      async () => {
        await this.#doOnce();
        return pauseMs();
      },
      (error) => {
        ports.log.error({ err: error, lease: ports.name }, `Could not acquire the ${ports.name} lease; retrying`);
        return pauseMs();
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  /** Stops the work and releases the lease to another instance. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Works as long as this instance has the lease; does nothing if another has it. */
  async #doOnce(): Promise<void> {
    const { store, name, log } = this.#ports;
    const lease = await store.acquireLease(name);
    if (lease === undefined) return;
    if (store.isShared) log.info({ lease: name }, `This instance has acquired the ${name} lease`);
    try {
      await this.#ports.begin();
      const isOver = AbortSignal.any([this.#loop.stopping, lease.lost]);
      if (!isOver.aborted) await once(isOver, 'abort');
      if (lease.lost.aborted) log.warn({ lease: name }, `This instance has lost the ${name} lease`);
    } finally {
      await this.#ports.end();
      await lease.release();
    }
  }
}
