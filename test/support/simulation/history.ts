import { isDeepStrictEqual } from 'node:util';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { DomainError } from '#platform/errors.ts';
import { seededRandom } from '#test/seeded-random.ts';
import { ChainComparison } from './chain/comparison.ts';
import { checkChain, lastChainStep } from './chain/end.ts';
import { NODES } from './chain/nodes.ts';
import { Books } from './compare-state.ts';
import type { Tally } from './coverage.ts';
import { nextInput } from './inputs/index.ts';
import type { Input } from './inputs/input.ts';
import type { HandlerEnd, Try } from './model/outbox.ts';
import { Refusal } from './model/reference-model.ts';
import { checkTolerance } from './model/tolerance.ts';
import type { SimulatedDatabases } from './simulated-database.ts';
import type { Carrying, Mutation, WorkEnd } from './simulated-server.ts';
import { HOT_WALLETS, PLACES, paperOwnerOf, World } from './world.ts';

export const STEPS_OF_A_HISTORY = 250;

/** Works that wait are looked through in whole so often, and all of the rest of the database with them. */
const THOROUGH_EVERY = 25;

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How far the clock goes from one step to the next. */
const TICKS = [0, 0, 1, SECOND, SECOND, 60 * SECOND, 5 * 60 * SECOND] as const;

/** What else the clock does: it leaps, and it is put right. */
const LEAPS = [
  1.5 * HOUR,
  3 * HOUR,
  3 * HOUR,
  47.5 * HOUR,
  50 * HOUR,
  31 * DAY,
  -SECOND,
  -10 * 60 * SECOND,
  -2 * HOUR,
] as const;

/** Tries to carry what waits until everything is told; more would mean that something waits for ever. */
const MOST_ROUNDS = 2_000;

/** What a history found out: the promise that was broken, and how it came about. */
export class HistoryFailed extends Error {
  override readonly name = 'HistoryFailed';
  readonly seed: number;
  readonly step: number;
  /** The last steps, oldest first. */
  readonly trail: readonly string[];

