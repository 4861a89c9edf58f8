import type { Clock } from '#platform/clock.ts';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { PollingLoop } from '#platform/timers/polling-loop.ts';
import { type ChainBooks, MovedError } from './chain-books.ts';
import type { ChainWatch } from './chain-watch.ts';
import { type ComparingPorts, compareBlocks } from './comparing.ts';
import { Confirming } from './confirming.ts';
import {
  chooseLeader,
  confirmedUpTo,
  MAX_BLOCKS_AT_ONCE,
  nextLimit,
  nextStep,
  type Step,
  timeLeftMs,
} from './decisions.ts';
import { findFork } from './fork.ts';
import { LateComparing } from './late-comparing.ts';
import { NodeSet } from './node-set.ts';
import type { Tip } from './nodes/node-answers.ts';
import { NodeError } from './nodes/node-error.ts';
import type { Scan } from './scan/open-scan.ts';
import type { ChainSettings } from './settings.ts';
import { chainRepository } from './store/chain.ts';
import type { KnownBlock } from './store/known-block.ts';
import { startHeightOf } from './where-to-start.ts';

/** The poll interval: a payment is shown this long after its block at the latest. Blocks come every two minutes. */
const POLL_MS = 3_000;

/** The pause after an error that is not a node's: the database is unreachable, or there is a bug. */
const PAUSE_AFTER_ERROR_MS = 5_000;

/** Batches of blocks between two queries of the nodes' tips. */
const BATCHES_IN_A_TURN = 20;

/** Catching up with more blocks than this is logged, once per this many blocks. */
const MIN_BLOCKS_FOR_PROGRESS = 100;
const PROGRESS_EVERY_MS = 30_000;

/**
 * Down to this depth below the tip, each block must be proven to follow the previous one. Deeper, no chain changes while
 * it is being read, and checking each header would take a request of its own.
 */
const PROVEN_BLOCKS = 200;

/** If even the first block was replaced, its payments may now be up to this many blocks earlier. */
const BLOCKS_BEFORE_START = 100;

/** A cache in front of a node may serve old answers for a minute; a block that is still missing after this does not exist. */
const STUCK_AFTER_MS = 120_000;

/** How often the age of our knowledge is written for other instances. */
const NOTE_CHECKED_EVERY_MS = 30_000;

export interface WatcherPorts {
  settings: ChainSettings;
  /** The public view key, hex. */
  wallet: string;
  store: Store;
  books: ChainBooks;
  scan: Scan;
  clock: Clock;
  /** A monotonic clock, in milliseconds. */
  monotonicMs: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
  /** The poll interval; POLL_MS by default. */
  pollMs?: number;
}

/**
 * Watches the chain: follows one node's chain block by block, enters payments, confirms those that are deep enough, and
 * goes back if the chain was reorganised. After any failure it starts again from the database, so an interrupted step is
 * repeated.
 */
export class ChainWatcher {
  readonly #ports: WatcherPorts;
  readonly #nodes: NodeSet;
  readonly #comparing: ComparingPorts;
  readonly #lateComparing: LateComparing;
  readonly #confirming: Confirming;
  readonly #loop: PollingLoop;
  #leader: number | undefined;
  #limit = MAX_BLOCKS_AT_ONCE;
  /** The accumulated difficulty up to a block, as a node reported it. */
  #weight: { hash: string; difficulty: bigint } | undefined;
  #top: KnownBlock | undefined;
  #reading: { from: number; startedAtMs: number; saidAtMs: number } | undefined;
  #timeLeftMs: number | undefined;
  #notedAtMs = Number.NEGATIVE_INFINITY;
  #hasBegun = false;
  /** Since when the followed node has been missing a block that its tip implies. */
  #stuckSinceMs: number | undefined;
  /** Warnings that were logged and are not repeated while they last. */
  readonly #said = new Set<string>();

