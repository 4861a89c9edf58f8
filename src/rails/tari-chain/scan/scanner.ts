import { setImmediate as nextTurn } from 'node:timers/promises';
import { hex } from '@scure/base';
import type { Header, ListedBlock, Tip, WholeBlockOutput } from '#rails/tari-chain/nodes/node-answers.ts';
import { NodeClient } from '#rails/tari-chain/nodes/node-client.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import { bytesEqual } from '#tari/bytes.ts';
import { readMemo } from '#tari/chain/memo.ts';
import {
  type ListedOutput,
  type OpenedOutput,
  openOutput,
  paymentReferenceOf,
  refusalOf,
  transactionIdOf,
  type WholeOutput,
} from '#tari/chain/outputs.ts';
import type { ViewWallet } from '#tari/chain/view-wallet.ts';
import { blake2b512 } from '#tari/ristretto.ts';
import type { ExpectedOutput, FoundOutput, ScannedBlock } from './found-output.ts';

/** Headers requested concurrently. */
const HEADERS_AT_ONCE = 6;

/** The watcher's queries of nodes, which run in the scan thread. Nodes are identified by their index in the settings. */
export interface Scanner {
  /** @throws {NodeError}, as all of these */
  tip(node: number): Promise<Tip>;
  header(node: number, height: number): Promise<Header | undefined>;
  heightAt(node: number, time: Date): Promise<number>;
  /**
   * Scans up to `limit` blocks from the one with that hash on; undefined if the node does not have it in its chain.
   * @param proveLinks whether to verify that the header of each block names the previous one: a node assembles its answer
   *   from several reads of its chain, which may change meanwhile. Not needed for blocks too deep to change.
   */
  scan(node: number, headerHash: string, limit: number, proveLinks: boolean): Promise<ScannedBlock[] | undefined>;
  /** As `scan`, without scanning the outputs: the digests of the blocks, by block hash. */
  digests(node: number, headerHash: string, limit: number): Promise<Map<string, string>>;
  /** The hashes of the outputs that the node has in that block exactly as expected. */
  confirm(node: number, headerHash: string, height: number, outputs: readonly ExpectedOutput[]): Promise<string[]>;
}

