import type { NodeSet } from './node-set.ts';
import type { ScannedBlock } from './scan/found-output.ts';
import type { Scan } from './scan/open-scan.ts';

export interface ComparingPorts {
  nodes: NodeSet;
  scan: Pick<Scan, 'scan' | 'digests'>;
  sayOnce: (key: string, text: string, fields: object) => void;
}

/** The blocks to be entered, and those among them that could not be compared with another node. */
export interface ComparedBlocks {
  blocks: ScannedBlock[];
  uncompared: ScannedBlock[];
}

/**
 * Compares the outputs that one node lists in blocks with those of another node. If they differ, both are scanned: if a
 * node withholds a payment, as a pruned one may, the payment is found late rather than never. An output that only one
 * node has is not confirmed.
 * @param leader the node that provided the blocks.
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
    // A node without the block lags behind and is queried again later, or is on another branch, which shows when it has to
    // confirm something.
    if (digest === undefined) uncompared.push(block);
    if (digest === undefined || digest === block.digest) compared.push(block);
    else {
      const [theirs] = (await nodes.ask(other, () => scan.scan(other, block.hash, 1, false)))?.answer ?? [];
      const fields = { height: block.height, nodes: [nodes.urlOf(leader), nodes.urlOf(other)] };
      sayOnce(
        `outputs ${leader} ${other}`,
        `Base nodes ${nodes.urlOf(leader)} and ${nodes.urlOf(other)} list different outputs in block ${block.height}; both lists are scanned, and an output that only one node has is not confirmed`,
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
