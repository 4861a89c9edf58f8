import { base64, hex } from '@scure/base';
import type { WholeOutput } from '#tari/chain/outputs.ts';
import type { ChainRecording, WholeOutputAnswer } from './recording.ts';

/**
 * A chain as a node serves it, whatever it is made of: a recording, a play chain, or what a liar makes of one. Hashes are
 * lower-case hex here; the answers turn them into what each path writes.
 */
export interface ServedChain {
  readonly tipHeight: number;
  blockAt(height: number): ServedBlock | undefined;
  /** The height of the block with this hash, or undefined when it is not, or no longer, in the chain. */
  heightOf(blockHash: string): number | undefined;
  outputOf(outputHash: string): MinedOutput | undefined;
}

export interface ServedBlock {
  hash: string;
  previousHash: string;
  height: number;
  /** In seconds. */
  timestamp: number;
  outputs: readonly ServedOutput[];
  /** Hashes of the outputs that the block spends. */
  inputs: readonly string[];
}

export interface ServedOutput {
  hash: string;
  whole: WholeOutputAnswer;
}

export interface MinedOutput {
  output: ServedOutput;
  minedAt: number;
  spentAt: number | undefined;
}

/** The recorded chain. Of its first block only the hash is known: it had no outputs. */
export function recordedChain(recording: ChainRecording): ServedChain {
  const inHex = (text: string) => hex.encode(base64.decode(text));
  const hashAt = (height: number) => recording.header_hashes[height] ?? '';
  const first = { hash: hashAt(0), previousHash: '00'.repeat(32), height: 0, outputs: [], inputs: [] };
  const blocks: ServedBlock[] = [
    { ...first, timestamp: (recording.blocks[0]?.mined_timestamp ?? 0) - 120 },
    ...recording.blocks.map((block) => ({
      hash: inHex(block.header_hash),
      previousHash: hashAt(block.height - 1),
      height: block.height,
      timestamp: block.mined_timestamp,
      inputs: block.inputs.map(inHex),
      outputs: block.outputs.map(({ output_hash }) => {
        const outputHash = inHex(output_hash);
        const whole = recording.utxos[outputHash];
        if (whole === undefined) throw new Error(`The recording has no output ${outputHash}.`);
        return { hash: outputHash, whole };
      }),
    })),
  ];
  return chainOfBlocks(blocks);
}

/** A chain that does not change. */
export function chainOfBlocks(blocks: readonly ServedBlock[]): ServedChain {
  const heights = new Map(blocks.map((block) => [block.hash, block.height]));
  const spentAt = new Map(blocks.flatMap((block) => block.inputs.map((input) => [input, block.height] as const)));
  const outputs = new Map(
    blocks.flatMap((block) => block.outputs.map((output) => [output.hash, { output, minedAt: block.height }] as const)),
  );
  return {
    tipHeight: blocks.length - 1,
    blockAt: (height) => blocks[height],
    heightOf: (blockHash) => heights.get(blockHash),
    outputOf: (outputHash) => {
      const mined = outputs.get(outputHash);
      return mined && { ...mined, spentAt: spentAt.get(outputHash) };
    },
  };
}

/** The output as `/fetch_utxo` writes it. Its proofs are none: a wallet that watches does not look at them. */
export function wholeAnswer(output: WholeOutput): WholeOutputAnswer {
  const isCoinbase = output.outputType === 1;
  const zero = '00'.repeat(32);
  return {
    version: 'V0',
    features: {
      version: 'V0',
      output_type: output.outputType,
      maturity: output.maturity <= Number.MAX_SAFE_INTEGER ? Number(output.maturity) : output.maturity,
      coinbase_extra: '',
      sidechain_feature: null,
      range_proof_type: isCoinbase ? 'revealed_value' : 'bullet_proof_plus',
    },
    commitment: hex.encode(output.commitment),
    proof: isCoinbase ? null : '01'.repeat(577),
    script: hex.encode(output.script),
    sender_offset_public_key: hex.encode(output.senderOffsetPublicKey),
    metadata_signature: { ephemeral_commitment: zero, ephemeral_pubkey: zero, u_a: zero, u_x: zero, u_y: zero },
    covenant: hex.encode(output.covenant),
    encrypted_data: { data: hex.encode(output.encryptedData) },
    minimum_value_promise: 0,
  };
}

export function servedOutput(output: WholeOutput): ServedOutput {
  return { hash: hex.encode(output.outputHash), whole: wholeAnswer(output) };
}

// ---- What a node makes of a chain that it does not show as it is ----------------------------------------------------

/** A node that lags: it knows the chain up to a height. */
export function upTo(chain: ServedChain, height: () => number): ServedChain {
  const known = (at: number | undefined) => (at !== undefined && at <= height() ? at : undefined);
  return {
    get tipHeight() {
      return Math.min(chain.tipHeight, height());
    },
    blockAt: (at) => (known(at) === undefined ? undefined : chain.blockAt(at)),
    heightOf: (blockHash) => known(chain.heightOf(blockHash)),
    outputOf: (outputHash) => {
      const mined = chain.outputOf(outputHash);
      if (mined === undefined || known(mined.minedAt) === undefined) return undefined;
      return { ...mined, spentAt: known(mined.spentAt) };
    },
  };
}

/** A liar that shows honest headers and puts outputs of its own below one of them. */
export function withFalseOutputs(chain: ServedChain, height: number, outputs: readonly WholeOutput[]): ServedChain {
  const added = outputs.map(servedOutput);
  return changed(chain, (block) =>
    block.height === height ? { ...block, outputs: [...block.outputs, ...added] } : block,
  );
}

/** A liar that keeps outputs back. */
export function withoutOutputs(chain: ServedChain, ...outputHashes: string[]): ServedChain {
  const hidden = new Set(outputHashes);
  return changed(chain, (block) => ({ ...block, outputs: block.outputs.filter((output) => !hidden.has(output.hash)) }));
}

/** A liar that shows an output with another content under its own hash. */
export function withChangedOutput(chain: ServedChain, outputHash: string, content: WholeOutput): ServedChain {
  const output = { hash: outputHash, whole: wholeAnswer(content) };
  return changed(chain, (block) => ({
    ...block,
    outputs: block.outputs.map((own) => (own.hash === outputHash ? output : own)),
  }));
}

function changed(chain: ServedChain, change: (block: ServedBlock) => ServedBlock): ServedChain {
  const blockAt = (height: number) => {
    const block = chain.blockAt(height);
    return block && change(block);
  };
  const find = (outputHash: string, height: number) =>
    blockAt(height)?.outputs.find((output) => output.hash === outputHash);
  return {
    get tipHeight() {
      return chain.tipHeight;
    },
    blockAt,
    heightOf: (blockHash) => chain.heightOf(blockHash),
    outputOf: (outputHash) => {
      const mined = chain.outputOf(outputHash);
      const heights = mined ? [mined.minedAt] : Array.from({ length: chain.tipHeight + 1 }, (_, height) => height);
      for (const minedAt of heights) {
        const output = find(outputHash, minedAt);
        if (output !== undefined) return { output, minedAt, spentAt: mined?.spentAt };
      }
      return undefined;
    },
  };
}
