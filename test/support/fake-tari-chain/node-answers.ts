import { base64, hex } from '@scure/base';
import type { WholeOutputAnswer } from './recording.ts';
import type { ServedBlock, ServedChain, ServedOutput } from './served-chain.ts';

/** What a base node answers to each path of its HTTP interface (chain.md 1), as oddly as the real one. */

export interface NodeView {
  chain: ServedChain;
  isSynced: boolean;
  /** Below this height a pruned node has only what is not spent; 0: it has everything. */
  prunedHeight: number;
  /** Outputs of one entry in a list of blocks: a block with more has several entries. 2,000 in the real node. */
  maxChunk: number;
  /** Only what was spent so many blocks below the tip is left out with exclude_spent. 1,000 in the real node. */
  spentDepth: number;
}

export interface Answer {
  status: number;
  body: unknown;
}

/** The real node ends a list at the next multiple of this height, so that its answers can be cached. */
const MAX_BLOCKS = 100;

export const DEFAULT_VIEW = { isSynced: true, prunedHeight: 0, maxChunk: 2000, spentDepth: 1000 };

export function answerTo(path: string, query: URLSearchParams, view: NodeView): Answer {
  switch (path) {
    case '/get_tip_info':
      return tipInfo(view);
    case '/get_header_by_height':
      return header(view, query);
    case '/get_height_at_time':
      return heightAtTime(view, query);
    case '/sync_utxos_by_block':
      return listedBlocks(view, query);
    case '/get_utxos_by_block':
      return wholeBlock(view, query);
    case '/fetch_utxo':
      return oneOutput(view, query);
    default:
      return { status: 404, body: '' };
  }
}

function tipInfo({ chain, isSynced, prunedHeight }: NodeView): Answer {
  const tip = chain.blockAt(chain.tipHeight);
  const metadata = {
    best_block_height: chain.tipHeight,
    best_block_hash: numbers(tip?.hash ?? ''),
    pruning_horizon: prunedHeight === 0 ? 0 : chain.tipHeight - prunedHeight,
    pruned_height: prunedHeight,
    accumulated_difficulty: `0x${(chain.tipHeight + 1).toString(16)}`,
    timestamp: tip?.timestamp ?? 0,
  };
  return ok({ metadata, is_synced: isSynced });
}

function header({ chain }: NodeView, query: URLSearchParams): Answer {
  const height = numberIn(query, 'height');
  if (height === undefined) return badQuery('height');
  const block = chain.blockAt(height);
  return block === undefined ? failure(404, `Header not found at height: ${height}`) : ok(headerAnswer(block));
}

/** The height of the last block that was there at the time, and 0 before the first. */
function heightAtTime({ chain }: NodeView, query: URLSearchParams): Answer {
  const time = numberIn(query, 'time');
  if (time === undefined) return badQuery('time');
  let height = chain.tipHeight;
  while (height > 0 && (chain.blockAt(height)?.timestamp ?? 0) > time) height -= 1;
  return ok(height);
}

function listedBlocks(view: NodeView, query: URLSearchParams): Answer {
  const { chain } = view;
  const start = hashIn(query, 'start_header_hash');
  const [limit, page] = [numberIn(query, 'limit'), numberIn(query, 'page')];
  if (start === undefined || limit === undefined || page === undefined) return badQuery('start_header_hash');
  if (limit < 1) return failure(400, 'The limit must be 1 or more');
  const startHeight = chain.heightOf(start);
  if (startHeight === undefined) return failure(404, 'Start header hash not found');
  const end = Math.min(chain.tipHeight, (Math.floor(startHeight / MAX_BLOCKS) + 1) * MAX_BLOCKS);
  const first = startHeight + page * limit;
  if (first > chain.tipHeight) {
    const [from, to] = [startHeight, chain.tipHeight];
    return failure(500, `Start header height ${from} cannot be greater than the end header height ${to}`);
  }
  const excluding = { spent: query.get('exclude_spent') === 'true', inputs: query.get('exclude_inputs') === 'true' };
  const list = blocksFrom(view, { first, end, limit }, excluding);
  return ok(query.get('version') === '1' ? inBase64(list) : inNumbers(list));
}

interface ListedBlocks {
  entries: Entry[];
  hasNextPage: boolean;
  /** Empty at the tip. At the end of a list that is not at the tip, the last block again. */
  nextHash: string;
}

interface Entry {
  block: ServedBlock;
  outputs: readonly ServedOutput[];
  inputs: readonly string[];
}

/**
 * The limit counts entries and blocks: a list ends before the block whose entries pass it, unless it is the first one.
 * Then the next block to ask for is said to be this same one.
 */
function blocksFrom(
  view: NodeView,
  { first, end, limit }: { first: number; end: number; limit: number },
  excluding: { spent: boolean; inputs: boolean },
): ListedBlocks {
  const entries: Entry[] = [];
  const hashAt = (height: number) => view.chain.blockAt(height)?.hash ?? '';
  let chunks = 0;
  for (let height = first; ; height += 1) {
    const block = view.chain.blockAt(height);
    if (block === undefined) throw new Error(`The chain has no block ${height}.`);
    const parts = entriesOf(view, block, excluding);
    if (parts.length > 1 || parts[0]?.outputs.length || parts[0]?.inputs.length) chunks += parts.length;
    if (height < view.chain.tipHeight && chunks > limit && height > first) {
      return { entries, hasNextPage: false, nextHash: block.hash };
    }
    entries.push(...parts);
    if (height >= view.chain.tipHeight) return { entries, hasNextPage: end > height, nextHash: '' };
    if (chunks > limit) return { entries, hasNextPage: true, nextHash: block.hash };
    if (height + 1 > end) return { entries, hasNextPage: end > height, nextHash: block.hash };
    if (height + 1 === first + limit) {
      return { entries, hasNextPage: end > height + 1, nextHash: hashAt(height + 1) };
    }
  }
}

