import type { EngineSettings } from '#engine/context.ts';
import { chainPayments } from '#engine/payments/chain-payments.ts';
import type { PaymentReport } from '#engine/payments/payment-report.ts';
import { modules } from '#modules.ts';
import type { Store, Transaction } from '#platform/database/store.ts';
import { DomainError } from '#platform/errors.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { eventTypesOf } from '#platform/outbox/events.ts';
import { deliveryRepository, type LeasedDelivery } from '#platform/outbox/store/deliveries.ts';
import { type ChainBooks, chainBooks } from '#rails/tari-chain/chain-books.ts';
import { compareBlocks } from '#rails/tari-chain/comparing.ts';
import { Confirming, type Deep } from '#rails/tari-chain/confirming.ts';
import { LateComparing } from '#rails/tari-chain/late-comparing.ts';
import { MempoolWatch } from '#rails/tari-chain/mempool-watch.ts';
import { NodeSet } from '#rails/tari-chain/node-set.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { ScannedBlock } from '#rails/tari-chain/scan/found-output.ts';
import type { ShopConnector } from '#shops/shop-connector.ts';
import type { ReadContent } from '#shops/webhook-content.ts';
import { openUseCases, type UseCases } from '#test/use-cases.ts';
import { NODES, type NodesAtATime, type SimulatedScan } from './chain/nodes.ts';
import type { Process, SimulatedDatabase } from './simulated-database.ts';

/** A change that makes the server wrong: proves that the simulation would find it. */
export interface Mutation {
  repositories?: (tx: Transaction) => Transaction;
  store?: (store: Store) => Store;
  /** Of what nodes answer, as the watcher takes it. */
  scan?: (scan: SimulatedScan) => SimulatedScan;
  /** Of what the server goes by. */
  settings?: (settings: EngineSettings) => EngineSettings;
  /** Of what is read of the arguments of a wallet's notification script. */
  report?: (report: PaymentReport) => PaymentReport;
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
  makeAgreementId: () => string;
  /** Names takes of deliveries, other than those of all earlier processes. */
  newLeaseToken: () => string;
  shop: ShopConnector;
  /** Reads the body of a delivery that is taken up again. */
  readContent: ReadContent;
  /** The plugin's durable handler. */
  bookkeep: (eventId: bigint, subject: string) => void;
  mutation: Mutation | undefined;
}

/** One try to carry one delivery. */
export interface Carrying {
  /** Undefined until one was given out, and when none was due. */
  delivery?: LeasedDelivery;
  /** Answers the event's id; rejects where the database failed. */
  ended: Promise<bigint | undefined>;
}

/** One process of the server: engine, outbox and store over the database, until it ends. */
export class SimulatedServer {
  engine!: UseCases;
  /** What the watcher of the chain writes. */
  readonly chainBooks: ChainBooks;
  readonly #process: Process;
  readonly #bus: EventBus;
  /** How the units of work of the inputs since the last `takeWorks` ended, in their order. */
  #works: WorkEnd[] = [];
  readonly #store: Store;
  readonly #dispatcher: Dispatcher;
  readonly #now: () => Date;
  readonly #watcherStore: Store;
  readonly #mempoolWatch: MempoolWatch;
  /** A report of a hot wallet, as this server takes it. */
  readonly reported: (report: PaymentReport) => PaymentReport;
  readonly #mutateScan: (scan: SimulatedScan) => SimulatedScan;
  #seenInMempool: SimulatedScan['seenInMempool'] = async () => [];
  #taking: Carrying | undefined;

