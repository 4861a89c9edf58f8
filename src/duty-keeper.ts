import { Alarm } from './alarm.ts';
import type { Logger } from './engine/log.ts';
import type { Store } from './store/unit-of-work.ts';

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
  readonly #alarm = new Alarm();
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(ports: DutyKeeperPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends what is being done, and lets another instance do it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#alarm.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#alarm.reset();
      try {
        await this.#doOnce();
      } catch (error) {
        this.#ports.log.error(
          { err: error, duty: this.#ports.name },
          'Nobody can say who has a duty; it is asked again',
        );
      }
      if (!this.#isStopped) await this.#alarm.sleep(LOOK_AGAIN_MS * (0.75 + this.#ports.random() / 4));
    }
  }

  /** Does it as long as this instance has the duty; nothing where another has it. */
  async #doOnce(): Promise<void> {
    const { store, name, log } = this.#ports;
    const duty = await store.takeDuty(name);
    if (duty === undefined) return;
    if (store.isShared) log.info({ duty: name }, `This instance has the duty of the ${name}`);
    const wake = () => this.#alarm.ring();
    duty.lost.addEventListener('abort', wake, { once: true });
    try {
      await this.#ports.begin();
      while (!this.#isStopped && !duty.lost.aborted) await this.#alarm.sleep(LOOK_AGAIN_MS);
      if (duty.lost.aborted) log.warn({ duty: name }, `This instance has lost the duty of the ${name}`);
    } finally {
      await this.#ports.end();
      await duty.release();
    }
  }
}