function entriesOf(view: NodeView, block: ServedBlock, excluding: { spent: boolean; inputs: boolean }): Entry[] {
  const spentUpTo = Math.max(0, view.chain.tipHeight - view.spentDepth);
  const outputs = keptOutputs(view, block).filter(({ hash }) => {
    const spentAt = view.chain.outputOf(hash)?.spentAt;
    return !excluding.spent || spentAt === undefined || spentAt > spentUpTo;
  });
  const inputs = excluding.inputs ? [] : block.inputs;
  const entries: Entry[] = [];
  for (let at = 0; at < Math.max(outputs.length, inputs.length, 1); at += view.maxChunk) {
    const upTo = at + view.maxChunk;
    entries.push({ block, outputs: outputs.slice(at, upTo), inputs: inputs.slice(at, upTo) });
  }
  return entries;
}

function wholeBlock(view: NodeView, query: URLSearchParams): Answer {
  const hash = hashIn(query, 'header_hash');
  if (hash === undefined) return badQuery('header_hash');
  const height = view.chain.heightOf(hash);
  const block = height === undefined ? undefined : view.chain.blockAt(height);
  if (block === undefined) return failure(404, 'Header hash not found');
  const outputs: WholeOutputAnswer[] = keptOutputs(view, block).map(({ whole }) => whole);
  return ok({ header_hash: numbers(block.hash), height, outputs, mined_timestamp: block.timestamp });
}

function oneOutput(view: NodeView, query: URLSearchParams): Answer {
  const hash = hashIn(query, 'utxo');
  if (hash === undefined) return badQuery('utxo');
  const mined = view.chain.outputOf(hash);
  if (mined === undefined || isPruned(view, mined.minedAt, mined.spentAt)) return failure(404, 'Output not found');
  return ok(mined.output.whole);
}

function keptOutputs(view: NodeView, block: ServedBlock): readonly ServedOutput[] {
  if (block.height >= view.prunedHeight) return block.outputs;
  return block.outputs.filter(({ hash }) => !isPruned(view, block.height, view.chain.outputOf(hash)?.spentAt));
}

function isPruned({ prunedHeight }: NodeView, minedAt: number, spentAt: number | undefined): boolean {
  return minedAt < prunedHeight && spentAt !== undefined && spentAt < prunedHeight;
}

// ---- Shapes -------------------------------------------------------------------------------------------------------

function headerAnswer(block: ServedBlock): object {
  const zero = new Array<number>(32).fill(0);
  return {
    hash: numbers(block.hash),
    version: 1,
    height: block.height,
    prev_hash: numbers(block.previousHash),
    timestamp: block.timestamp,
    input_mr: zero,
    output_mr: zero,
    block_output_mr: zero,
    output_smt_size: block.height + 1,
    kernel_mr: zero,
    kernel_mmr_size: block.height + 1,
    total_kernel_offset: '00'.repeat(32),
    total_script_offset: '00'.repeat(32),
    validator_node_mr: zero,
    validator_node_size: 0,
    pow: { pow_algo: 'Sha3x', pow_data: [] },
    nonce: 1,
  };
}

function inBase64({ entries, hasNextPage, nextHash }: ListedBlocks): object {
  return { blocks: listed(entries, inBase64Text), has_next_page: hasNextPage, next_header_to_scan: nextHash };
}

/** Without `version=1`, bytes are arrays of numbers, as they were at first. */
function inNumbers({ entries, hasNextPage, nextHash }: ListedBlocks): object {
  return { blocks: listed(entries, numbers), has_next_page: hasNextPage, next_header_to_scan: numbers(nextHash) };
}

function listed<Bytes>(entries: readonly Entry[], write: (hexText: string) => Bytes): object[] {
  return entries.map(({ block, outputs, inputs }) => ({
    header_hash: write(block.hash),
    height: block.height,
    outputs: outputs.map(({ hash, whole }) => ({
      output_hash: write(hash),
      commitment: write(whole.commitment),
      encrypted_data: write(whole.encrypted_data.data),
      sender_offset_public_key: write(whole.sender_offset_public_key),
    })),
    inputs: inputs.map(write),
    mined_timestamp: block.timestamp,
  }));
}

const inBase64Text = (hexText: string): string => base64.encode(hex.decode(hexText));
const numbers = (hexText: string): number[] => [...hex.decode(hexText)];

const ok = (body: unknown): Answer => ({ status: 200, body });
const failure = (status: number, error: string): Answer => ({ status, body: { error } });
/** What the real node's query reader says is a text, not JSON. */
const badQuery = (field: string): Answer => ({
  status: 400,
  body: `Failed to deserialize query string: missing or malformed field \`${field}\``,
});

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function hashIn(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? '';
  return /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
}
