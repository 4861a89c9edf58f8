import { hex } from '@scure/base';
import type { ListedOutput, WholeOutput } from '#tari/chain/outputs.ts';
import { NodeError } from './node-error.ts';

/**
 * Parses the answers of nodes. A node may belong to a stranger: each field is validated before it is used, and an invalid
 * one makes the whole answer garbage. Bytes come as arrays of numbers, in hex or in base64, depending on the endpoint.
 */

/** The tip of a node's chain. */
export interface Tip {
  height: number;
  /** Hex. */
  hash: string;
  /** The accumulated difficulty; undefined if the node does not report it. */
  difficulty: bigint | undefined;
}

export interface Header {
  height: number;
  /** Hex, as all hashes. */
  hash: string;
  previousHash: string;
  timestamp: number;
}

/** A block with the outputs that wallets scan. */
export interface ListedBlock {
  hash: string;
  height: number;
  outputs: ListedOutput[];
}

/** A complete output of a block; the node does not include its hash. */
export type WholeBlockOutput = Omit<WholeOutput, 'outputHash'>;

const HASH_BYTES = 32;

/** No chain gets this high in ten thousand years. */
const MAX_HEIGHT = 2_000_000_000;

export function tipOf(answer: unknown): Tip {
  const metadata = objectIn(objectOf(answer), 'metadata');
  return {
    height: heightIn(metadata, 'best_block_height'),
    hash: hashIn(metadata, 'best_block_hash'),
    difficulty: difficultyOf(metadata.accumulated_difficulty),
  };
}

export function headerOf(answer: unknown): Header {
  const header = objectOf(answer);
  return {
    height: heightIn(header, 'height'),
    hash: hashIn(header, 'hash'),
    previousHash: hashIn(header, 'prev_hash'),
    timestamp: numberIn(header, 'timestamp'),
  };
}

export function heightOf(answer: unknown): number {
  return heightIn({ height: answer }, 'height');
}

/**
 * The blocks of an answer, in order, each once: a node splits the outputs of a large block into parts of 2,000 and
 * repeats the block with each part.
 */
export function listedBlocksOf(answer: unknown): ListedBlock[] {
  const blocks: ListedBlock[] = [];
  for (const part of arrayIn(objectOf(answer), 'blocks').map(objectOf)) {
    const hash = hashIn(part, 'header_hash');
    const height = heightIn(part, 'height');
    const outputs = arrayIn(part, 'outputs').map(listedOutputOf);
    const last = blocks.at(-1);
    if (last?.hash === hash && last.height === height) last.outputs.push(...outputs);
    else blocks.push({ hash, height, outputs });
  }
  return blocks;
}

/**
 * The outputs of one block with the given commitments in hex, by commitment. The others are ignored: an unknown kind of
 * output must not prevent a payment from being found.
 */
export function wholeOutputsOf(
  answer: unknown,
  headerHash: string,
  wanted: ReadonlySet<string>,
): Map<string, WholeBlockOutput> {
  const block = objectOf(answer);
  if (hashIn(block, 'header_hash') !== headerHash) throw garbage('the block is another than the one asked for');
  const outputs = new Map<string, WholeBlockOutput>();
  for (const output of arrayIn(block, 'outputs').map(objectOf)) {
    const commitment = hashIn(output, 'commitment');
    if (!wanted.has(commitment)) continue;
    if (outputs.has(commitment)) throw garbage('two outputs of a block have the same commitment');
    outputs.set(commitment, wholeOutputOf(output));
  }
  return outputs;
}

function listedOutputOf(value: unknown): ListedOutput {
  const output = objectOf(value);
  return {
    outputHash: bytesIn(output, 'output_hash', HASH_BYTES),
    commitment: bytesIn(output, 'commitment', HASH_BYTES),
    encryptedData: bytesIn(output, 'encrypted_data', 'base64'),
    senderOffsetPublicKey: bytesIn(output, 'sender_offset_public_key', HASH_BYTES),
  };
}

function wholeOutputOf(output: Fields): WholeBlockOutput {
  const features = objectIn(output, 'features');
  return {
    commitment: bytesIn(output, 'commitment', HASH_BYTES),
    encryptedData: bytesIn(objectIn(output, 'encrypted_data'), 'data', 'hex'),
    senderOffsetPublicKey: bytesIn(output, 'sender_offset_public_key', HASH_BYTES),
    outputType: numberIn(features, 'output_type'),
    // A number past 2^53 has lost digits and is still far above every height.
    maturity: BigInt(numberIn(features, 'maturity')),
    script: bytesIn(output, 'script', 'hex'),
    covenant: bytesIn(output, 'covenant', 'hex'),
  };
}

// ---- Fields ---------------------------------------------------------------------------------------------------------

type Fields = Readonly<Record<string, unknown>>;

function garbage(what: string): NodeError {
  return new NodeError('garbage', `Its answer makes no sense: ${what}.`);
}

function objectOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw garbage('an object was expected');
  return value as Fields;
}

function objectIn(fields: Fields, name: string): Fields {
  return objectOf(fields[name]);
}

function arrayIn(fields: Fields, name: string): unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw garbage(`${name} is not a list`);
  return value;
}

/** An integer, 0 or more; beyond 2^53 it has lost digits. */
function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw garbage(`${name} is not an integer`);
  return value;
}

function heightIn(fields: Fields, name: string): number {
  const value = numberIn(fields, name);
  if (value > MAX_HEIGHT) throw garbage(`${name} is higher than any block`);
  return value;
}

/** 32 bytes as hex, in whichever form they come. */
function hashIn(fields: Fields, name: string): string {
  return hex.encode(bytesIn(fields, name, HASH_BYTES));
}

/** @param form the number of bytes, so that a text's length tells its encoding; or the encoding, for any number of bytes. */
function bytesIn(fields: Fields, name: string, form: number | 'hex' | 'base64'): Uint8Array {
  const value = fields[name];
  const bytes = Array.isArray(value)
    ? bytesOfNumbers(value)
    : typeof value === 'string'
      ? bytesOfText(value, form)
      : undefined;
  if (bytes === undefined || (typeof form === 'number' && bytes.length !== form)) throw garbage(`${name} is malformed`);
  return bytes;
}

function bytesOfNumbers(numbers: readonly unknown[]): Uint8Array | undefined {
  const areBytes = numbers.every((byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) < 256);
  return areBytes ? Uint8Array.from(numbers as number[]) : undefined;
}

/** Buffer decodes as far as it can, so the length of the result must match that of the text. */
function bytesOfText(text: string, form: number | 'hex' | 'base64'): Uint8Array | undefined {
  const isHex = form === 'hex' || text.length === 2 * Number(form);
  const bytes = Buffer.from(text, isHex ? 'hex' : 'base64');
  const expectedLength = isHex ? text.length / 2 : Math.floor((text.replace(/=+$/, '').length * 3) / 4);
  return bytes.length === expectedLength ? bytes : undefined;
}

function difficultyOf(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,128}$/.test(value)) return undefined;
  return BigInt(value);
}
