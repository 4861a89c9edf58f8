import type { SentOutput } from '#test/simulation/chain/chain.ts';
import type { ChainOutcome } from '#test/simulation/chain/outcomes.ts';
import { timeText } from '#test/simulation/timestamps.ts';
import type { Paper } from './reference-model.ts';

/**
 * What was seen in the mempool, on paper, written from the rules: it is shown beside the order that it names, holds that
 * order's time-out up, and counts for nothing else; it goes when it goes.
 */

interface PaperSighting {
  outputHash: string;
  txid: string;
  amount: number;
  orderId: string | null;
  firstSeenAt: number;
  lastSeenAt: number;
}

/** While nothing changes, that it is still seen is written so often. */
const NOTED_EVERY_MS = 60_000;
/** What was seen is shown for so long when the node does not answer. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

export class MempoolPaper {
  readonly sightings = new Map<string, PaperSighting>();
  /** Moves with everything that is written here. */
  version = 0;
  #notedAt = 0;
  readonly #paper: Paper;
  readonly #onOutcome: (outcome: ChainOutcome) => void;

  constructor(paper: Paper, onOutcome: (outcome: ChainOutcome) => void) {
    this.#paper = paper;
    this.#onOutcome = onOutcome;
  }

  /** A new process does not know when it was last noted. */
  restarted(): void {
    this.#notedAt = 0;
  }

  /** The node shows its mempool. */
  look(shown: readonly SentOutput[]): void {
    const { now } = this.#paper;
    const isSame =
      shown.length === this.sightings.size && shown.every(({ meant }) => this.sightings.has(meant.outputHash));
    if (isSame && (shown.length === 0 || now - this.#notedAt < NOTED_EVERY_MS)) return;
    this.version += 1;
    const seen = new Set(shown.map(({ meant }) => meant.outputHash));
    for (const sighting of [...this.sightings.values()]) if (!seen.has(sighting.outputHash)) this.#lose(sighting);
    for (const { meant } of shown) if (!this.sightings.has(meant.outputHash)) this.#see(meant);
    for (const sighting of this.sightings.values()) sighting.lastSeenAt = now;
    this.#notedAt = now;
  }

  /** The node does not answer: what was seen long ago may have vanished. */
  failed(): void {
    const before = this.#paper.now - FORGOTTEN_AFTER_MS;
    if (![...this.sightings.values()].some(({ lastSeenAt }) => lastSeenAt <= before)) return;
    this.version += 1;
    this.#onOutcome('what was seen in the mempool is forgotten');
    for (const sighting of [...this.sightings.values()]) this.#lose(sighting);
  }

  lines(): string {
    return [...this.sightings.values()]
      .map(
        ({ outputHash, txid, amount, orderId, firstSeenAt, lastSeenAt }) =>
          `${outputHash}|${txid}|${amount}|${orderId ?? '-'}|${timeText(firstSeenAt)}|${timeText(lastSeenAt)}`,
      )
      .join('\n');
  }

  #see({ outputHash, txid, amount, memo, named }: SentOutput['meant']): void {
    const paper = this.#paper;
    if (paper.payments.has(txid)) {
      this.#onOutcome('stands in the mempool and is known already');
      return;
    }
    const order = named && paper.orderSeenFor(named.orderId);
    this.#onOutcome(order === undefined ? 'seen in the mempool for no order' : 'seen in the mempool for an order');
    const times = { firstSeenAt: paper.now, lastSeenAt: paper.now };
    const orderId = order?.orderId ?? null;
    this.sightings.set(outputHash, { outputHash, txid, amount: Number(amount), orderId, ...times });
    this.#addUp(orderId);
    paper.announceSeen({ txid, amount: Number(amount), memo, orderId });
  }

  #lose({ outputHash, orderId }: PaperSighting): void {
    this.#onOutcome('is gone from the mempool');
    this.sightings.delete(outputHash);
    this.#addUp(orderId);
  }

  #addUp(orderId: string | null): void {
    if (orderId === null) return;
    let sum = 0;
    for (const sighting of this.sightings.values()) if (sighting.orderId === orderId) sum += sighting.amount;
    this.#paper.noteSeen(orderId, sum);
  }
}
