import { type NamedOrder, namedOrder } from '#engine/payments/payment-report.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { MovedError } from '#rails/tari-chain/chain-books.ts';
import type { ScannedBlock } from '#rails/tari-chain/scan/found-output.ts';
import type { KnownBlock } from '#rails/tari-chain/store/known-block.ts';
import type { ChainOutput } from '#rails/tari-chain/store/outputs.ts';
import { microTari } from '#tari/micro-tari.ts';
import { readSender } from '#tari/sender.ts';
import type { MinedBlock } from '#test/simulation/chain/chain.ts';
import { NODES, type NodeIndex, type NodesAtATime, otherOf } from '#test/simulation/chain/nodes.ts';
import { inventOutput, sendToShop } from '#test/simulation/chain/payers.ts';
import { type ChainPaper, MOVED } from '#test/simulation/model/chain.ts';
import type { SimulatedServer } from '#test/simulation/simulated-server.ts';
import { HOT_WALLETS, PEOPLE, type World } from '#test/simulation/world.ts';
import type { Input, InputMaker } from './input.ts';
import { aMessage, messageOnPaper } from './wallet.ts';
import { reportByScript } from './wallet-script.ts';

/**
 * What the watcher of the chain writes, a step at a time, as it decides from where it stands and from the chain as it is
 * by then. A step that was lost is decided on anew.
 */

const CONFIRMATIONS = 3;
/** Where even the first block is another, it is begun so much earlier: no reorganisation here is deeper. */
const BLOCKS_BEFORE_START = 100;
const MAX_DEPTH = 100;
export const MAX_SENT = 60;
const MAX_INVENTIONS = 6;
/** As many as the watcher asks about in one turn. */
const BLOCKS_ASKED_AGAIN = 100;
/** So many of the last steps may be taken once more, by a watcher that hung. */
const STEPS_REMEMBERED = 8;

/** A write of the watcher, which can come late. */
export interface ChainStep {
  name: string;
  about: string;
  run(server: SimulatedServer): Promise<string>;
  enter(): string;
  isAlone?: boolean;
}

/** The chain goes on: payments are sent, blocks are mined, and now and then others take their place. */
function goOn(world: World): void {
  const { chain, random } = world;
  for (let sent = random.between(0, 2); sent > 0 && chain.sent.length < MAX_SENT; sent -= 1) sendToShop(world);
  nodesChange(world);
  const kind = random.next();
  if (kind < 0.2) reorganise(world);
  else if (kind < 0.8) chain.mine(random.between(1, 5));
  else if (kind < 0.804) chain.mine(1_200);
}

/** One node keeps something to itself from now on, or nothing any more. */
function nodesChange({ chain, nodes, random, countOnChain }: World): void {
  const node = random.pick(NODES);
  const sent = random.pick(chain.sent);
  const kind = random.next();
  if (kind < 0.15) nodes.showAll(node);
  if (kind > 0.85 && sent !== undefined && nodes.hide(node, sent)) countOnChain('one node hides a payment');
}

/** What nothing was read of is not replaced from before where it is to be read: nobody would look there. */
function reorganise({ chain, chainPaper, random }: World): void {
  const depth = random.chance(0.3) ? random.between(1, MAX_DEPTH) : random.between(1, 6);
  const unread = chainPaper.top === undefined ? chain.tip.height - (chainPaper.progress?.start ?? 0) : MAX_DEPTH;
  if (unread > 0) chain.reorganise(Math.min(depth, unread), random.between(0, 2));
}

const watch: InputMaker = (world) => {
  if (world.chainPaper.progress === undefined) return begin(world);
  goOn(world);
  return nextChainStep(world);
};

function begin(world: World): Input {
  const { chain, random } = world;
  return beginAt(world, 'watcher: begins', Math.max(0, chain.tip.height - random.between(0, 3)));
}

/** The settings name an earlier place: it is read again from there. */
const beginEarlier: InputMaker = (world) => {
  const start = world.chainPaper.progress?.start ?? 0;
  if (start === 0) return undefined;
  // The chain may have been reorganised since from before the first block that was read.
  return beginAt(world, 'watcher: begins earlier', Math.max(0, start - BLOCKS_BEFORE_START));
};