  constructor(seed: number, step: number, trail: readonly string[], cause: unknown) {
    super(`Step ${step} of the history with seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
    this.seed = seed;
    this.step = step;
    this.trail = trail;
  }
}

export interface HistoryOptions {
  seed: number;
  databases: SimulatedDatabases;
  tally: Tally;
  mutation?: Mutation | undefined;
  /** Hears of each step as it is taken. */
  trace?: (line: string) => void;
}

/** Plays one history. @throws {HistoryFailed} */
export async function playHistory(options: HistoryOptions): Promise<void> {
  const { seed, databases, tally, mutation } = options;
  const database = await databases.open();
  const world = await World.start({ random: seededRandom(seed), database, tally, mutation });
  const history = new History(options, world);
  try {
    await history.play();
  } catch (error) {
    throw new HistoryFailed(seed, history.step, history.trail, error);
  } finally {
    await world.end();
    await database.close();
  }
}

/** How an input ended: in words, by a refusal, or not at all because the database failed. */
type End = { words: string } | { lost: true };

class History {
  step = 0;
  readonly trail: string[] = [];
  readonly #options: HistoryOptions;
  readonly #world: World;
  readonly #books: Books;
  readonly #chain: ChainComparison;

  constructor(options: HistoryOptions, world: World) {
    this.#options = options;
    this.#world = world;
    this.#books = new Books(world.database.rows, world.paper);
    this.#chain = new ChainComparison(world.database.rows, world.chainPaper, world.mempoolPaper);
  }

  async play(): Promise<void> {
    const { tally } = this.#options;
    await this.#setUp();
    while (this.step < STEPS_OF_A_HISTORY) {
      await this.#takeStep();
      if (this.step % THOROUGH_EVERY === 0) await this.#compareAll();
    }
    await this.#endChain();
    await this.#tellEverything();
    await this.#compareAll();
    await this.#checkEnd();
    tally.histories += 1;
    tally.steps += this.step;
  }

  /** A shop that has been set up: a hot wallet and mostly a rate. */
  async #setUp(): Promise<void> {
    const { server, random, paper } = this.#world;
    const [wallet] = HOT_WALLETS;
    if (wallet === undefined) throw new Error('There is no hot wallet');
    const registered = { address: wallet.tariAddress, ipAddress: PLACES[0], initialNonce: undefined };
    await server.engine.wallets.register(registered, 'operator');
    paper.registerWallet(paperOwnerOf(wallet), PLACES[0], undefined);
    if (random.chance(0.8)) {
      await server.engine.exchangeRates.set('USD', 2_000_000n, 'operator');
      paper.setRate('USD', 2_000_000);
    }
    server.takeWorks();
  }

  async #takeStep(): Promise<void> {
    const world = this.#world;
    const { random } = world;
    world.now += random.pick(TICKS);
    const kind = random.next();
    if (kind < 0.027) return this.#leap();
    if (kind < 0.03) return this.#restart();
    if (kind < 0.042) return this.#changeShop();
    if (kind < 0.06 && world.hanging.length > 0) return this.#releaseCall();
    if (kind < (world.outbox.isDue() ? 0.31 : 0.07)) return this.#issue([], random.chance(0.3) ? 3 : 1);
    if (kind < 0.37) return this.#issue(this.#inputs(random.between(2, 4)), random.between(0, 2));
    return this.#issue(this.#inputs(1), 0);
  }

  #inputs(count: number): Input[] {
    const inputs = Array.from({ length: count }, () => nextInput(this.#world));
    const [first] = inputs;
    if (first !== undefined && this.#isAlone(first)) return [first];
    return inputs.filter((input) => !this.#isAlone(input));
  }

  #isAlone({ isSeveral, isAlone, isLookUp }: Input): boolean {
    return Boolean(isSeveral || isAlone || (isLookUp && this.#world.database.readsAside));
  }

  // ---- What the surroundings do -------------------------------------------------------------------------------

  #leap(): void {
    const leap = this.#world.random.pick(LEAPS);
    this.#world.now += leap;
    this.#note('fault', leap > 0 ? 'clock leaps ahead' : 'clock leaps back', `${leap} ms`);
    this.step += 1;
  }

  async #restart(): Promise<void> {
    this.#note('fault', 'process killed and started again', '');
    await this.#world.restart();
    await this.#check();
    this.step += 1;
  }

  #changeShop(): void {
    const { shop, random } = this.#world;
    shop.isDown = !shop.isDown && random.chance(0.5);
    this.#note('input', shop.isDown ? 'shop goes down' : 'shop is up', '');
    this.step += 1;
  }

  async #releaseCall(): Promise<void> {
    const { hanging, random } = this.#world;
    const [hung] = hanging.splice(random.between(0, hanging.length - 1), 1);
    if (hung === undefined) return;
    const how = random.pick(['answers', 'fails after acting', 'fails'] as const);
    this.#note('input', `shop answers late: ${how}`, hung.name);
    hung.release(how);
    await hung.carrying?.ended;
    if (hung.onPaper !== undefined) this.#noteEnd(hung.onPaper);
    await this.#check();
    this.step += 1;
  }

  // ---- Inputs -------------------------------------------------------------------------------------------------

  /** Gives the server inputs and has the outbox carry, all at once, perhaps with a database that fails meanwhile. */
  async #issue(inputs: readonly Input[], carries: number): Promise<void> {
    const world = this.#world;
    const { server, database, tally, outbox } = world;
    for (const input of inputs) this.#note('input', input.name, input.about);
    for (let carry = 0; carry < carries; carry += 1) this.#note('input', 'outbox: carry what is due', '');
    // What was kept unheard is found out for inputs of one unit of work; the others fail between their works.
    const mayEndUnheard = carries === 0 && inputs.every((input) => !input.isSeveral && !input.isAlone);
    database.plan({
      mayEndUnheard,
      isSeveralAtOnce: inputs.length + carries > 1,
      isReading: inputs.some((input) => input.isLookUp),
      random: world.random,
    });

    const ends = inputs.map((input) => this.#endOf(input));
    const carryings = Array.from({ length: carries }, () => server.carryNext());
    const carried = carryings.map((carrying) => this.#untilEndedOrHanging(carrying));
    const inputEnds = await Promise.all(ends);
    const carryEnds = await Promise.all(carried);
    world.onHang.clear();
    const works = server.takeWorks();
    database.callOff();
    const { fired } = database;
    if (fired !== undefined) this.#note('fault', `database: ${fired.name}`, '');
    const isKeptUnheard = fired?.isKeptUnheard ?? false;
    let lost = 0;
    let unread = 0;
    for (const [index, end] of inputEnds.entries()) {
      const input = inputs[index] as Input;
      if ('lost' in end) lost += 1;
      this.#enter(input, end, works, isKeptUnheard);
      outbox.catchUp();
    }
    for (const [index, end] of carryEnds.entries()) {
      const carrying = carryings[index] as Carrying;
      if (end === 'lost') lost += 1;
      if (carrying.delivery === undefined) {
        tally.count('outcome', `outbox: carry what is due → ${end === 'lost' ? 'lost' : 'nothing is due'}`);
        continue;
      }
      const onPaper = outbox.taken(carrying.delivery);
      // The handler may have succeeded, and that could not be noted.
      if (end === 'lost') world.ends.delete(`${onPaper.delivery.subscriber} ${onPaper.delivery.subject}`);
      // A handler that could not read what it needs has failed, and is tried again.
      if (end === 'ended' && this.#noteEnd(onPaper) === 'failed' && fired !== undefined) unread += 1;
      const hung = world.hanging.find((call) => call.carrying === carrying);
      if (hung !== undefined) hung.onPaper = onPaper;
    }
    if (lost > 0 && (fired?.isTold ?? 'never') === 'never') {
      throw new Error(
        `The database was said to be out of reach, and ${fired === undefined ? 'was not' : 'need not be'}`,
      );
    }
    if (fired?.isTold === 'always' && lost + unread === 0) {
      throw new Error(`The database has failed (${fired.name}), and nobody was told`);
    }
    if (server.isDead) await this.#world.restart();
    await this.#check();
    this.step += inputs.length + carries;
  }

  async #endOf(input: Input): Promise<End> {
    try {
      return { words: await input.run(this.#world.server) };
    } catch (error) {
      if (error instanceof DomainError) return { words: `!${error.code}` };
      if (error instanceof StoreUnavailableError) return { lost: true };
      throw error;
    }
  }

  /** Enters the input on paper, as far as it was kept, and compares what it came to. */
  #enter(input: Input, end: End, works: readonly WorkEnd[], isKeptUnheard: boolean): void {
    const { tally } = this.#world;
    const isLost = 'lost' in end;
    const lost = isKeptUnheard ? 'lost, and kept' : 'lost';
    tally.count('outcome', `${input.name} → ${isLost ? lost : outcomeOf(end.words)}`);
    if (isLost && !input.isSeveral && !isKeptUnheard) return;
    let expected: string | undefined;
    try {
      expected = input.enter(works);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expected = `!${error.code}`;
    }
    if (isLost || expected === undefined) return;
    // What is answered as before is compared in full by the paper.
    const isAsExpected = expected === 'again true' ? !end.words.startsWith('!') : expected === end.words;
    if (!isAsExpected) {
      throw new Error(`${input.name} (${input.about}) came to "${end.words}" and on paper to "${expected}"`);
    }
  }

  // ---- The outbox ---------------------------------------------------------------------------------------------

  /** A call that hangs is waited for by a later step. */
  #untilEndedOrHanging(carrying: Carrying): Promise<'ended' | 'hangs' | 'lost'> {
    const ended = carrying.ended.then(
      () => 'ended' as const,
      (error: unknown) => {
        if (error instanceof StoreUnavailableError) return 'lost' as const;
        throw error;
      },
    );
    const hanging = new Promise<'hangs'>((resolve) => {
      this.#world.onHang.add((hung) => {
        const { delivery } = carrying;
        if (delivery === undefined || hung.name !== `${delivery.subscriber} ${delivery.event.subject}`) return;
        hung.carrying = carrying;
        resolve('hangs');
      });
    });
    return Promise.race([ended, hanging]);
  }

  #noteEnd(onPaper: Try): HandlerEnd {
    const { ends, outbox, tally } = this.#world;
    const { subscriber, subject } = onPaper.delivery;
    const name = `${subscriber} ${subject}`;
    // Nothing is noted where the handler failed before it called the shop.
    const end = ends.get(name) ?? 'failed';
    ends.delete(name);
    tally.count('outcome', `outbox: carry what is due → ${subscriber} ${end}`);
    outbox.ended(onPaper, end);
    return end;
  }

  /** The watcher reads the chain to its end. A step that the database loses is taken again. */
  async #endChain(): Promise<void> {
    const world = this.#world;
    world.chain.mine(4);
    for (const node of NODES) world.nodes.showAll(node);
    let step = lastChainStep(world);
    for (let round = 0; step !== undefined; round += 1) {
      if (round === MOST_ROUNDS) throw new Error('The watcher never comes to the end of the chain');
      await this.#issue([step], 0);
      step = lastChainStep(world);
    }
    checkChain(world);
  }

  /** The shop is well again, and time passes: all that waits must be told. */
  async #tellEverything(): Promise<void> {
    const world = this.#world;
    world.shop.isDown = false;
    world.shop.faultRate = 0;
    while (world.hanging.length > 0) await this.#releaseCall();
    for (let round = 0; world.outbox.pending() > 0; round += 1) {
      if (round === MOST_ROUNDS) throw new Error(`${world.outbox.pending()} deliveries wait for ever`);
      world.now += round % 8 === 0 ? 11 * 60 * SECOND : 0;
      await this.#carryOne();
    }
  }

  async #carryOne(): Promise<void> {
    const { server, outbox } = this.#world;
    const carrying = server.carryNext();
    await carrying.ended;
    if (carrying.delivery !== undefined) this.#noteEnd(outbox.taken(carrying.delivery));
  }

  // ---- Checks -------------------------------------------------------------------------------------------------

  async #check(): Promise<void> {
    await this.#books.compareAfterStep();
    await this.#chain.compareAfterStep();
    const [broken] = this.#world.shop.broken;
    if (broken !== undefined) throw new Error(broken);
  }

  async #compareAll(): Promise<void> {
    await this.#books.compareAll();
    await this.#chain.compareAll();
    checkTolerance(this.#world.paper);
  }

  /** Once everything is told: the shop knows of each paid order, and the books add up. */
  async #checkEnd(): Promise<void> {
    const { server, shop, paper, outbox, database } = this.#world;
    const found = (await database.rows.deliveries()).sort();
    if (!isDeepStrictEqual(found, outbox.lines().sort())) throw new Error('The deliveries are not as on paper');
    for (const { order, isPaidInTari } of shop.orders.values()) {
      const known = paper.orders.get(order.orderId);
      const cannotBe = order.isCancelledInShop || order.isPaidInShop;
      if (isPaidInTari && known?.state !== 'Paid') {
        throw new Error(`${order.orderId} is paid in the shop, and not here`);
      }
      if (!order.isCancelledInShop) this.#checkCaptured(order.orderId);
      if (known?.state === 'Paid' && !isPaidInTari && !cannotBe) {
        throw new Error(`The shop was never told that ${order.orderId} is paid`);
      }
    }
    const { differences } = await server.engine.audit();
    if (differences.length > 0) throw new Error(`The audit finds ${JSON.stringify(differences, textOfBigint)}`);
  }

  /** What other gateways hold for a paid order is captured, unless the shop refused that. */
  #checkCaptured(orderId: string): void {
    const { shop, paper, outbox } = this.#world;
    const entry = shop.orders.get(orderId);
    if (paper.orders.get(orderId)?.state !== 'Paid' || entry === undefined || outbox.isExcused(orderId)) return;
    for (const [id, { orderId: holder }] of paper.authorizations) {
      if (holder === orderId && entry.authorizations.get(id) !== 1) {
        throw new Error(`The authorization ${id} of ${orderId} was never captured`);
      }
    }
  }

  #note(kind: 'input' | 'fault', name: string, about: string): void {
    this.#options.tally.count(kind, name);
    this.trail.push(`${this.step} ${new Date(this.#world.now).toISOString()} ${name} ${about}`);
    if (this.trail.length > 12) this.trail.shift();
    this.#options.trace?.(this.trail.at(-1) ?? '');
  }
}

/** The kind of an outcome: ids and amounts in it would make each its own. */
function outcomeOf(words: string): string {
  if (words.startsWith('!')) return words;
  const [first = ''] = words.split(/[ :]/);
  return /\d/.test(first) ? 'done' : first === '' ? 'nothing' : first;
}

function textOfBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
