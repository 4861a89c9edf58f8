import type { Clock } from '#platform/clock.ts';
import type { Store, Transaction } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { queueingRepository } from '#platform/outbox/store/queueing.ts';
import { PollingLoop } from '#platform/timers/polling-loop.ts';
import { subscriberOf } from './context.ts';
import { type Endpoint, endpointRepository } from './store/endpoints.ts';

/** Deliveries to an endpoint that are due at the same time: enough to be busy with until the queue is filled again. */
export const MAX_DUE = 100;

/**
 * Pending deliveries to an endpoint, those in a pause too. The rest waits in the table of events behind the endpoint's
 * position, so that a receiver that is down for weeks costs nothing, and the shop's deliveries are found as fast as ever.
 */
export const MAX_PENDING = 500;

/** An endpoint whose events are rare has its position moved on behind so many others, which are then not read again. */
const SKIP_BEHIND = 1_000n;

/** How long to sleep when nothing is known to happen: another process may append an event or add an endpoint. */
const MAX_SLEEP_MS = 10_000;

/** The pause after the database was unavailable. */
const STORE_PAUSE_MS = 2_000;

export interface FillerPorts {
  store: Store;
  clock: Clock;
  log: Logger;
  /** Called when something was queued. */
  onQueued: () => void;
}

/** Queues events for the endpoints that want them, in the order in which they happened, as there is room. */
export class QueueFiller {
  readonly #ports: FillerPorts;
  readonly #loop: PollingLoop;
  /** The endpoints that had no room. */
  #full = new Set<bigint>();
  #hasEndpoints = true;

  constructor(ports: FillerPorts) {
    this.#ports = ports;
    this.#loop = new PollingLoop(
      async () => ((await this.fill()) ? 0 : MAX_SLEEP_MS),
      (error) => {
        ports.log.error({ err: error }, 'Webhooks cannot reach the database; retrying shortly');
        return STORE_PAUSE_MS;
      },
    );
  }

  /** Whether there was one when it last looked: without any, events need not wake it. */
  get hasEndpoints(): boolean {
    return this.#hasEndpoints;
  }

  start(): void {
    this.#loop.start();
  }

  wake(): void {
    this.#loop.wake();
  }

  /** Signals that a delivery to the endpoint is under way, which makes room for another. */
  madeRoom(endpointId: bigint): void {
    if (this.#full.has(endpointId)) this.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Queues what there is room for. Returns whether there may be more to queue. */
  async fill(): Promise<boolean> {
    const { store, clock, onQueued } = this.#ports;
    const now = clock.now();
    // Most looks find nothing to do, so they do not take the writer's turn.
    const found = await store.read(async (tx) => {
      const plans = new Map<bigint, Plan>();
      for (const endpoint of await tx.use(endpointRepository).inUse()) {
        plans.set(endpoint.id, await planFor(tx, endpoint, now));
      }
      return plans;
    });
    this.#hasEndpoints = found.size > 0;
    const ids = (...kinds: readonly Plan['kind'][]) =>
      [...found].filter(([, { kind }]) => kinds.includes(kind)).map(([id]) => id);
    this.#full = new Set(ids('full'));
    const chosen = ids('queue', 'skip');
    if (chosen.length === 0) return false;
    const queued = await store.run(async (tx) => {
      let count = 0;
      for (const id of chosen) count += (await fillQueue(tx, id, now)) ? 1 : 0;
      return count;
    });
    if (queued > 0) onQueued();
    return queued > 0;
  }
}

type Plan = { kind: 'nothing' } | { kind: 'full' } | { kind: 'skip'; to: bigint } | { kind: 'queue'; room: number };

async function planFor(tx: Transaction, endpoint: Endpoint, now: Date): Promise<Plan> {
  if (endpoint.state !== 'active') return { kind: 'nothing' };
  const queueing = tx.use(queueingRepository);
  if ((await queueing.timeOfNext(endpoint.eventTypes ?? undefined, endpoint.position)) === undefined) {
    const last = await tx.use(eventRepository).lastId();
    return last - endpoint.position > SKIP_BEHIND ? { kind: 'skip', to: last } : { kind: 'nothing' };
  }
  const { pending, due } = await queueing.waitingOf(subscriberOf(endpoint.id), now);
  const room = Math.min(MAX_PENDING - pending, MAX_DUE - due);
  return room > 0 ? { kind: 'queue', room } : { kind: 'full' };
}

/** Plans again, since another instance may have been faster. Returns whether something was queued. */
async function fillQueue(tx: Transaction, id: bigint, now: Date): Promise<boolean> {
  const endpoints = tx.use(endpointRepository);
  const endpoint = await endpoints.find(id);
  if (endpoint === undefined) return false;
  const plan = await planFor(tx, endpoint, now);
  if (plan.kind === 'skip') await endpoints.moveTo(id, plan.to);
  if (plan.kind !== 'queue') return false;
  const given = { types: endpoint.eventTypes ?? undefined, after: endpoint.position, limit: plan.room };
  const last = await tx.use(queueingRepository).queueNext(subscriberOf(id), given);
  if (last !== undefined) await endpoints.moveTo(id, last);
  return last !== undefined;
}
