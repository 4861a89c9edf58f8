import { createHash } from 'node:crypto';
import { EVENT_TYPES } from '#engine/events.ts';
import type { Asset } from '#interledger/stream/connection/state.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { newUuid } from '#platform/random.ts';
import { bookChecks } from '#pull-payments/books.ts';
import type { PullContext } from '#pull-payments/context.ts';
import { PULL_EVENTS } from '#pull-payments/events.ts';
import { pullPaymentsService } from '#pull-payments/service.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import type { Agreement, NewTerms } from '#pull-payments/types.ts';
import { type TestEngine, type TestEngineOptions, testEngine } from '#test/engine.ts';
import { recordingLog } from '#test/recording-log.ts';

/** What tests of pull payments are written with: the service over a store, and words for what an endpoint does with it. */

export const XRP6: Asset = { code: 'XRP', scale: 6 };
export const XRP9: Asset = { code: 'XRP', scale: 9 };

/** Terms as most tests have them: 100 in each of 10 hours, of which nothing is lost. */
export function someTerms(terms: Partial<NewTerms> = {}): NewTerms {
  return {
    amount: 100n,
    asset: XRP9,
    startAt: null,
    expiryAt: null,
    interval: 'PT1H',
    cycles: 10,
    cap: false,
    maxPull: null,
    webhook: null,
    description: null,
    reference: null,
    ...terms,
  };
}

/** The hash by which a text in a pointer is found. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** How often a client asks again while others hold the rest. */
const MAX_WAITS = 200;

export interface PullOptions {
  /** The largest packet that the path carries. */
  maxPacket?: bigint;
  asset?: Asset;
  pullId?: string;
}

export class TestPulls {
  readonly test: TestEngine;
  readonly service: PullPaymentsService;
  readonly context: PullContext;
  #pulls = 0;

  constructor(test: TestEngine, context: PullContext) {
    this.test = test;
    this.context = context;
    this.service = pullPaymentsService(context);
  }

  create(terms: Partial<NewTerms> = {}): Promise<Agreement> {
    return this.service.create(someTerms(terms));
  }

  /** Total, interval and available, as a query shows them. */
  async balances(id: string): Promise<string> {
    const { total, interval, available } = (await this.service.get(id)).balances;
    return `${total}/${interval}/${available}`;
  }

  newPullId(): string {
    this.#pulls += 1;
    return `pull-${this.#pulls}`;
  }

  /** Asks for the money of a packet that expires in 30 s. */
  reserve(agreementId: string, pullId: string, packet: number, amount: bigint, asset = XRP9) {
    const expiresAt = new Date(this.test.clock.now().getTime() + 30_000);
    return this.service.reserve({ agreementId, pullId, packet, amount, asset, expiresAt });
  }

  fulfill(pullId: string, packet: number): Promise<void> {
    const fulfillment = new Uint8Array(32).fill(packet % 256);
    return this.service.settle({ pullId, packet, outcome: 'fulfilled', fulfillment, code: null });
  }

  reject(pullId: string, packet: number, code = 'T04'): Promise<void> {
    return this.service.settle({ pullId, packet, outcome: 'rejected', fulfillment: null, code });
  }

  lose(pullId: string, packet: number): Promise<void> {
    return this.service.settle({ pullId, packet, outcome: 'unknown', fulfillment: null, code: null });
  }

  /** A pull as a client makes it: packet after packet, until it has what it wants or nothing is left. Returns what it got. */
  async pull(agreementId: string, wanted: bigint, options: PullOptions = {}): Promise<bigint> {
    const { maxPacket = wanted, asset = XRP9, pullId = this.newPullId() } = options;
    let [got, waits] = [0n, 0];
    for (let packet = 1; got < wanted; packet += 1) {
      const asked = wanted - got < maxPacket ? wanted - got : maxPacket;
      const granted = await this.reserve(agreementId, pullId, packet, asked, asset);
      if (granted === 'later') {
        waits += 1;
        if (waits > MAX_WAITS) break;
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      if (granted === 0n) break;
      await this.fulfill(pullId, packet);
      got += granted;
    }
    await this.service.endPull(pullId);
    return got;
  }

  /** What differs in the books. */
  differences() {
    return this.test.store.read(async (tx) => {
      const found = [];
      for (const { look } of bookChecks) found.push(...(await look(tx)));
      return found;
    });
  }
}

/** Service and store for a test; `closeEngines` belongs into `afterEach`. */
export async function testPulls(options: TestEngineOptions = {}): Promise<TestPulls> {
  const bus = options.bus ?? new EventBus(recordingLog(), [...EVENT_TYPES, ...PULL_EVENTS]);
  const test = await testEngine({ ...options, bus });
  return pullsOver(test);
}

let seeds = 0;

/** A further process of the service over the store of an engine. */
export function pullsOver(test: TestEngine): TestPulls {
  const { store, clock, log, bus } = test;
  const randomBytes = (length: number) => {
    seeds += 1;
    return Uint8Array.from(
      Buffer.concat(
        Array.from({ length: Math.ceil(length / 32) }, (_, index) => Buffer.from(hashOf(`${seeds} ${index}`), 'hex')),
      ),
    ).slice(0, length);
  };
  const makeAgreementId = () => newUuid(randomBytes);
  const platform = { store, clock, log, subscriptions: bus, randomBytes, makeAgreementId };
  return new TestPulls(test, { ...platform, uplink: { state: undefined } });
}
