import { inBlock, type MeantPayment, type MinedBlock } from '#test/simulation/chain/chain.ts';
import type { ChainOutcome } from '#test/simulation/chain/outcomes.ts';
import { timeText } from '#test/simulation/timestamps.ts';
import type { PaperPayment } from './records.ts';
import type { Paper } from './reference-model.ts';

/**
 * What is known of the chain, on paper, written from the rules: a payment counts once, whoever tells of it and however
 * often it comes back; what left the chain is told and nothing is taken back; what lies counts for nothing.
 */

interface Place {
  height: number;
  hash: string;
}

interface PaperOutput {
  outputHash: string;
  txid: string;
  commitment: string;
  block: Place | null;
  fingerprint: string;
  confirmedAt: number | null;
  foundAt: number;
  updatedAt: number;
}

interface PaperDeparture extends Place {
  txid: string;
  leftAt: number;
  returned: { height: number; at: number } | null;
}

/** A reorganisation is followed so deep below the tip. */
const BLOCKS_KEPT = 1_000;

export const MOVED = 'moved';

export class ChainPaper {
  /** Undefined until it is known where to begin. */
  progress: { start: number; outputsSeen: number; paymentsFound: number } | undefined;
  /** Those that are kept, the lowest first. */
  blocks: Place[] = [];
  readonly outputs = new Map<string, PaperOutput>();
  readonly refusals = new Map<string, string>();
  readonly departures: PaperDeparture[] = [];
  /** Moves with everything that is written here. */
  version = 0;
  readonly #paper: Paper;
  readonly #onOutcome: (outcome: ChainOutcome) => void;

  constructor(paper: Paper, onOutcome: (outcome: ChainOutcome) => void) {
    this.#paper = paper;
    this.#onOutcome = onOutcome;
  }

  /** Where it stands. */
  get top(): Place | undefined {
    return this.blocks.at(-1);
  }

  /** Whether a block that was read is there still. One below all that are kept is too deep to be replaced. */
  stands({ height, hash }: Place): boolean {
    const [lowest] = this.blocks;
    if (lowest !== undefined && height < lowest.height) return true;
    return this.blocks.some((block) => block.height === height && block.hash === hash);
  }

  /** Deep enough and not confirmed, the lowest first. */
  waitingUpTo(deepest: number): PaperOutput[] {
    const waiting = [...this.outputs.values()].filter(
      ({ block, confirmedAt }) => block !== null && block.height <= deepest && confirmedAt === null,
    );
    return waiting.sort(byPlace);
  }

  begin(start: number): string {
    this.version += 1;
    this.blocks = [];
    this.progress = { outputsSeen: 0, paymentsFound: 0, ...this.progress, start };
    return 'begun';
  }

