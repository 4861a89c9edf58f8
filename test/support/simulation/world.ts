import type { EngineSettings } from '#engine/context.ts';
import type { Owner } from '#engine/money/owners.ts';
import { ownerOf } from '#engine/money/owners.ts';
import { NO_TOLERANCE, toleranceValue } from '#engine/money/tolerance.ts';
import type { ScannedBlock } from '#rails/tari-chain/scan/found-output.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import type { WebhookDelivery } from '#shops/store/webhooks.ts';
import type { CheckedContent, WebhookContent } from '#shops/webhook-content.ts';
import { addressToBase58, dualAddress } from '#tari/address.ts';
import { signClaim } from '#tari/claim.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import type { SeededRandom } from '#test/seeded-random.ts';
import { type Person, personOf } from '#test/test-wallets.ts';
import { SimulatedChain } from './chain/chain.ts';
import { type NodeIndex, SimulatedNodes } from './chain/nodes.ts';
import type { ChainOutcome } from './chain/outcomes.ts';
import type { Tally } from './coverage.ts';
import type { ChainStep } from './inputs/chain.ts';
import { ChainPaper } from './model/chain.ts';
import { MempoolPaper } from './model/mempool.ts';
import { PaperOutbox, type Try } from './model/outbox.ts';
import type { Closing, PaperOwner, Told } from './model/records.ts';
import { Paper } from './model/reference-model.ts';
import type { PaperTolerance } from './model/tolerance.ts';
import type { SimulatedDatabase } from './simulated-database.ts';
import { type Carrying, type Mutation, PLUGIN, SimulatedServer } from './simulated-server.ts';
import { type HangingCall, SimulatedShop } from './simulated-shop.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 10, 12);

/** Few of each, so that inputs meet each other all the time. */
export const PEOPLE: readonly Person[] = [1, 2, 3, 4].map(personOf);
/** Orders have addresses of their own where the shop's address is the first one's: the other one has a single key. */
export const HOT_WALLETS: readonly Person[] = [withViewKey(personOf(100), personOf(102)), personOf(101)];
export const CUSTOMERS = ['c1', 'c1', 'c2', 'c3'] as const;
export const PLACES = ['10.1.2.3', '10.1.2.4'] as const;

type OrderContent = Extract<
  CheckedContent,
  { kind: 'new_order' | 'order_updated' | 'authorization' | 'ignored' | 'unusable' }
>;

/** Something that the shop sends, as it was when it was made: it may come late, twice or never. */
export interface Letter {
  delivery: WebhookDelivery;
  content: OrderContent;
  /** Names the letter, so that it is found again when it is taken up again. */
  body: string;
}

/** The wallet of a person with a dual address: both keys of wallets are keys of the same kind. */
function withViewKey(person: Person, { tariAddress: { spendKey: viewKey } }: Person): Person {
  const { network, spendKey, features } = person.tariAddress;
  const tariAddress = dualAddress(network, viewKey, spendKey, features);
  return { ...person, tariAddress, address: addressToBase58(tariAddress) };
}

/** How much may be missing, as it is set and as it is on paper. */
const TOLERANCES: readonly (readonly [string, PaperTolerance | undefined])[] = [
  ['0', undefined],
  ['0.5%', { kind: 'share', perMillion: 5_000 }],
  ['10 %', { kind: 'share', perMillion: 100_000 }],
  ['1 µT', { kind: 'amount', microTari: 1 }],
  ['500000 uT', { kind: 'amount', microTari: 500_000 }],
  ['3.000001 XTM', { kind: 'amount', microTari: 3_000_001 }],
  ['8 XTM', { kind: 'amount', microTari: 8_000_000 }],
];

/** A call to the shop that hangs, and the try that waits for it. */
export interface Hung extends HangingCall {
  /** Subscriber and subject. */
  name: string;
  carrying?: Carrying;
  onPaper?: Try;
}

/** A block that was read when no second node could be asked. */
export interface AloneBlock {
  leader: NodeIndex;
  scanned: ScannedBlock;
}

/** Owners by customer, whom making costs more than a step. */
const madeOwners = new Map<string, PaperOwner>();

export function madeOwnerOf(customer: string): PaperOwner {
  const owner = madeOwners.get(customer) ?? ownerOf(syntheticAddressOf(customer));
  madeOwners.set(customer, owner);
  return owner;
}

const claimTexts = new Map<string, string>();

/** A claim as an order's note carries it, signed once for all histories. */
export function claimTextOf(person: Person, orderId: string): string {
  const name = `${person.account} ${orderId}`;
  const sign = () =>
    JSON.stringify(
      signClaim(person.secretKey, person.tariAddress, orderId, (length) => new Uint8Array(length).fill(7)),
    );
  const text = claimTexts.get(name) ?? sign();
  claimTexts.set(name, text);
  return text;
}

