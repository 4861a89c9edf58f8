import type { LeasedDelivery } from '#platform/outbox/store/deliveries.ts';
import { saysTheSame } from '#test/simulation/rows/same-json.ts';
import { type Paper, Refusal } from './reference-model.ts';

/** A promise of the outbox that was not kept. */
export class OutboxBroken extends Error {
  override readonly name = 'OutboxBroken';
}

interface PaperDelivery {
  eventId: number;
  subscriber: string;
  subject: string;
  type: string;
  state: 'pending' | 'done' | 'dead';
  attempts: number;
  /** The try that has it in hand. */
  hold: string | undefined;
  /** Not before this time is it tried again. */
  notBefore: number;
}

/** A delivery that was given out. */
export interface Try {
  delivery: PaperDelivery;
  attempts: number;
  hold: string;
}

/** How a handler ended. */
export type HandlerEnd = 'done' | 'failed' | 'hopeless';

const HELD_MS = 12_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 600_000;

/** What must be carried to whom, as it follows from the events on paper and from what became of each try. */
export class PaperOutbox {
  readonly deliveries = new Map<string, PaperDelivery>();
  readonly #paper: Paper;
  /** Which subscribers hear of which events. */
  readonly #hearers: (type: string, isOfTheShop: boolean) => readonly string[];
  /** What the shop has refused for good at least once, so that a person looks at it. */
  readonly #excused = new Set<string>();
  #events = 0;

  constructor(paper: Paper, hearers: (type: string, isOfTheShop: boolean) => readonly string[]) {
    this.#paper = paper;
    this.#hearers = hearers;
  }

  /** Takes over the events that are new on paper. */
  catchUp(): void {
    this.#takeOverEvents();
    for (const orderId of this.#paper.toTellAgain.splice(0)) this.#redeliver(orderId);
  }

  /** One that is in hand when this is asked for is given out once more, when that is over. */
  #redeliver(orderId: string): void {
    for (const delivery of this.deliveries.values()) {
      if (delivery.subject !== orderId || delivery.subscriber !== 'shop' || delivery.type !== 'OrderPaid') continue;
      if (delivery.hold === undefined) delivery.notBefore = this.#paper.now;
      Object.assign(delivery, { state: 'pending', attempts: 0 });
    }
  }

  #takeOverEvents(): void {
    for (; this.#events < this.#paper.events.length; this.#events += 1) {
      const event = this.#paper.events[this.#events];
      if (event === undefined) return;
      const eventId = this.#events + 1;
      for (const subscriber of this.#hearers(event.type, event.isOfTheShop)) {
        this.deliveries.set(`${eventId} ${subscriber}`, {
          eventId,
          subscriber,
          subject: event.subject,
          type: event.type,
          state: 'pending',
          attempts: 0,
          hold: undefined,
          notBefore: this.#paper.now,
        });
      }
    }
  }

  /** Holds a delivery that was given out against the rules. @throws {OutboxBroken} */
  taken({ event, subscriber, attempts, leaseToken: hold }: LeasedDelivery): Try {
    const name = `${event.id} ${subscriber}`;
    const delivery = this.deliveries.get(name);
    const written = this.#paper.events[Number(event.id) - 1];
    const refuse = (why: string): never => {
      throw new OutboxBroken(`The delivery ${name} (${event.type} ${event.subject}) ${why}`);
    };
    if (delivery === undefined || written === undefined) return refuse('was given out and is not on paper');
    if (delivery.state !== 'pending') refuse(`was given out although it is ${delivery.state}`);
    if (delivery.notBefore > this.#paper.now) refuse('was given out before its time');
    const isAsWritten = written.type === event.type && saysTheSame(written.payload, event.payload);
    if (!isAsWritten) refuse('says something else');
    for (const other of this.deliveries.values()) {
      const isInLine = other.subscriber === subscriber && other.subject === event.subject && other !== delivery;
      if (!isInLine || other.state !== 'pending') continue;
      if (other.eventId < delivery.eventId) refuse(`overtook the event ${other.eventId}`);
      if (other.hold !== undefined && other.notBefore > this.#paper.now) refuse(`did not wait for ${other.eventId}`);
    }
    const expected = delivery.attempts + 1;
    if (expected !== attempts) refuse(`is tried for the ${attempts}. time, not the ${expected}.`);
    Object.assign(delivery, { attempts, hold, notBefore: this.#paper.now + HELD_MS });
    return { delivery, attempts, hold };
  }

  /**
   * Notes what became of a try. One that was given up as lost changes nothing. One from before the subscriber was to be
   * told again knows nothing of what it was to be told of, so that it ends nothing.
   */
  ended({ delivery, attempts, hold }: Try, end: HandlerEnd): void {
    if (delivery.hold !== hold) return;
    delivery.hold = undefined;
    if (delivery.attempts < attempts) delivery.notBefore = this.#paper.now;
    else if (end === 'done') delivery.state = 'done';
    else if (end === 'hopeless') {
      delivery.state = 'dead';
      this.#excused.add(delivery.subject);
    } else {
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
      delivery.notBefore = this.#paper.now + Math.floor(pauseMs / 2);
    }
  }

  /** A new process takes over: it need not wait for what the old one held. */
  released(): void {
    for (const delivery of this.deliveries.values()) {
      if (delivery.state !== 'pending' || delivery.notBefore <= this.#paper.now) continue;
      Object.assign(delivery, { hold: undefined, notBefore: this.#paper.now });
    }
  }

  /** Has the dead letters of an event sent again. Answers how many. @throws {Refusal} */
  revive(eventId: number, subscriber: string | undefined): number {
    return this.#changeDead(eventId, subscriber, { state: 'pending', attempts: 0, notBefore: this.#paper.now });
  }

  /** Lets them rest. Answers how many. @throws {Refusal} */
  dismiss(eventId: number, subscriber: string | undefined): number {
    return this.#changeDead(eventId, subscriber, { state: 'done' });
  }

  #changeDead(eventId: number, subscriber: string | undefined, change: Partial<PaperDelivery>): number {
    let changed = 0;
    for (const delivery of this.deliveries.values()) {
      const isMeant = subscriber === undefined || delivery.subscriber === subscriber;
      if (delivery.eventId !== eventId || delivery.state !== 'dead' || !isMeant) continue;
      Object.assign(delivery, change);
      changed += 1;
    }
    if (changed === 0) throw new Refusal('dead_letter_not_found');
    return changed;
  }

  /** Whether anything may be carried now. */
  isDue(): boolean {
    for (const { state, notBefore } of this.deliveries.values()) {
      if (state === 'pending' && notBefore <= this.#paper.now) return true;
    }
    return false;
  }

  /** Whether the shop need not have heard everything about it. */
  isExcused(subject: string): boolean {
    return this.#excused.has(subject);
  }

  pending(): number {
    let pending = 0;
    for (const { state } of this.deliveries.values()) if (state === 'pending') pending += 1;
    return pending;
  }

  /** As the database is to show it. */
  lines(): string[] {
    return [...this.deliveries.values()].map(
      ({ eventId, subscriber, subject, state, attempts }) => `${eventId} ${subscriber} ${subject} ${state} ${attempts}`,
    );
  }
}