  /** What was found in blocks that follow `top`. Answers how many payments were new to the watcher. */
  enter(top: Place | undefined, blocks: readonly MinedBlock[], tipHeight: number): string {
    this.version += 1;
    if (this.#isElsewhere(top) || this.progress === undefined) return this.#moved();
    this.#leaveReplaced(blocks);
    let found = 0;
    for (const block of blocks) {
      for (const { meant } of block.outputs) if (this.#find(meant, block)) found += 1;
      this.progress.outputsSeen += block.others + block.outputs.length;
    }
    this.progress.paymentsFound += found;
    this.#keep(blocks, tipHeight);
    return `found ${found}`;
  }

  /** What another node has shown of a block that was read before; nothing where another block stands there by now. */
  enterMissed(block: MinedBlock): void {
    this.version += 1;
    if (!this.stands(block) || this.progress === undefined) return;
    for (const { meant } of block.outputs) {
      if (!this.#find(meant, block)) continue;
      this.progress.paymentsFound += 1;
      this.#onOutcome('found late, at the other node');
    }
  }

  /** Goes back to a block that the chain still has; null where it has none, and it is read again from `start` on. */
  goBack(top: Place, common: Place | null, start: number): string {
    this.version += 1;
    if (this.#isElsewhere(top) || this.progress === undefined) return this.#moved();
    const height = common?.height ?? -1;
    const above = [...this.outputs.values()].filter(({ block }) => block !== null && block.height > height);
    for (const output of above.sort(byPlace)) this.#leave(output);
    this.blocks = this.blocks.filter((block) => block.height <= height);
    if (top.height - height > 50) this.#onOutcome('a reorganisation of more than 50 blocks');
    if (common === null) {
      this.#onOutcome('even the first block is replaced');
      this.progress.start = start;
    }
    return 'back';
  }

  /** Confirms what still stands where it was seen, deep enough. */
  confirm(top: Place, deepest: number, seen: readonly { outputHash: string; block: Place | null }[]): string {
    this.version += 1;
    if (this.#isElsewhere(top)) return this.#moved();
    for (const { outputHash, block } of seen) {
      const output = this.outputs.get(outputHash);
      if (output === undefined || output.block === null || output.block.hash !== block?.hash) continue;
      if (output.block.height > deepest || output.confirmedAt !== null) continue;
      const payment = this.#payment(output.txid);
      const isCounted = payment.isConfirmed;
      this.#onOutcome(isCounted ? 'confirmed by its depth after a wallet had confirmed it' : 'confirmed by its depth');
      if (!isCounted) this.#paper.confirmOnChain(payment);
      output.confirmedAt = this.#paper.now;
      output.updatedAt = this.#paper.now;
    }
    return 'confirmed';
  }

  // ---- What the database is to show ---------------------------------------------------------------------------

  blockLines(): string {
    return this.blocks.map(({ height, hash }) => `${height}|${hash}`).join('\n');
  }

  /** How many blocks are kept, the lowest, and where it stands. */
  blockSummary(): string {
    return `${this.blocks.length} ${this.blocks[0]?.height ?? '-'} ${this.top?.height ?? '-'}`;
  }

  progressLines(): string {
    if (this.progress === undefined) return '';
    const { start, outputsSeen, paymentsFound } = this.progress;
    return `${start}|${outputsSeen}|${paymentsFound}`;
  }

  outputLines(): string {
    return [...this.outputs.values()]
      .map(
        ({ outputHash, txid, commitment, block, fingerprint, confirmedAt, foundAt, updatedAt }) =>
          `${outputHash}|${txid}|${commitment}|${fingerprint}|${placeText(block)}|${confirmedAt === null ? '-' : timeText(confirmedAt)}|` +
          `${timeText(foundAt)}|${timeText(updatedAt)}`,
      )
      .join('\n');
  }

  refusalLines(): string {
    return [...this.refusals.values()].join('\n');
  }

  departureLines(): string {
    return this.departures
      .map(
        ({ txid, leftAt, returned, ...block }, index) =>
          `${index + 1}|${txid}|${placeText(block)}|${timeText(leftAt)}|${returned?.height ?? '-'}|` +
          `${returned === null ? '-' : timeText(returned.at)}`,
      )
      .join('\n');
  }

  // ---- Small moves --------------------------------------------------------------------------------------------

  #isElsewhere(top: Place | undefined): boolean {
    return this.top?.hash !== top?.hash;
  }

  #moved(): string {
    this.#onOutcome('a watcher wakes up late');
    return MOVED;
  }

  /** Where it was begun earlier, more may have changed: what stood in another block at one of these heights has left it. */
  #leaveReplaced(blocks: readonly MinedBlock[]): void {
    const hashes = new Map(blocks.map(({ height, hash }) => [height, hash]));
    const replaced = [...this.outputs.values()].filter(
      ({ block }) => block !== null && (hashes.get(block.height) ?? block.hash) !== block.hash,
    );
    for (const output of replaced.sort(byPlace)) {
      this.#onOutcome('had left the chain before it was read again');
      this.#leave(output);
    }
  }

  /** The last thousand blocks below the tip, and where it stands in any case. */
  #keep(blocks: readonly MinedBlock[], tipHeight: number): void {
    const last = blocks.at(-1);
    if (last === undefined) return;
    const before = this.blocks.length;
    const known = [...this.blocks, ...blocks.map(({ height, hash }) => ({ height, hash }))];
    const lowest = Math.max(tipHeight, last.height) - BLOCKS_KEPT + 1;
    this.blocks = known.filter(({ height }) => height >= lowest || height === last.height);
    if (this.blocks.length < before + blocks.length) this.#onOutcome('old blocks are forgotten');
  }

  /** Answers whether it is a payment that the watcher did not know. */
  #find(meant: MeantPayment, { height, hash }: MinedBlock): boolean {
    const paper = this.#paper;
    const output = this.outputs.get(meant.outputHash);
    const { paymentReference: reference, fingerprint } = inBlock(meant.outputHash, hash);
    const place = { height, reference };
    if (output !== undefined) {
      if (output.block !== null && output.block.height <= height) return false;
      this.#comeBack(output, { height, hash });
      output.fingerprint = fingerprint;
      paper.placeOnChain(this.#payment(output.txid), place);
      return false;
    }
    const known = paper.payments.get(meant.txid);
    const isContradicted = known !== undefined && (BigInt(known.amount) !== meant.amount || known.isManual);
    const refusal = meant.refusal ?? (meant.amount === 0n ? 'no_amount' : isContradicted ? 'contradicted' : undefined);
    if (refusal !== undefined) {
      this.#refuse(meant, refusal, { height, hash });
      return false;
    }
    if (known === undefined) this.#enterPayment(meant, place);
    else {
      this.#onOutcome('found: is known from a wallet');
      if (known.isConfirmed) this.#onOutcome('found: a wallet has confirmed it already');
      paper.placeOnChain(known, place);
    }
    const { outputHash, txid, commitment } = meant;
    const times = { confirmedAt: null, foundAt: paper.now, updatedAt: paper.now };
    this.outputs.set(outputHash, { outputHash, txid, commitment, block: { height, hash }, fingerprint, ...times });
    return true;
  }

  #enterPayment(meant: MeantPayment, place: PaperPayment['place']): void {
    const paper = this.#paper;
    const { txid, owner, named } = meant;
    const sender = owner ?? { account: null, address: meant.sender };
    const claimant = named?.signer ?? sender;
    const isEarly = paper.earlyConfirmations.has(txid);
    if (meant.origin !== undefined) this.#onOutcome(meant.origin);
    if (isEarly) this.#onOutcome('found: its confirmation came before it');
    if (named === undefined) this.#onOutcome('found: names nothing');
    else this.#onOutcome(named.signer === undefined ? 'found: names an order' : 'found: claims an order');
    const payment: PaperPayment = {
      txid,
      account: owner?.account ?? null,
      sender: meant.sender,
      amount: Number(meant.amount),
      memo: meant.memo,
      isManual: false,
      isConfirmed: false,
      orderId: named?.orderId ?? null,
      claimant: named === undefined ? null : claimant.account,
      toAddress: meant.isToAddress ? 'chain' : undefined,
      isSigned: named?.signer !== undefined,
      whose: null,
      left: 0,
      isLate: false,
      place,
      createdAt: paper.now,
      updatedAt: paper.now,
    };
    const isSigned = named?.signer !== undefined;
    paper.enterOnChain(payment, sender, named && { orderId: named.orderId, claimant, isSigned });
  }