function beginAt({ chainPaper }: World, name: string, start: number): Input {
  return {
    name,
    about: `at ${start}`,
    async run({ chainBooks }) {
      await chainBooks.begin('the wallet', null, start);
      return 'begun';
    },
    enter: () => chainPaper.begin(start),
  };
}

/** What is next to be written of blocks; undefined where the watcher stands at the end of the chain. */
export function nextChainStep(world: World): Input | undefined {
  const { chain, chainPaper } = world;
  const { top, blocks, progress } = chainPaper;
  if (progress === undefined) return undefined;
  if (top === undefined) return read(world, undefined, progress.start);
  if (chain.has(top)) return top.height < chain.tip.height ? read(world, top, top.height + 1) : undefined;
  const common = blocks.findLast((block) => chain.has(block)) ?? null;
  return goBack(world, top, common, Math.max(0, progress.start - BLOCKS_BEFORE_START));
}

function read(world: World, top: KnownBlock | undefined, from: number): Input | undefined {
  const { chain, chainPaper, random } = world;
  const tipHeight = chain.tip.height;
  const limit = tipHeight - from > 200 ? 400 : random.between(1, 25);
  const blocks = chain.blocks.slice(from, from + limit);
  if (blocks.length === 0) return undefined;
  maybeInvent(world, blocks);
  const leader = random.pick(NODES);
  const shown = world.nodes.look(blocks);
  const answering: NodeIndex[] = random.chance(0.2) ? [leader] : [leader, otherOf(leader)];
  const isCompared = answering.length > 1 && (shown.differ() || random.chance(0.2));
  const taken = answering.length > 1 ? shown.together(leader) : shown.of(leader);
  const step: ChainStep = {
    name: 'watcher: reads blocks',
    about: `${from} to ${blocks.at(-1)?.height}, ${paymentsIn(taken)}`,
    // Nodes are asked before the unit of work, so that others could come between.
    isAlone: isCompared,
    run: (server) =>
      unlessMoved(async () => {
        const scanned = isCompared ? await server.compared(shown, leader, answering) : shown.scanned(leader);
        return `found ${await server.chainBooks.enterBlocks(top, scanned, tipHeight)}`;
      }),
    enter() {
      const words = chainPaper.enter(top, taken, tipHeight);
      if (words !== MOVED) noteRead(world, from, answering.length === 1 ? shown.scanned(leader) : [], leader);
      return words;
    },
  };
  if (answering.length === 1) world.nodes.pinHidden(leader, blocks);
  // Where nothing is kept, nothing says whether it was begun elsewhere meanwhile: one instance begins at a time.
  return top === undefined ? step : remember(world, step);
}

/** A node shows a payment that nobody has made. */
function maybeInvent(world: World, blocks: readonly MinedBlock[]): void {
  const { nodes, random, countOnChain } = world;
  const block = random.pick(blocks);
  if (block === undefined || nodes.inventions >= MAX_INVENTIONS || !random.chance(0.06)) return;
  nodes.invent(random.pick(NODES), block, inventOutput(world, nodes.inventions + 1));
  countOnChain('one node invents a payment');
}

/** What waits from there on was replaced, or is read again. */
function noteRead({ aloneBlocks }: World, from: number, uncompared: readonly ScannedBlock[], leader: NodeIndex): void {
  const below = aloneBlocks.filter(({ scanned }) => scanned.height < from);
  aloneBlocks.splice(0, aloneBlocks.length, ...below, ...uncompared.map((scanned) => ({ leader, scanned })));
}