  private constructor(ports: ServerPorts, process: Process, store: Store) {
    const { mutation } = ports;
    const settings = mutation?.settings?.(ports.settings) ?? ports.settings;
    const clock = { now: ports.now };
    this.#now = ports.now;
    this.#process = process;
    this.#store = store;
    const bus = new EventBus(silentLog, eventTypesOf(modules));
    this.#bus = bus;
    bus.onDurable(PLUGIN, 'OrderPaid', ({ id, payload }) => ports.bookkeep(id, payload.order.order_id));
    bus.onDurable(PLUGIN, 'OrderClaimed', ({ id, payload }) => ports.bookkeep(id, payload.order.order_id));
    bus.on('OrderAnnulled', () => {
      throw new Error('This plugin always fails');
    });
    this.#store.onCommitted((events) => bus.emit(events));
    this.reported = mutation?.report ?? ((report) => report);
    this.#mutateScan = mutation?.scan ?? ((scan) => scan);
    this.#watcherStore = this.#counting(mutation);
    const onChain = { store: this.#watcherStore, clock, log: silentLog };
    const payments = chainPayments({ settings, subscriptions: bus });
    this.chainBooks = chainBooks({ ...onChain, payments });
    this.#mempoolWatch = new MempoolWatch({
      ...onChain,
      payments,
      ledgerContext: { settings, subscriptions: bus },
      scan: { seenInMempool: (height) => this.#seenInMempool(height) },
    });
    this.#dispatcher = new Dispatcher({
      store: this.#watching(mutation),
      bus,
      clock,
      random: ports.random,
      newLeaseToken: ports.newLeaseToken,
      log: silentLog,
    });
  }

  static async start(ports: ServerPorts): Promise<SimulatedServer> {
    const process = { isDead: false };
    const { database, mutation } = ports;
    const store = await database.openStore(process, mutation?.statement);
    const server = new SimulatedServer(ports, process, mutation?.store?.(store) ?? store);
    await server.#open(ports);
    return server;
  }

  async #open({
    settings,
    shop,
    readContent,
    makeTxid,
    makeAgreementId,
    nothingExpiresBefore,
    mutation,
    now,
  }: ServerPorts): Promise<void> {
    const context = {
      store: this.#counting(mutation),
      clock: { now },
      settings: mutation?.settings?.(settings) ?? settings,
      subscriptions: this.#bus,
      log: silentLog,
    };
    this.engine = await openUseCases(context, {
      nothingExpiresBefore,
      ports: { shop, readContent, makeTxid, makeAgreementId },
    });
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
    return this.#store.run((tx) => tx.use(deliveryRepository).release(this.#now(), true));
  }

  /** What the watcher makes of blocks as its nodes show them. */
  async compared(nodes: NodesAtATime, leader: number, answering: readonly number[]): Promise<ScannedBlock[]> {
    const scan = this.#scanOf(nodes);
    const ports = { nodes: this.#nodeSet(), scan, sayOnce: nothing };
    return (await compareBlocks(ports, nodes.scanned(leader), leader, answering)).blocks;
  }

  /** Has the watcher ask about blocks that one node alone has given. */
  async compareLate(nodes: NodesAtATime, waiting: readonly ScannedBlock[], leader: number): Promise<void> {
    const scan = this.#scanOf(nodes);
    const [books, store] = [this.chainBooks, this.#watcherStore];
    const late = new LateComparing({ nodes: this.#nodeSet(), scan, store, books, sayOnce: nothing });
    late.noteRead(0, waiting, leader);
    await late.compare(NODES);
  }

  /** Has the watcher confirm what is deep enough and what its nodes have. */
  confirmDeep(nodes: NodesAtATime, deep: Deep): Promise<void> {
    const scan = this.#scanOf(nodes);
    const [books, store] = [this.chainBooks, this.#watcherStore];
    const ports = { nodes: this.#nodeSet(), scan, store, books, monotonicMs: () => 0, sayOnce: nothing };
    return new Confirming(ports).confirm(deep);
  }

  /** Has the server look at a mempool. */
  async lookAtMempool(seen: SimulatedScan['seenInMempool']): Promise<void> {
    this.#seenInMempool = seen;
    await this.#mempoolWatch.look();
  }

  #scanOf(nodes: NodesAtATime): SimulatedScan {
    const scan = { ...nodes.scan(), seenInMempool: this.#seenInMempool };
    return this.#mutateScan(scan);
  }

  #nodeSet(): NodeSet {
    const tip = async () => {
      throw new NodeError('refused', 'No tip is asked for here.');
    };
    const urls = NODES.map((node) => `http://node${node}`);
    const time = { now: this.#now, monotonicMs: () => 0, random: () => 0 };
    return new NodeSet({ urls, scan: { tip }, log: silentLog, isEnding: () => false, ...time });
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
      read: (work) => this.#store.read((tx) => work(mutated(tx))),
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
              if (error instanceof DomainError) works[index] = 'refused';
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
          if (answer !== undefined) carrying.delivery = answer as LeasedDelivery;
          return answer;
        });
      },
    };
  }
}

const nothing = () => undefined;

/** The repositories of a store are the same for all of its works, so that they are changed once. */
function mutating(mutation: Mutation | undefined): (tx: Transaction) => Transaction {
  const mutate = mutation?.repositories;
  if (mutate === undefined) return (tx) => tx;
  const mutated = new WeakMap<Transaction, Transaction>();
  return (tx) => {
    const known = mutated.get(tx) ?? mutate(tx);
    mutated.set(tx, known);
    return known;
  };
}