export function paperOwnerOf(person: Person): Owner {
  return { account: person.account, address: person.address };
}

export function toldBy(order: ShopOrder): Told {
  const closing: Closing | null = order.isCancelledInShop ? 'cancelled' : order.isPaidInShop ? 'paid' : null;
  return {
    orderId: order.orderId,
    altId: order.altId,
    customer: order.customerId,
    memo: order.memo,
    price: order.price,
    currency: order.currency,
    closing,
    createdAt: order.createdAt.getTime(),
    updatedAt: order.updatedAt.getTime(),
  };
}

export interface WorldParts {
  random: SeededRandom;
  database: SimulatedDatabase;
  tally: Tally;
  mutation: Mutation | undefined;
}

/** What there is in one history: a server with its database, a shop, people, time and chance; and all of it on paper. */
export class World {
  readonly random: SeededRandom;
  readonly tally: Tally;
  readonly database: SimulatedDatabase;
  readonly settings: EngineSettings;
  readonly shop: SimulatedShop;
  readonly paper: Paper;
  readonly outbox: PaperOutbox;
  readonly chain: SimulatedChain;
  readonly chainPaper: ChainPaper;
  readonly mempoolPaper: MempoolPaper;
  readonly nodes = new SimulatedNodes();
  /** The last writes of the watcher. */
  readonly chainSteps: ChainStep[] = [];
  /** Blocks that one node alone has given, the oldest first, with what it showed in them. */
  readonly aloneBlocks: AloneBlock[] = [];
  readonly letters: Letter[] = [];
  /** Who claims an order in its note. */
  readonly noteClaimants = new Map<string, Person>();
  readonly hanging: Hung[] = [];
  /** Those who must hear of a call that hangs. */
  readonly onHang = new Set<(hung: Hung) => void>();
  /** How the last call to a subscriber about a subject ended. */
  readonly ends = new Map<string, 'done' | 'failed' | 'hopeless'>();
  /** What the shop has told in answer to the last rescan, with the claims in its orders' notes. */
  toldOpen: ShopOrder[] = [];
  /** What the delivery said that was last taken up again. */
  readAgain: OrderContent = { kind: 'unusable', reason: '' };
  /** The highest nonce that anybody has used. */
  lastNonce = 0n;
  #txids = 0;
  #agreementIds = 0;
  #holds = 0;
  #names = 0;
  #server: SimulatedServer | undefined;
  readonly #mutation: Mutation | undefined;
  readonly #nothingExpiresBefore: Date;
  #keptNow = new Date(START);

  private constructor({ random, database, tally, mutation }: WorldParts) {
    this.random = random;
    this.database = database;
    this.tally = tally;
    this.#mutation = mutation;
    const [tolerance, toleranceOnPaper] = random.pick(TOLERANCES);
    this.settings = {
      strictMode: random.chance(0.6),
      disableMemoSignatureCheck: false,
      orderIdField: random.chance(0.5) ? 'id' : 'name',
      disableWalletWhitelist: random.chance(0.1),
      paymentWalletAddress: random.pick([undefined, undefined, ...HOT_WALLETS, HOT_WALLETS[0]])?.address,
      unclaimedOrderTimeoutMs: 2 * HOUR,
      unpaidOrderTimeoutMs: 48 * HOUR,
      confirmationWaitMs: 6 * HOUR,
      underpaidTolerance: toleranceValue(tolerance) ?? NO_TOLERANCE,
    };
    this.#nothingExpiresBefore = new Date(START + (random.chance(0.8) ? 0 : HOUR));
    this.shop = new SimulatedShop(
      random,
      (fault) => tally.count('fault', fault),
      ({ orderId }, call) => {
        const hung: Hung = { name: `shop ${orderId}`, ...call };
        this.hanging.push(hung);
        for (const listener of this.onHang) listener(hung);
      },
    );
    this.shop.faultRate = random.pick([0, 0.1, 0.4]);
    this.paper = new Paper(
      {
        strictMode: this.settings.strictMode,
        orderIdField: this.settings.orderIdField,
        disableWalletWhitelist: this.settings.disableWalletWhitelist,
        paymentWallet: this.settings.paymentWalletAddress,
        unclaimedTimeoutMs: this.settings.unclaimedOrderTimeoutMs,
        unpaidTimeoutMs: this.settings.unpaidOrderTimeoutMs,
        confirmationWaitMs: this.settings.confirmationWaitMs,
        tolerance: toleranceOnPaper,
      },
      madeOwnerOf,
      (from, action, to) => tally.count('state', `${from} -${action}-> ${to}`),
      (outcome) => tally.count('payment', outcome),
    );
    this.paper.now = START;
    this.outbox = new PaperOutbox(this.paper, hearersOf);
    this.chain = new SimulatedChain(random, random.between(1, 150), this.countOnChain);
    this.chainPaper = new ChainPaper(this.paper, this.countOnChain);
    this.mempoolPaper = new MempoolPaper(this.paper, this.countOnChain);
  }