  constructor(ports: WatcherPorts) {
    this.#ports = ports;
    const { settings, scan, clock, monotonicMs, random, log } = ports;
    const isEnding = () => this.#loop.stopping.aborted;
    const asking = { scan, now: () => clock.now(), monotonicMs, random, log, isEnding };
    this.#nodes = new NodeSet({ urls: settings.nodes, ...asking });
    const sayOnce = (key: string, text: string, fields: object) => this.#sayOnce(key, () => log.warn(fields, text));
    this.#comparing = { nodes: this.#nodes, scan, sayOnce };
    this.#lateComparing = new LateComparing({ ...ports, ...this.#comparing });
    this.#confirming = new Confirming({ ...ports, nodes: this.#nodes, sayOnce });
    this.#loop = new PollingLoop(
      () => this.#takeTurn(),
      (error) => {
        if (error instanceof MovedError) return POLL_MS;
        log.error({ err: error }, 'The chain watcher failed; retrying');
        return PAUSE_AFTER_ERROR_MS;
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Follows the chain to its tip once, without waiting for the next poll. */
  async turn(): Promise<void> {
    while ((await this.#takeTurn()) === 0);
  }

  status(): NonNullable<ReturnType<ChainWatch['status']>> {
    const { height: nodeHeight, answeredAt } = this.#nodes.knowledge;
    const timeLeft = this.#timeLeftMs ?? null;
    return { nodeHeight, lastAnswerAt: answeredAt, timeLeftMs: timeLeft, nodes: this.#nodes.status() };
  }

  /** Returns the pause until the next turn; 0 if there is more to do now. */
  async #takeTurn(): Promise<number> {
    const { pollMs = POLL_MS } = this.#ports;
    const tips = await this.#nodes.tips();
    this.#leader = chooseLeader(tips, this.#leader);
    const leader = this.#leader;
    const tip = leader === undefined ? undefined : tips[leader];
    if (leader === undefined || tip === undefined) return pollMs;
    const done = await this.#nodes.ask(leader, () => this.#follow(leader, tip, tips));
    if (!this.#nodes.isGood(leader)) this.#leader = undefined;
    this.#nodes.endTurn(tips);
    await this.#noteChecked();
    return done?.answer === 'more' && !this.#loop.stopping.aborted ? 0 : pollMs;
  }

  /** @throws {NodeError} if the followed node fails. */
  async #follow(leader: number, tip: Tip, tips: readonly (Tip | undefined)[]): Promise<'more' | 'done'> {
    const { store } = this.#ports;
    await this.#begin(leader, tip);
    this.#top = await store.read((tx) => tx.use(chainRepository).top());
    const answering = tips.flatMap((one, node) => (one === undefined ? [] : [node]));
    await this.#lateComparing.compare(answering);
    const step = await this.#stepTo(tip);
    if (step === 'wait') return 'done';
    if (step === 'look_for_fork') {
      const found = await this.#reorganise(leader, tips);
      return found === 'none' ? 'done' : found;
    }
    const outcome = step === 'follow' ? await this.#read(leader, tip, answering) : 'done';
    if (outcome === 'forked') {
      const found = await this.#reorganise(leader, tips);
      if (found !== 'none') return found;
      throw new NodeError('garbage', 'Its headers do not follow each other; its chain may be changing.');
    }
    if (this.#top !== undefined) {
      await this.#confirming.confirm({
        top: this.#top,
        deepest: confirmedUpTo(this.#top, this.#ports.settings.confirmations),
        answering,
      });
    }
    return outcome;
  }

  async #stepTo(tip: Tip): Promise<Step> {
    const top = this.#top;
    if (top === undefined) return 'follow';
    const atTip = await this.#ports.store.read((tx) => tx.use(chainRepository).blockAtOrBelow(tip.height));
    const difficulty = this.#weight?.hash === top.hash ? this.#weight.difficulty : undefined;
    const step = nextStep(top, tip, atTip, difficulty);
    if (step === 'nothing' && tip.difficulty !== undefined) {
      this.#weight = { hash: tip.hash, difficulty: tip.difficulty };
    }
    return step;
  }

  /** Determines where to start, at the first time or if the settings name an earlier start. */
  async #begin(leader: number, tip: Tip): Promise<void> {
    if (this.#hasBegun) return;
    const { settings, scan, store, books, wallet, clock, log } = this.#ports;
    const watchFrom = settings.watchFrom === null ? null : textOf(settings.watchFrom);
    const progress = await store.read((tx) => tx.use(chainRepository).progress());
    const isSameWallet = progress?.wallet === wallet;
    if (isSameWallet && (watchFrom === null || watchFrom === progress.watchFrom)) {
      this.#hasBegun = true;
      return;
    }
    const height = await startHeightOf(settings.watchFrom, tip, clock.now(), (time) => scan.heightAt(leader, time));
    if (isSameWallet && height >= progress.startHeight) {
      await store.run((tx) => tx.use(chainRepository).noteWatchFrom(watchFrom));
      log.info(
        { height },
        'The chain has already been watched from before TPG_WATCH_FROM; the watcher continues where it stopped',
      );
    } else {
      await books.begin(wallet, watchFrom, height);
      log.info({ height }, `Watching the chain from block ${height} on`);
    }
    this.#hasBegun = true;
  }

  /** Reads blocks up to the tip, several batches per turn. */
  async #read(leader: number, tip: Tip, answering: readonly number[]): Promise<'more' | 'done' | 'forked'> {
    const { store } = this.#ports;
    const startHeight = (await store.read((tx) => tx.use(chainRepository).progress()))?.startHeight ?? 0;
    for (let batch = 0; batch < BATCHES_IN_A_TURN && !this.#loop.stopping.aborted; batch += 1) {
      const next = this.#top === undefined ? startHeight : this.#top.height + 1;
      if (next > tip.height) break;
      const outcome = await this.#readBatch(leader, next, tip, answering);
      if (outcome !== 'read') return outcome === 'nothing' ? 'done' : outcome;
      this.#showProgress(tip);
    }
    const isBehind = (this.#top?.height ?? -1) < tip.height;
    if (!isBehind) {
      this.#reading = undefined;
      this.#timeLeftMs = undefined;
    }
    return isBehind ? 'more' : 'done';
  }

  async #readBatch(
    leader: number,
    height: number,
    tip: Tip,
    answering: readonly number[],
  ): Promise<'read' | 'nothing' | 'forked'> {
    const { scan, books } = this.#ports;
    const header = await scan.header(leader, height);
    // The reported tip is newer than this answer: a cache in between serves old answers for a while.
    if (header === undefined) {
      this.#requireProgress();
      return 'nothing';
    }
    this.#stuckSinceMs = undefined;
    if (this.#top !== undefined && header.previousHash !== this.#top.hash) return 'forked';
    const proveLinks = height > tip.height - PROVEN_BLOCKS;
    const limit = Math.min(this.#limit, tip.height - height + 1);
    const blocks = await scan.scan(leader, header.hash, limit, proveLinks).catch((error: unknown) => {
      if (!(error instanceof NodeError) || error.kind !== 'too_much' || this.#limit === 1) throw error;
      this.#limit = nextLimit(this.#limit, true);
      return null;
    });
    if (blocks === null) return 'read';
    if (blocks === undefined || blocks.length === 0) {
      throw new NodeError(
        'garbage',
        'It does not have a block whose header it has just given; its chain may be changing.',
      );
    }
    if (blocks[0]?.height !== height) throw new NodeError('garbage', 'It gave a block another height than its header.');
    const compared = await compareBlocks(this.#comparing, blocks, leader, answering);
    await books.enterBlocks(this.#top, compared.blocks, tip.height);
    this.#lateComparing.noteRead(height, compared.uncompared, leader);
    const last = blocks.at(-1) as KnownBlock;
    this.#top = { height: last.height, hash: last.hash };
    this.#limit = nextLimit(this.#limit, false);
    return 'read';
  }

  /** Goes back to the fork of the node's chain, unless the other nodes contradict. */
  async #reorganise(leader: number, tips: readonly (Tip | undefined)[]): Promise<'more' | 'done' | 'none'> {
    const { store, scan, books, log } = this.#ports;
    const top = this.#top;
    if (top === undefined) return 'none';
    const fork = await findFork(
      {
        ours: (height) => store.read((tx) => tx.use(chainRepository).blockAtOrBelow(height)),
        theirs: (height) => scan.header(leader, height),
      },
      top,
    );
    if (fork.kind === 'none') return 'none';
    const lost = fork.kind === 'fork' ? fork.lost : fork.lowest;
    const keeper = await this.#nodeThatKeeps(lost, leader, tips);
    if (keeper !== undefined) {
      this.#sayOnce(`fork ${lost.hash} ${leader} ${keeper}`, () =>
        log.warn(
          { height: lost.height, node: this.#nodes.urlOf(leader), other: this.#nodes.urlOf(keeper) },
          `Base node ${this.#nodes.urlOf(leader)} has a different block at height ${lost.height} than ${this.#nodes.urlOf(keeper)}; nothing is taken back and nothing above is confirmed until they agree`,
        ),
      );
      return 'done';
    }
    const common = fork.kind === 'fork' ? fork.common : null;
    if (common === null) await this.#beginEarlier(top, lost);
    else await books.goBack(top, common);
    const height = common?.height ?? lost.height - 1;
    log.warn(
      { height, depth: top.height - height },
      `The chain was reorganised above block ${height}: ${top.height - height} blocks were replaced`,
    );
    return 'more';
  }

  /**
   * If even the first block was replaced, the chain is read again from somewhat earlier. A reorganisation deeper than the
   * kept blocks cannot be followed.
   */
  async #beginEarlier(top: KnownBlock, lowest: KnownBlock): Promise<void> {
    const { store, books } = this.#ports;
    const progress = await store.read((tx) => tx.use(chainRepository).progress());
    if (progress === undefined || lowest.height > progress.startHeight) {
      throw new NodeError(
        'garbage',
        `Its chain has none of the blocks from ${lowest.height} on that were read. If that is the right chain, set TPG_WATCH_FROM to a height below ${lowest.height}.`,
      );
    }
    await books.goBack(top, null, Math.max(0, progress.startHeight - BLOCKS_BEFORE_START));
  }

  /** Another answering node that still has the block; undefined if there is none. */
  async #nodeThatKeeps(
    block: KnownBlock,
    leader: number,
    tips: readonly (Tip | undefined)[],
  ): Promise<number | undefined> {
    for (const [node, tip] of tips.entries()) {
      if (node === leader || tip === undefined || tip.height < block.height) continue;
      const header = await this.#nodes.ask(node, () => this.#ports.scan.header(node, block.height));
      if (header?.answer?.hash === block.hash) return node;
    }
    return undefined;
  }

  /** @throws {NodeError} if a node has reported a tip for a long time without having the blocks up to it. */
  #requireProgress(): void {
    const now = this.#ports.monotonicMs();
    this.#stuckSinceMs ??= now;
    if (now - this.#stuckSinceMs < STUCK_AFTER_MS) return;
    this.#stuckSinceMs = undefined;
    throw new NodeError('garbage', 'It reports a tip but does not have the blocks up to it.');
  }

  #sayOnce(key: string, say: () => void): void {
    if (this.#said.has(key)) return;
    // Cleared as a whole, so that input made up by others cannot fill the memory.
    if (this.#said.size >= 1_000) this.#said.clear();
    this.#said.add(key);
    say();
  }

  #showProgress(tip: Tip): void {
    const { monotonicMs, log } = this.#ports;
    const height = this.#top?.height ?? 0;
    const now = monotonicMs();
    this.#reading ??= { from: height, startedAtMs: now, saidAtMs: now };
    const { from, startedAtMs, saidAtMs } = this.#reading;
    this.#timeLeftMs = timeLeftMs({ from, to: height, tip: tip.height, elapsedMs: now - startedAtMs });
    if (tip.height - height < MIN_BLOCKS_FOR_PROGRESS || now - saidAtMs < PROGRESS_EVERY_MS) return;
    this.#reading.saidAtMs = now;
    const minutes = Math.ceil((this.#timeLeftMs ?? 0) / 60_000);
    log.info(
      { height, nodeHeight: tip.height },
      `The chain has been read up to block ${height} of ${tip.height}; at this pace the rest takes about ${minutes} minutes`,
    );
  }

  async #noteChecked(): Promise<void> {
    const { monotonicMs, store, clock } = this.#ports;
    const now = monotonicMs();
    const { height } = this.#nodes.knowledge;
    if (height === null || now - this.#notedAtMs < NOTE_CHECKED_EVERY_MS) return;
    this.#notedAtMs = now;
    const time = clock.now();
    await store.run((tx) => tx.use(chainRepository).noteChecked(height, time));
  }
}

function textOf(watchFrom: NonNullable<ChainSettings['watchFrom']>): string {
  return watchFrom.kind === 'height' ? String(watchFrom.height) : watchFrom.time.toISOString();
}
