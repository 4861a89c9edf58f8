import type { NodeSet } from './node-set.ts';
import type { ScannedBlock } from './scan/found-output.ts';
import type { Scan } from './scan/open-scan.ts';

export interface ComparingPorts {
  nodes: NodeSet;
  scan: Pick<Scan, 'scan' | 'digests'>;
  sayOnce: (key: string, text: string, fields: object) => void;
}

/** The blocks as they are to be entered, and those of them that no other node could be asked about. */
export interface ComparedBlocks {
  blocks: ScannedBlock[];
  uncompared: ScannedBlock[];
}

/**
 * Compares the blocks that one node has given with what another one lists in them. Where that differs, both are looked
 * through: a node that keeps a payment to itself, as one that is pruned may, has it received late and not never. What only
 * one has is not confirmed.
 * @param leader the node that gave the blocks.
 * @param answering the nodes that have answered in this turn.
 */
export async function compareBlocks(
  { nodes, scan, sayOnce }: ComparingPorts,
  blocks: readonly ScannedBlock[],
  leader: number,
  answering: readonly number[],
): Promise<ComparedBlocks> {
  const other = answering.find((node) => node !== leader && nodes.isGood(node));
  const [first] = blocks;
  if (other === undefined || first === undefined) return { blocks: [...blocks], uncompared: [...blocks] };
  const listed = await nodes.ask(other, () => scan.digests(other, first.hash, blocks.length));
  const digests = listed?.answer ?? new Map<string, string>();
  const compared: ScannedBlock[] = [];
  const uncompared: ScannedBlock[] = [];
  for (const block of blocks) {
    const digest = digests.get(block.hash);
    // One that does not have the block lags, and is asked again later, or is on another branch, which shows when it is to
    // confirm something.
    if (digest === undefined) uncompared.push(block);
    if (digest === undefined || digest === block.digest) compared.push(block);
    else {
      const [theirs] = (await nodes.ask(other, () => scan.scan(other, block.hash, 1, false)))?.answer ?? [];
      const fields = { height: block.height, nodes: [nodes.urlOf(leader), nodes.urlOf(other)] };
      sayOnce(
        `outputs ${leader} ${other}`,
        `Base nodes ${nodes.urlOf(leader)} and ${nodes.urlOf(other)} list different outputs in block ${block.height}; both are looked through, and what only one has is not confirmed`,
        fields,
      );
      if (theirs === undefined) uncompared.push(block);
      compared.push(theirs === undefined ? block : together(block, theirs));
    }
  }
  return { blocks: compared, uncompared };
}

function together(block: ScannedBlock, theirs: ScannedBlock): ScannedBlock {
  const known = new Set(block.found.map(({ outputHash }) => outputHash));
  return { ...block, found: [...block.found, ...theirs.found.filter(({ outputHash }) => !known.has(outputHash))] };
}
