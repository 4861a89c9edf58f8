import { once } from 'node:events';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { Loop } from '#platform/timers/polling-loop.ts';

/** So often an instance looks whether nobody has the duty any more; each at another moment. */
const LOOK_AGAIN_MS = 6_000;

export interface DutyKeeperPorts {
  store: Pick<Store, 'takeDuty' | 'isShared'>;
  /** Instances know the duty by it. */
  name: string;
  /** Begins what is to be done. It is called again when the duty was lost and taken again. */
  begin: () => Promise<void>;
  /** Ends it. */
  end: () => Promise<void>;
  /** Evenly from 0 up to 1. */
  random: () => number;
  log: Logger;
}

/** Has something done by one instance at a time, and takes it over from one that has ended. */
export class DutyKeeper {
  readonly #ports: DutyKeeperPorts;
  readonly #loop: Loop;

  constructor(ports: DutyKeeperPorts) {
    this.#ports = ports;
    const pauseMs = () => LOOK_AGAIN_MS * (0.75 + ports.random() / 4);
    this.#loop = new Loop(
      async () => {
        await this.#doOnce();
        return pauseMs();
      },
      (error) => {
        ports.log.error({ err: error, duty: ports.name }, 'Nobody can say who has a duty; it is asked again');
        return pauseMs();
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  /** Ends what is being done, and lets another instance do it. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Does it as long as this instance has the duty; nothing where another has it. */
  async #doOnce(): Promise<void> {
    const { store, name, log } = this.#ports;
    const duty = await store.takeDuty(name);
    if (duty === undefined) return;
    if (store.isShared) log.info({ duty: name }, `This instance has the duty of the ${name}`);
    try {
      await this.#ports.begin();
      const isOver = AbortSignal.any([this.#loop.stopping, duty.lost]);
      if (!isOver.aborted) await once(isOver, 'abort');
      if (duty.lost.aborted) log.warn({ duty: name }, `This instance has lost the duty of the ${name}`);
    } finally {
      await this.#ports.end();
      await duty.release();
    }
  }
}
