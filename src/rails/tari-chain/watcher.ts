import type { Clock } from '#platform/clock.ts';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { Loop } from '#platform/timers/polling-loop.ts';
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

/** Blocks come every two minutes; a payment is shown this long after its block at the latest. */
const POLL_MS = 3_000;

/** After an error that is no node's: the database is out of reach, or a fault of ours. */
const PAUSE_AFTER_ERROR_MS = 5_000;

/** Batches of blocks between two looks at where the nodes' chains end. */
const BATCHES_IN_A_TURN = 20;

/** A reading of more blocks than this says in the log how far it has come, so often. */
const MIN_BLOCKS_FOR_PROGRESS = 100;
const PROGRESS_EVERY_MS = 30_000;

/**
 * How deep below the tip each block must be shown to follow the one before. Deeper, no chain changes while it is being
 * read, and each header would be a question of its own.
 */
const PROVEN_BLOCKS = 200;

/** Where even the first block was replaced, what was paid may stand so many blocks before it now. */
const BLOCKS_BEFORE_START = 100;

/** Something between us and a node may keep its answers for a minute; what is not there after that is not there. */
const STUCK_AFTER_MS = 120_000;

/** What another instance knows of how old our knowledge is, is written so often. */
const NOTE_CHECKED_EVERY_MS = 30_000;

export interface WatcherPorts {
  settings: ChainSettings;
  /** The public view key, hex. */
  wallet: string;
  store: Store;
  books: ChainBooks;
  scan: Scan;
  clock: Clock;
  /** Milliseconds of a clock that never goes back. */
  monotonicMs: () => number;
  /** Evenly from 0 up to 1. */
  random: () => number;
  log: Logger;
  /** Between two looks at the chain; POLL_MS where left out. */
  pollMs?: number;
}

/**
 * Watches the chain: follows one node's chain block by block, enters what is found, confirms what is deep enough, and goes
 * back where the chain was reorganised. Whatever it does is begun anew from the books after any failure, so a step that
 * was cut off is done again.
 */
export class ChainWatcher {
  readonly #ports: WatcherPorts;
  readonly #nodes: NodeSet;
  readonly #comparing: ComparingPorts;
  readonly #lateComparing: LateComparing;
  readonly #confirming: Confirming;
  readonly #loop: Loop;
  #leader: number | undefined;
  #limit = MAX_BLOCKS_AT_ONCE;
  /** All that was done for the chain up to a block, as a node said. */
  #weight: { hash: string; difficulty: bigint } | undefined;
  #top: KnownBlock | undefined;
  #reading: { from: number; startedAtMs: number; saidAtMs: number } | undefined;
  #timeLeftMs: number | undefined;
  #notedAtMs = Number.NEGATIVE_INFINITY;
  #hasBegun = false;
  /** Since when the node that is followed has had no block that its tip says it has. */
  #stuckSinceMs: number | undefined;
  /** What was said once and is not said again while it lasts. */
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
    this.#loop = new Loop(
      () => this.#takeTurn(),
      (error) => {
        if (error instanceof MovedError) return POLL_MS;
        log.error({ err: error }, 'The watcher of the chain could not go on; it tries again');
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

  /** Looks at the chain once, as far as it goes. For those who do not want to wait for the next time. */
  async turn(): Promise<void> {
    while ((await this.#takeTurn()) === 0);
  }

  status(): NonNullable<ReturnType<ChainWatch['status']>> {
    const { height: nodeHeight, answeredAt } = this.#nodes.knowledge;
    const timeLeft = this.#timeLeftMs ?? null;
    return { nodeHeight, lastAnswerAt: answeredAt, timeLeftMs: timeLeft, nodes: this.#nodes.status() };
  }

  /** Answers the pause until the next turn; 0 where there is more to do now. */
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

  /** @throws {NodeError} what makes the node that is followed of no use. */
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

  /** The first time, and where the settings name an earlier place, it is found out where to begin. */
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
        'The chain has been watched from before TPG_WATCH_FROM; the watcher goes on where it stopped',
      );
    } else {
      await books.begin(wallet, watchFrom, height);
      log.info({ height }, `The chain is watched from block ${height} on`);
    }
    this.#hasBegun = true;
  }

  /** Reads blocks up to the tip, some batches of them in a turn. */
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
    // What it said of its tip is newer than this answer: something between us keeps answers for a while.
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

  /** Goes back to where the node's chain leaves ours, where the other nodes do not say otherwise. */
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
          `Base node ${this.#nodes.urlOf(leader)} has another block at height ${lost.height} than ${this.#nodes.urlOf(keeper)}; nothing is taken back, and nothing above is confirmed, until they agree`,
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
   * Where even the first block was replaced, the chain is read from somewhat earlier on. What is deeper than what is kept
   * cannot be followed.
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

  /** Another node that has answered and still has the block; undefined where none says so. */
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

  /** @throws {NodeError} when a node has named a tip for long and has no block on the way to it. */
  #requireProgress(): void {
    const now = this.#ports.monotonicMs();
    this.#stuckSinceMs ??= now;
    if (now - this.#stuckSinceMs < STUCK_AFTER_MS) return;
    this.#stuckSinceMs = undefined;
    throw new NodeError('garbage', 'It names the end of its chain and does not have the blocks up to there.');
  }

  #sayOnce(key: string, say: () => void): void {
    if (this.#said.has(key)) return;
    // Forgotten all at once, so that what others make up does not fill the memory.
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
      `The chain is read up to block ${height} of ${tip.height}; at this pace the rest takes about ${minutes} minutes`,
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
