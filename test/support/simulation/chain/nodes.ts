import type { FoundOutput, ScannedBlock } from '#rails/tari-chain/scan/found-output.ts';
import type { Scan } from '#rails/tari-chain/scan/open-scan.ts';
import { inBlock, type MinedBlock, type SentOutput } from './chain.ts';

/**
 * Two base nodes that show the same chain, and not always the same outputs in it: one keeps a payment to itself, as a
 * pruned one may, or makes one up. Each output of the chain is shown by one of them at least.
 */

export const NODES = [0, 1] as const;
export type NodeIndex = (typeof NODES)[number];

/** What is asked of nodes in the simulation. */
export type SimulatedScan = Pick<Scan, 'scan' | 'digests' | 'confirm' | 'seenInMempool'>;

/** One block as each node shows it, when it was looked at. */
interface Views {
  height: number;
  hash: string;
  outputs: readonly (readonly SentOutput[])[];
}

export class SimulatedNodes {
  readonly #hidden: readonly Set<string>[] = NODES.map(() => new Set());
  /** By the hash of the block that they are said to stand in. */
  readonly #invented = new Map<string, { node: NodeIndex; output: SentOutput }[]>();
  /** What one node hid while it was alone: the other one shows it until that was looked at again. */
  readonly #pinned = new Set<string>();
  inventions = 0;

  /** From now on the node does not show this output, unless the other one does not either. */
  hide(node: NodeIndex, { found: { outputHash } }: SentOutput): boolean {
    if (this.#hidden[otherOf(node)]?.has(outputHash) || this.#pinned.has(outputHash)) return false;
    this.#hidden[node]?.add(outputHash);
    return true;
  }

  showAll(node: NodeIndex): void {
    this.#hidden[node]?.clear();
  }

  invent(node: NodeIndex, block: MinedBlock, output: SentOutput): void {
    this.inventions += 1;
    this.#invented.set(block.hash, [...(this.#invented.get(block.hash) ?? []), { node, output }]);
  }

  /** What the node shows in the block. */
  outputsAt(node: NodeIndex, { hash, outputs }: MinedBlock): SentOutput[] {
    const shown = outputs.filter(({ found }) => !this.#hidden[node]?.has(found.outputHash));
    const invented = (this.#invented.get(hash) ?? []).filter((one) => one.node === node);
    return [...shown, ...invented.map(({ output }) => output)];
  }

  /** What the node keeps to itself in these blocks is shown by the other one from now on. */
  pinHidden(node: NodeIndex, blocks: readonly MinedBlock[]): void {
    for (const { outputs } of blocks) {
      for (const { found } of outputs)
        if (this.#hidden[node]?.has(found.outputHash)) this.#pinned.add(found.outputHash);
    }
  }

  /** The blocks as both nodes show them now, whatever becomes of the chain. */
  look(blocks: readonly MinedBlock[]): NodesAtATime {
    const views = blocks.map((block) => ({
      height: block.height,
      hash: block.hash,
      others: block.others,
      outputs: NODES.map((node) => this.outputsAt(node, block)),
    }));
    return new NodesAtATime(views);
  }
}

export function otherOf(node: NodeIndex): NodeIndex {
  return node === 0 ? 1 : 0;
}

/** What nodes answered at one time: the chain may be another when that is used. */
export class NodesAtATime {
  readonly #blocks: readonly (Views & { others: number })[];

  constructor(blocks: readonly (Views & { others: number })[]) {
    this.#blocks = blocks;
  }

  /** The blocks as one node shows them. */
  scanned(node: number): ScannedBlock[] {
    return this.#blocks.map(({ height, hash, others, outputs }) => {
      const shown = outputs[node] ?? [];
      const found: FoundOutput[] = shown.map((output) => ({
        ...output.found,
        ...inBlock(output.found.outputHash, hash),
      }));
      const digest = [hash, ...shown.map((output) => output.found.outputHash)].join();
      return { height, hash, outputs: others + shown.length, digest, found };
    });
  }

  /** The blocks as the watcher may take them: what either node shows, that of the one that it follows first. */
  together(leader: NodeIndex): MinedBlock[] {
    return this.#blocks.map(({ height, hash, others, outputs }) => {
      const own = outputs[leader] ?? [];
      const known = new Set(own.map(({ found }) => found.outputHash));
      const more = (outputs[otherOf(leader)] ?? []).filter(({ found }) => !known.has(found.outputHash));
      // How many outputs a block has is counted as the node says that is followed.
      return { height, hash, others: others - more.length, outputs: [...own, ...more] };
    });
  }

  /** The blocks as they are taken from one node alone. */
  of(node: NodeIndex): MinedBlock[] {
    return this.#blocks.map(({ outputs, ...block }) => ({ ...block, outputs: outputs[node] ?? [] }));
  }

  /** Whether the nodes show different outputs in any of the blocks. */
  differ(): boolean {
    const [one, other] = NODES.map((node) => this.scanned(node).map(({ digest }) => digest));
    return one?.join() !== other?.join();
  }

  has(node: number, hash: string, outputHash: string): boolean {
    const block = this.#blocks.find((one) => one.hash === hash);
    return block?.outputs[node]?.some(({ found }) => found.outputHash === outputHash) ?? false;
  }

  bothHave(hash: string, outputHash: string): boolean {
    return NODES.every((node) => this.has(node, hash, outputHash));
  }

  /** As the watcher asks for it. */
  scan(): Pick<SimulatedScan, 'scan' | 'digests' | 'confirm'> {
    return {
      scan: async (node, hash, limit) => {
        const blocks = this.scanned(node);
        const first = blocks.findIndex((block) => block.hash === hash);
        return first === -1 ? undefined : blocks.slice(first, first + limit);
      },
      digests: async (node, _hash, limit) =>
        new Map(
          this.scanned(node)
            .slice(0, limit)
            .map(({ hash, digest }) => [hash, digest]),
        ),
      confirm: async (node, hash, _height, expected) =>
        expected
          .filter(
            ({ outputHash, fingerprint }) =>
              this.has(node, hash, outputHash) && inBlock(outputHash, hash).fingerprint === fingerprint,
          )
          .map(({ outputHash }) => outputHash),
    };
  }
}
