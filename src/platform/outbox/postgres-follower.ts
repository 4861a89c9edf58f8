import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EVENTS_CHANNEL } from '#platform/database/postgres/session.ts';
import { jitteredPauseMs } from '#platform/timers/backoff.ts';
import { WakeableTimer } from '#platform/timers/wakeable-timer.ts';
import type { StoredEvent } from './stored-event.ts';

/** How often the follower polls without a notification: the listening connection may be dead without our noticing. */
const LOOK_AGAIN_MS = 5_000;

/** The pause after a failure of the database; it doubles each time. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

const EVENTS_AT_ONCE = 500;

type Listener = (events: readonly StoredEvent[]) => void;

export interface FollowerPorts {
  /** The last event that listeners need not be given. */
  lastId: bigint;
  read(after: bigint, limit: number): Promise<StoredEvent[]>;
  /** A connection of its own. */
  connect(): Promise<pg.Client>;
  /** Uniform in [0, 1). */
  random: () => number;
}

/**
 * Passes the events of all instances to listeners, each once, in the order of their ids, soon after their commits. A
 * notification only wakes it: the events are read from the table, so that none is missed while no connection listens.
 */
export class EventFollower {
  readonly #ports: FollowerPorts;
  readonly #listeners: Listener[] = [];
  readonly #timer = new WakeableTimer();
  readonly #closing = new AbortController();
  #lastId: bigint;
  #running: Promise<unknown> | undefined;

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
    this.#lastId = ports.lastId;
  }

  follow(listener: Listener): void {
    this.#listeners.push(listener);
    this.#running ??= Promise.all([this.#tell(), this.#listen()]);
  }

  /** Signals that there are new events. */
  wake(): void {
    this.#timer.wake();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#timer.wake();
    await this.#running;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #tell(): Promise<void> {
    for (let failures = 0; !this.#isClosed; ) {
      this.#timer.reset();
      try {
        await this.#tellNew();
        failures = 0;
        await this.#timer.sleep(LOOK_AGAIN_MS);
      } catch {
        failures += 1;
        await this.#pause(failures);
      }
    }
    // Events that this instance committed before it was closed are still passed on.
    await this.#tellNew().catch(() => undefined);
  }

  async #tellNew(): Promise<void> {
    for (;;) {
      const events = await this.#ports.read(this.#lastId, EVENTS_AT_ONCE);
      this.#pass(events);
      if (events.length < EVENTS_AT_ONCE) return;
    }
  }

  #pass(events: readonly StoredEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#lastId = last.id;
    for (const listener of this.#listeners) listener(events);
  }

  /** Keeps a listening connection open, and catches up on missed events whenever there is a new one. */
  async #listen(): Promise<void> {
    for (let failures = 0; !this.#isClosed; failures += 1) {
      try {
        const client = await this.#ports.connect();
        await this.#hear(client, () => {
          failures = 0;
        });
      } catch {
        // The database is out of reach; all we can do is wait.
      }
      if (!this.#isClosed) await this.#pause(failures);
    }
  }

  /** Resolves when the connection has ended. */
  async #hear(client: pg.Client, onListening: () => void): Promise<void> {
    const { signal } = this.#closing;
    let stop: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      stop = resolve;
    });
    client.once('end', stop);
    client.on('error', stop);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      client.on('notification', () => this.#timer.wake());
      await client.query(`listen ${EVENTS_CHANNEL}`);
      onListening();
      this.#timer.wake();
      await ended;
    } finally {
      signal.removeEventListener('abort', stop);
      await client.end().catch(() => undefined);
    }
  }

  async #pause(failures: number): Promise<void> {
    const pauseMs = jitteredPauseMs(failures + 1, FIRST_PAUSE_MS, MAX_PAUSE_MS, this.#ports.random);
    await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