/** Another node is asked about blocks that one alone has given; undefined where none waits. */
export function compareLate(world: World): Input | undefined {
  const { aloneBlocks, chain, chainPaper, nodes } = world;
  const [first] = aloneBlocks;
  if (first === undefined) return undefined;
  const { leader } = first;
  const end = aloneBlocks.findIndex((block) => block.leader !== leader);
  const waiting = aloneBlocks.slice(0, Math.min(BLOCKS_ASKED_AGAIN, end === -1 ? aloneBlocks.length : end));
  const standing = waiting.filter(({ scanned }) => chain.has(scanned));
  const shown = nodes.look(standing.map(({ scanned }) => chain.blocks[scanned.height] as MinedBlock));
  const theirs = new Map(shown.of(otherOf(leader)).map((block) => [block.hash, block]));
  const digests = new Map(shown.scanned(otherOf(leader)).map(({ hash, digest }) => [hash, digest]));
  const forget = (block: (typeof waiting)[number]) => aloneBlocks.splice(aloneBlocks.indexOf(block), 1);
  return {
    name: 'watcher: asks again about blocks that one node alone has given',
    about: `${waiting[0]?.scanned.height} to ${waiting.at(-1)?.scanned.height}, first given by ${leader}`,
    isAlone: true,
    isSeveral: true,
    async run(server) {
      const given = waiting.map(({ scanned }) => scanned);
      await server.compareLate(shown, given, leader);
      return 'compared';
    },
    enter(works) {
      const stands = chainPaper.stands(first.scanned);
      if (!stands) forget(first);
      if (!stands || !digests.has(first.scanned.hash)) return 'compared';
      let done = 0;
      for (const block of waiting) {
        const { hash, digest } = block.scanned;
        const other = theirs.get(hash);
        if (other === undefined) continue;
        if (digests.get(hash) !== digest) {
          const end = works[done];
          done += 1;
          // A write of a block that was replaced is given up, which the paper knows.
          const isLost = end !== 'kept' && chainPaper.stands(block.scanned);
          if (isLost) return 'compared';
          chainPaper.enterMissed(other);
        }
        forget(block);
      }
      return 'compared';
    },
  };
}

function paymentsIn(blocks: readonly MinedBlock[]): string {
  return blocks
    .flatMap(({ height, outputs }) => outputs.map(({ meant }) => `${meant.txid} of ${meant.amount} in ${height}`))
    .join(', ');
}

function goBack(world: World, top: KnownBlock, common: KnownBlock | null, start: number): Input {
  const step: ChainStep = {
    name: 'watcher: goes back',
    about: `from ${top.height} to ${common?.height ?? `before ${start}`}`,
    run: ({ chainBooks }) =>
      unlessMoved(async () => {
        await chainBooks.goBack(top, common, start);
        return 'back';
      }),
    enter: () => world.chainPaper.goBack(top, common, start),
  };
  // Where it is begun anew, nothing of before is taken up again.
  if (common !== null) return remember(world, step);
  world.chainSteps.length = 0;
  return step;
}

/** What is deep enough is confirmed; undefined where nothing is. */
export function confirmWaiting(world: World): Input | undefined {
  const { chain, chainPaper, nodes, random } = world;
  const { top } = chainPaper;
  if (top === undefined) return undefined;
  const deepest = top.height - CONFIRMATIONS;
  const deep = chainPaper.waitingUpTo(deepest).map((output) => ({ ...output, block: output.block as KnownBlock }));
  // What nodes have in those blocks, as the watcher asks them before. The chain may be another when this is written.
  const heights = new Set(deep.filter(({ block }) => chain.has(block)).map(({ block }) => block.height));
  const shown = nodes.look(chain.blocks.filter(({ height }) => heights.has(height)));
  const agreed = deep.filter(({ block, outputHash }) => shown.bothHave(block.hash, outputHash));
  if (agreed.length === 0) return undefined;
  if (random.chance(0.65)) {
    const seen = agreed.map(({ outputHash, txid, block, fingerprint }) => ({ outputHash, txid, block, fingerprint }));
    return remember(world, confirm(top, deepest, seen, chainPaper));
  }
  return confirmByNodes(world, top, deepest, { deep, agreed, shown });
}

type SeenOutput = Pick<ChainOutput, 'outputHash' | 'txid' | 'block' | 'fingerprint'>;

function confirm(top: KnownBlock, deepest: number, seen: readonly SeenOutput[], chainPaper: ChainPaper): ChainStep {
  return {
    name: 'watcher: confirms',
    about: seen.map(({ txid }) => txid).join(),
    run: ({ chainBooks }) =>
      unlessMoved(async () => {
        const outputs = seen.map((output) => ({ ...output, commitment: '', confirmedAt: null }));
        await chainBooks.confirm(top, deepest, outputs);
        return 'confirmed';
      }),
    enter: () => chainPaper.confirm(top, deepest, seen),
  };
}

