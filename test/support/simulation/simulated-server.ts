import { chainPayments } from '#engine/chain-payments.ts';
import type { EngineSettings } from '#engine/context.ts';
import { createEngine, type Engine } from '#engine/engine.ts';
import type { Store } from '#platform/database/store.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import { EngineError } from '#platform/errors.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import type { HeldDelivery } from '#platform/outbox/store/deliveries.ts';
import { type ChainBooks, chainBooks } from '#rails/tari-chain/chain-books.ts';
import type { ChainOutput } from '#rails/tari-chain/store/chain.ts';
import { subscribeStorefront } from '#shops/notify-shop.ts';
import type { Storefront } from '#shops/shop-connector.ts';
import type { ReadContent } from '#shops/webhook-inbox.ts';
import type { Process, SimulatedDatabase } from './simulated-database.ts';

/** A change that makes the server wrong: proves that the simulation would find it. */
export interface Mutation {
  repositories?: (tx: Repositories) => Repositories;
  store?: (store: Store) => Store;
  /** Of the SQL as it reaches the database. */
  statement?: (text: string) => string;
}

/** What became of a unit of work: kept, refused by a rule, or lost because the database failed. */
export type WorkEnd = 'kept' | 'refused' | 'lost';

/** The durable subscriber that a plugin registers. */
export const PLUGIN = 'bookkeeping';

export interface ServerPorts {
  database: SimulatedDatabase;
  settings: EngineSettings;
  nothingExpiresBefore: Date;
  now: () => Date;
  random: () => number;
  makeTxid: () => string;
  /** Names takes of deliveries, other than those of all earlier processes. */
  makeHold: () => string;
  shop: Storefront;
  /** Reads the body of a delivery that is taken up again. */
  readContent: ReadContent;
  /** The plugin's durable handler. */
  bookkeep: (eventId: bigint, subject: string) => void;
  mutation: Mutation | undefined;
}

/** One try to carry one delivery. */
export interface Carrying {
  /** Undefined until one was given out, and when none was due. */
  delivery?: HeldDelivery;
  /** Answers the event's id; rejects where the database failed. */
  ended: Promise<bigint | undefined>;
}

/** One process of the server: engine, outbox and store over the database, until it ends. */
export class SimulatedServer {
  readonly engine: Engine;
  /** What the watcher of the chain writes. */
  readonly chainBooks: ChainBooks;
  readonly #process: Process;
  /** How the units of work of the inputs since the last `takeWorks` ended, in their order. */
  #works: WorkEnd[] = [];
  readonly #store: Store;
  readonly #dispatcher: Dispatcher;
  readonly #now: () => Date;
  #taking: Carrying | undefined;

  private constructor(ports: ServerPorts, process: Process, store: Store) {
    const { settings, shop, mutation } = ports;
    const clock = { now: ports.now };
    this.#now = ports.now;
    this.#process = process;
    this.#store = store;
    const bus = new EventBus(silentLog);
    subscribeStorefront(bus, shop, silentLog, async (orderId) => {
      const kept = await this.#store.read((tx) => tx.authorizations.ofOrder(orderId));
      return kept.map(({ transactionId }) => transactionId);
    });
    bus.onDurable(PLUGIN, 'OrderPaid', ({ id, payload }) => ports.bookkeep(id, payload.order.order_id));
    bus.onDurable(PLUGIN, 'OrderClaimed', ({ id, payload }) => ports.bookkeep(id, payload.order.order_id));
    bus.on('OrderAnnulled', () => {
      throw new Error('This plugin always fails');
    });
    this.#store.onCommitted((events) => bus.emit(events));
    const nothing = () => undefined;
    this.engine = createEngine(
      { store: this.#counting(mutation), clock, settings, subscriptions: bus, log: silentLog },
      {
        steadiness: { notBefore: ports.nothingExpiresBefore, graceMs: 0, lastFailedWriteAt: () => undefined },
        makeTxid: ports.makeTxid,
        makePageCode: () => 'PAGECODE12345678',
        storefront: shop,
        readContent: ports.readContent,
        wakeOutbox: nothing,
        wakePriceUpdates: nothing,
      },
    );
    this.chainBooks = chainBooks({
      store: this.#counting(mutation),
      clock,
      log: silentLog,
      payments: chainPayments({ settings, subscriptions: bus }),
    });
    this.#dispatcher = new Dispatcher({
      store: this.#watching(mutation),
      bus,
      clock,
      random: ports.random,
      makeHold: ports.makeHold,
      log: silentLog,
    });
  }

  static async start(ports: ServerPorts): Promise<SimulatedServer> {
    const process = { isDead: false };
    const { database, mutation } = ports;
    const store = await database.openStore(process, mutation?.statement);
    return new SimulatedServer(ports, process, mutation?.store?.(store) ?? store);
  }

  get isDead(): boolean {
    return this.#process.isDead;
  }

  /** Ends the process, whatever it does. */
  kill(): void {
    this.#process.isDead = true;
  }

  /** Answers when nothing of an ended process is left. */
  ended(): Promise<void> {
    return this.#store.close();
  }

  /** Takes over what an earlier process had in hand. */
  takeOver(): Promise<void> {
    return this.#store.run((tx) => tx.deliveries.release(this.#now(), true));
  }

  /** What the watcher of the chain reads before it confirms. */
  unconfirmedOutputs(deepest: number): Promise<ChainOutput[]> {
    return this.#store.read((tx) => tx.chain.unconfirmedUpTo(deepest, undefined));
  }

  /** Has the outbox carry what is due next. */
  carryNext(): Carrying {
    const carrying: Carrying = { ended: Promise.resolve(undefined) };
    this.#taking = carrying;
    carrying.ended = this.#dispatcher.processNext();
    this.#taking = undefined;
    return carrying;
  }

  takeWorks(): WorkEnd[] {
    const works = this.#works;
    this.#works = [];
    return works;
  }

  #counting(mutation: Mutation | undefined): Store {
    const mutated = mutating(mutation);
    return {
      ...this.#store,
      run: (work) => {
        const works = this.#works;
        const index = works.push('lost') - 1;
        return this.#store
          .run((tx) => work(mutated(tx)))
          .then(
            (answer) => {
              works[index] = 'kept';
              return answer;
            },
            (error: unknown) => {
              if (error instanceof EngineError) works[index] = 'refused';
              throw error;
            },
          );
      },
    };
  }

  /** Tells which delivery was given out to whom, once that is committed. */
  #watching(mutation: Mutation | undefined): Store {
    const mutated = mutating(mutation);
    return {
      ...this.#store,
      run: (work) => {
        const carrying = this.#taking;
        this.#taking = undefined;
        const running = this.#store.run((tx) => work(mutated(tx)));
        if (carrying === undefined) return running;
        return running.then((answer) => {
          if (answer !== undefined) carrying.delivery = answer as HeldDelivery;
          return answer;
        });
      },
    };
  }
}

/** The repositories of a store are the same for all of its works, so that they are changed once. */
function mutating(mutation: Mutation | undefined): (tx: Repositories) => Repositories {
  const mutate = mutation?.repositories;
  if (mutate === undefined) return (tx) => tx;
  const mutated = new WeakMap<Repositories, Repositories>();
  return (tx) => {
    const known = mutated.get(tx) ?? mutate(tx);
    mutated.set(tx, known);
    return known;
  };
}
