import type { FoundOutput, ScannedBlock } from '#rails/tari-chain/scan/found-output.ts';
import type { SeededRandom } from '#test/seeded-random.ts';
import type { ChainOutcome } from './outcomes.ts';

/** The chain as it is, whatever the server knows of it: blocks are mined, and others take their place. */

/** What somebody has sent to the shop's wallet: a payment, or something that only looks like one. */
export interface SentOutput {
  /** As the scan finds it, but for what depends on its block. */
  found: Omit<FoundOutput, 'paymentReference' | 'fingerprint'>;
  /** What it is, for the paper: what the payer says of himself, and what he names. */
  meant: MeantPayment;
}

export interface MeantPayment {
  txid: string;
  outputHash: string;
  commitment: string;
  amount: bigint;
  /** Why it is no payment. */
  refusal: string | undefined;
  /** As the books keep it. */
  memo: string | null;
  /** What is odd about where it comes from. */
  origin: ChainOutcome | undefined;
  /** What the sender says of himself, and the account that he has here. */
  sender: string;
  owner: { account: string; address: string } | undefined;
  /** Whether it was paid to an order's own address. */
  isToAddress: boolean;
  /** What the text names; the claimant is the signer of a claim in it, else the sender. */
  named: { orderId: string; signer: { account: string; address: string } | undefined } | undefined;
}

export interface MinedBlock {
  height: number;
  hash: string;
  /** How many outputs of others there are. */
  others: number;
  outputs: readonly SentOutput[];
}

/** Of the outputs that a reorganisation takes out of their blocks, this part is never seen again. */
const GONE_FOR_GOOD = 0.15;

export class SimulatedChain {
  readonly blocks: MinedBlock[] = [];
  /** What was sent and stands in no block. */
  waiting: SentOutput[] = [];
  readonly sent: SentOutput[] = [];
  #made = 0;
  readonly #random: SeededRandom;
  readonly #onOutcome: (outcome: ChainOutcome) => void;

  constructor(random: SeededRandom, length: number, onOutcome: (outcome: ChainOutcome) => void) {
    this.#random = random;
    this.#onOutcome = onOutcome;
    this.mine(length);
  }

  get tip(): MinedBlock {
    const tip = this.blocks.at(-1);
    if (tip === undefined) throw new Error('The chain has no block');
    return tip;
  }

  has({ height, hash }: { height: number; hash: string }): boolean {
    return this.blocks[height]?.hash === hash;
  }

  send(output: SentOutput): void {
    this.waiting.push(output);
    this.sent.push(output);
  }

  /** What waits stands in the first of the blocks, or a later one. */
  mine(count: number): void {
    for (let block = 0; block < count; block += 1) {
      const isTaken = this.waiting.map(() => this.#random.chance(0.6));
      this.#made += 1;
      this.blocks.push({
        height: this.blocks.length,
        hash: `block${this.#made}`,
        others: this.#random.between(0, 3),
        outputs: this.waiting.filter((_, index) => isTaken[index]),
      });
      this.waiting = this.waiting.filter((_, index) => !isTaken[index]);
    }
  }

  /** Others take the place of the last blocks, and maybe some more. */
  reorganise(depth: number, more: number): void {
    const replaced = this.blocks.splice(Math.max(1, this.blocks.length - depth));
    for (const output of replaced.flatMap(({ outputs }) => outputs)) {
      if (this.#random.chance(GONE_FOR_GOOD)) this.#onOutcome('an output is gone for good');
      else this.waiting.push(output);
    }
    this.mine(replaced.length + more);
  }

  /** The block as the scan tells of it. */
  scanned(height: number): ScannedBlock {
    const { hash, others, outputs } = this.blocks[height] as MinedBlock;
    const found = outputs.map(({ found }) => ({ ...found, ...inBlock(found.outputHash, hash) }));
    return { height, hash, outputs: others + outputs.length, digest: hash, found };
  }
}

/** What of an output depends on the block that it stands in. */
export function inBlock(outputHash: string, blockHash: string) {
  return { paymentReference: `${outputHash} in ${blockHash}`, fingerprint: `${outputHash} as in ${blockHash}` };
}