export function createScanner(
  wallet: ViewWallet,
  urls: readonly string[],
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Scanner {
  const clients = urls.map((url) => new NodeClient(url, fetch, signal));
  const clientOf = (node: number): NodeClient => {
    const client = clients[node];
    if (client === undefined) throw new Error(`There is no node ${node}`);
    return client;
  };
  return {
    tip: async (node) => clientOf(node).tip(),
    header: async (node, height) => clientOf(node).header(height),
    heightAt: async (node, time) => clientOf(node).heightAt(time),

    async scan(node, headerHash, limit, proveLinks) {
      const client = clientOf(node);
      const blocks = await client.blocksFrom(headerHash, limit);
      if (blocks === undefined) return undefined;
      if (proveLinks) await requireLinks(client, blocks);
      const scanned: ScannedBlock[] = [];
      for (const block of blocks) {
        scanned.push(await scanBlock(wallet, client, block));
        // Yields, so that other work, such as a shutdown, need not wait for all of them.
        await nextTurn();
      }
      return scanned;
    },

    async digests(node, headerHash, limit) {
      const blocks = (await clientOf(node).blocksFrom(headerHash, limit)) ?? [];
      return new Map(blocks.map((block) => [block.hash, digestOf(block)]));
    },

    async confirm(node, headerHash, height, outputs) {
      const client = clientOf(node);
      if ((await client.header(height))?.hash !== headerHash) return [];
      return confirmedBy(client, headerHash, outputs);
    },
  };
}

/** Verifies that each block's header names the previous one. The last one's own header shows that it is in the chain. */
async function requireLinks(client: NodeClient, blocks: readonly ListedBlock[]): Promise<void> {
  for (let start = 1; start < blocks.length; start += HEADERS_AT_ONCE) {
    const some = blocks.slice(start, start + HEADERS_AT_ONCE);
    const headers = await Promise.all(some.map(({ height }) => client.header(height)));
    for (const [index, header] of headers.entries()) {
      const isLinked = header?.hash === some[index]?.hash && header?.previousHash === blocks[start + index - 1]?.hash;
      if (!isLinked)
        throw new NodeError('garbage', 'Its blocks and its headers do not agree; its chain may be changing.');
    }
  }
}

async function scanBlock(wallet: ViewWallet, client: NodeClient, block: ListedBlock): Promise<ScannedBlock> {
  const opened = new Map<ListedOutput, OpenedOutput>();
  for (const output of block.outputs) {
    const found = openOutput(wallet, output);
    // The wallet's own change is not a payment.
    if (found?.kind === 'for_us') opened.set(output, found);
  }
  const { height, hash } = block;
  const scanned: ScannedBlock = { height, hash, outputs: block.outputs.length, digest: digestOf(block), found: [] };
  if (opened.size === 0) return scanned;
  const commitments = new Set([...opened.keys()].map(({ commitment }) => hex.encode(commitment)));
  // One output under two hashes would be two payments.
  if (commitments.size !== opened.size) throw new NodeError('garbage', 'It listed one output of a block twice.');
  // The whole block is fetched, so that a stranger's node does not learn which of its outputs are the shop's.
  const wholes = await client.wholeOutputs(hash, commitments);
  for (const [listed, found] of opened) {
    scanned.found.push(describe(wallet, block, found, wholeOf(listed, wholes)));
  }
  return scanned;
}

/** Nodes may list the outputs of a block in different orders. */
function digestOf({ outputs }: ListedBlock): string {
  const hashes = outputs.map(({ outputHash }) => hex.encode(outputHash)).sort();
  return hex.encode(blake2b512(Buffer.from(hashes.join()))).slice(0, 32);
}

/** The complete output of a listed one; both must be the same output. */
function wholeOf(listed: ListedOutput, wholes: ReadonlyMap<string, WholeBlockOutput> | undefined): WholeOutput {
  const whole = wholes?.get(hex.encode(listed.commitment));
  if (
    whole === undefined ||
    !bytesEqual(whole.encryptedData, listed.encryptedData) ||
    !bytesEqual(whole.senderOffsetPublicKey, listed.senderOffsetPublicKey)
  ) {
    throw new NodeError('garbage', 'It listed an output of a block that the block itself does not contain.');
  }
  return { ...whole, outputHash: listed.outputHash };
}

function describe(wallet: ViewWallet, block: ListedBlock, opened: OpenedOutput, whole: WholeOutput): FoundOutput {
  const memo = readMemo(opened.memo);
  return {
    outputHash: hex.encode(whole.outputHash),
    commitment: hex.encode(whole.commitment),
    txid: transactionIdOf(wallet.publicViewKey, whole.outputHash),
    amount: opened.amount,
    refusal: refusalOf(wallet, opened, whole, BigInt(block.height)),
    text: memo.text,
    sender: memo.senderBytes,
    paymentReference: paymentReferenceOf(hex.decode(block.hash), whole.outputHash),
    fingerprint: fingerprintOf(whole),
  };
}

/** A digest of everything that decides whether an output is a payment. */
function fingerprintOf(whole: Omit<WholeOutput, 'outputHash'>): string {
  const parts = [
    whole.commitment,
    whole.senderOffsetPublicKey,
    whole.encryptedData,
    whole.script,
    whole.covenant,
    Buffer.from(`${whole.outputType} ${whole.maturity}`),
  ];
  const lengths = Buffer.from(parts.map(({ length }) => length).join());
  return hex.encode(blake2b512(Buffer.concat([lengths, ...parts]))).slice(0, 64);
}

/** Checks the hashes against the block's list, and the outputs themselves against the complete block. */
async function confirmedBy(
  client: NodeClient,
  headerHash: string,
  outputs: readonly ExpectedOutput[],
): Promise<string[]> {
  const [block] = (await client.blocksFrom(headerHash, 1)) ?? [];
  const wholes = await client.wholeOutputs(headerHash, new Set(outputs.map(({ commitment }) => commitment)));
  if (block === undefined || wholes === undefined) return [];
  const commitmentOf = new Map(
    block.outputs.map(({ outputHash, commitment }) => [hex.encode(outputHash), hex.encode(commitment)]),
  );
  return outputs
    .filter(({ outputHash, commitment, fingerprint }) => {
      const whole = wholes.get(commitment);
      return commitmentOf.get(outputHash) === commitment && whole !== undefined && fingerprintOf(whole) === fingerprint;
    })
    .map(({ outputHash }) => outputHash);
}