  readonly countOnChain = (outcome: ChainOutcome): void => this.tally.count('chain', outcome);

  static async start(parts: WorldParts): Promise<World> {
    const world = new World(parts);
    world.#server = await world.#startServer();
    return world;
  }

  get server(): SimulatedServer {
    if (this.#server === undefined) throw new Error('No server has been started');
    return this.#server;
  }

  get now(): number {
    return this.paper.now;
  }

  set now(ms: number) {
    this.paper.now = ms;
    this.#keptNow = new Date(ms);
  }

  nothingExpiresYet(): boolean {
    return this.now < this.#nothingExpiresBefore.getTime();
  }

  /** The id that the last manual payment was given. */
  lastTxid(): string {
    return `manual-${this.#txids}`;
  }

  /** The id that the last agreement of pull payments was given. */
  lastAgreementId(): string {
    return `${String(this.#agreementIds).padStart(8, '0')}-of-the-simulation`;
  }

  /** A name that nothing else has. */
  newName(kind: string): string {
    this.#names += 1;
    return `${kind}${this.#names}`;
  }

  /** Ends the server's process, whatever it does. */
  async end(): Promise<void> {
    const { server } = this;
    server.kill();
    for (const hung of this.hanging.splice(0)) hung.release(this.random.chance(0.5) ? 'fails after acting' : 'fails');
    await server.ended();
  }

  /** Ends the server's process, and starts another one over the same database. */
  async restart(): Promise<void> {
    await this.end();
    this.#server = await this.#startServer();
    await this.server.takeOver();
    // What the calls came to that the old process made, nobody heard.
    this.ends.clear();
    this.outbox.released();
    this.mempoolPaper.restarted();
  }

  /** Notes how the call to the shop ended, beside letting the server know. */
  #noting(name: string, call: Promise<{ effect: string }>): Promise<never> {
    return call.then(
      (outcome) => {
        this.ends.set(name, 'done');
        this.tally.count('shop', outcome.effect);
        return outcome as never;
      },
      (error: { retryable: boolean }) => {
        this.ends.set(name, error.retryable ? 'failed' : 'hopeless');
        throw error;
      },
    );
  }

  #startServer(): Promise<SimulatedServer> {
    const { shop, random } = this;
    return SimulatedServer.start({
      database: this.database,
      settings: this.settings,
      nothingExpiresBefore: this.#nothingExpiresBefore,
      now: () => this.#keptNow,
      random: () => random.next(),
      makeTxid: () => {
        this.#txids += 1;
        return this.lastTxid();
      },
      makeAgreementId: () => {
        this.#agreementIds += 1;
        return this.lastAgreementId();
      },
      newLeaseToken: () => {
        this.#holds += 1;
        return `hold-${this.#holds}`;
      },
      shop: {
        name: shop.name,
        markPaid: (order, paidAt) => this.#noting(`shop ${order.orderId}`, shop.markPaid(order, paidAt)),
        cancel: (order, reason) => this.#noting(`shop ${order.orderId}`, shop.cancel(order, reason)),
        openOrders: () => this.#openOrders(),
      },
      readContent: (_topic, body) => this.#readAgain(body),
      bookkeep: (_eventId, subject) => {
        const fails = random.chance(this.shop.faultRate / 2);
        this.ends.set(`${PLUGIN} ${subject}`, fails ? 'failed' : 'done');
        if (!fails) return;
        this.tally.count('fault', 'plugin throws');
        throw new Error('The plugin has failed');
      },
      mutation: this.#mutation,
    });
  }

  async *#openOrders() {
    this.toldOpen = [];
    for await (const open of this.shop.openOrders()) {
      if (open.kind === 'order') {
        const order = this.withClaimText(open.order);
        this.toldOpen.push(order);
        yield { ...open, order };
      } else yield open;
    }
  }

  #readAgain(body: string): WebhookContent {
    const content = this.letters[Number(body)]?.content;
    if (content === undefined) throw new Error(`There is no letter ${body}`);
    this.readAgain = content;
    return content.kind === 'new_order' ? { kind: 'new_order', order: this.withClaimText(content.order) } : content;
  }

  withClaimText(order: ShopOrder): ShopOrder {
    const claimant = this.noteClaimants.get(order.orderId);
    return claimant === undefined ? order : { ...order, claimTexts: [claimTextOf(claimant, order.orderId)] };
  }
}

function hearersOf(type: string, isOfTheShop: boolean): readonly string[] {
  if (type === 'OrderPaid') return ['shop', PLUGIN];
  if (type === 'OrderClaimed') return [PLUGIN];
  return type === 'OrderAnnulled' && !isOfTheShop ? ['shop'] : [];
}