/** As it decides by itself: what all nodes have that it knows, block by block. */
function confirmByNodes(
  world: World,
  top: KnownBlock,
  deepest: number,
  { deep, agreed, shown }: { deep: readonly SeenOutput[]; agreed: readonly SeenOutput[]; shown: NodesAtATime },
): Input {
  const { chainPaper, countOnChain, random } = world;
  const answering = random.chance(0.15) ? [random.pick(NODES)] : [...NODES];
  const isEnough = answering.length === NODES.length;
  const blocks = new Map<string, SeenOutput[]>();
  for (const output of isEnough ? agreed : []) {
    const hash = output.block?.hash ?? '';
    blocks.set(hash, [...(blocks.get(hash) ?? []), output]);
  }
  return {
    name: 'watcher: looks for what is deep enough, and confirms it',
    about: `${agreed.map(({ txid }) => txid).join()} of ${deep.map(({ txid }) => txid).join()}, ${answering} answer`,
    isAlone: true,
    isSeveral: true,
    async run(server) {
      await server.confirmDeep(shown, { top, deepest, answering });
      return 'confirmed';
    },
    enter(works) {
      if (!isEnough) countOnChain('deep enough, and one node does not answer');
      else if (agreed.length < deep.length) countOnChain('deep enough, and one node has it not');
      for (const [index, seen] of [...blocks.values()].entries()) {
        if (works[index] === 'kept') chainPaper.confirm(top, deepest, seen);
      }
      return 'confirmed';
    },
  };
}

function remember(world: World, step: ChainStep): Input {
  world.chainSteps.push(step);
  if (world.chainSteps.length > STEPS_REMEMBERED) world.chainSteps.shift();
  return { ...step };
}

/** One that hung wakes up and writes what it was about to, or has written before: once only that may count. */
const late: InputMaker = (world) => {
  const step = world.random.pick(world.chainSteps);
  return step && { ...step, name: 'watcher: wakes up late', about: `${step.name} ${step.about}` };
};

async function unlessMoved(write: () => Promise<string>): Promise<string> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof MovedError) return MOVED;
    throw error;
  }
}

/** The wallet's script tells of a payment that stands on the chain, or will: before or after the watcher finds it. */
const reportOfFound: InputMaker = (world) => {
  const { chain, chainPaper, paper, random } = world;
  const sent = random.pick(chain.sent.filter(({ meant }) => meant.refusal === undefined && meant.amount > 0n));
  const person = [...PEOPLE, ...HOT_WALLETS].find(({ account }) => account === sent?.meant.owner?.account);
  if (sent === undefined || person === undefined) return undefined;
  const { txid, outputHash, amount, memo, named, isToAddress } = sent.meant;
  const owner = { account: person.account, address: person.address };
  const claimed = named && {
    orderId: named.orderId,
    claimant: named.signer ?? owner,
    isSigned: named.signer !== undefined,
  };
  const message = aMessage(world);
  return {
    name: 'payment: as it stands on the chain',
    about: `${txid} of ${amount} for ${named?.orderId ?? 'nothing'}`,
    async run({ engine, reported }) {
      const told = { txid, amount, sender: person.address };
      const { settings } = world;
      const byScript = isToAddress ? reported(reportByScript({ ...told, paymentId: named?.orderId ?? '' })) : undefined;
      const report = byScript ?? {
        txid,
        sender: readSender(person.address),
        amount: microTari(amount),
        memo,
        orderId: named?.orderId ?? null,
      };
      const { payment, isNew } = await engine.payments.enterReport({
        report,
        message,
        named: byScript ? namedOrder(byScript, { settings, log: silentLog }) : (claimed as NamedOrder | undefined),
      });
      return `${isNew ? 'new' : 'known'} ${payment.status === 'confirmed'}`;
    },
    enter() {
      const isNew = !paper.payments.has(txid);
      const report = { txid, sender: { ...owner, text: owner.address }, amount: Number(amount), memo };
      const words = paper.receive(report, claimed, messageOnPaper(message), isToAddress ? 'wallet' : undefined);
      const isFound = chainPaper.outputs.has(outputHash);
      if (isNew) world.countOnChain('reported by a wallet before it is found');
      else if (isFound) world.countOnChain('reported by a wallet after it was found');
      return words;
    },
  };
};

export const CHAIN_INPUTS: readonly (readonly [number, InputMaker])[] = [
  [16, watch],
  [6, confirmWaiting],
  [1, beginEarlier],
  [2, late],
  [6, compareLate],
  [4, reportOfFound],
];