  #refuse(meant: MeantPayment, reason: string, { height, hash }: Place): void {
    if (this.refusals.has(meant.outputHash)) {
      this.#onOutcome('a refused output is found again');
      return;
    }
    this.#onOutcome(`refused: ${reason}` as ChainOutcome);
    const { outputHash, txid, amount, memo } = meant;
    const line = `${outputHash}|${txid}|${reason}|${amount}|${memo ?? '-'}|${height}|${hash}|${timeText(this.#paper.now)}`;
    this.refusals.set(outputHash, line);
  }

  #comeBack(output: PaperOutput, block: Place): void {
    const { now } = this.#paper;
    this.#onOutcome('comes back in another block');
    output.block = block;
    output.updatedAt = now;
    for (const departure of this.departures) {
      if (departure.txid !== output.txid || departure.returned !== null) continue;
      departure.returned = { height: block.height, at: now };
      this.#onOutcome('comes back after it had been confirmed');
      if (departure.height !== block.height) this.#onOutcome('comes back in a block of another height');
    }
  }

  #leave(output: PaperOutput): void {
    const payment = this.#payment(output.txid);
    const { block } = output;
    if (block === null) return;
    if (payment.isConfirmed) {
      const byDepth = output.confirmedAt !== null;
      const isAgain = this.departures.some(({ txid }) => txid === output.txid);
      if (isAgain) this.#onOutcome('leaves the chain a second time');
      this.#onOutcome(
        byDepth
          ? 'leaves the chain after its depth had confirmed it'
          : 'leaves the chain after only a wallet had confirmed it',
      );
      this.departures.push({ txid: output.txid, ...block, leftAt: this.#paper.now, returned: null });
    } else this.#onOutcome('leaves the chain unconfirmed');
    output.block = null;
    output.updatedAt = this.#paper.now;
    this.#paper.placeOnChain(payment, undefined);
  }

  #payment(txid: string): PaperPayment {
    const payment = this.#paper.payments.get(txid);
    if (payment === undefined) throw new Error(`The payment ${txid} is not on paper`);
    return payment;
  }
}

function byPlace(one: PaperOutput, other: PaperOutput): number {
  return (one.block?.height ?? 0) - (other.block?.height ?? 0) || (one.outputHash < other.outputHash ? -1 : 1);
}

function placeText(block: Place | null): string {
  return block === null ? '-|-' : `${block.height}|${block.hash}`;
}
