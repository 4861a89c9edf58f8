import type { ChainPayments, PreparedPayment } from '#engine/payments/chain-payments.ts';
import type { Clock } from '#platform/clock.ts';
import type { Store, Transaction } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { storableText } from '#platform/storable-text.ts';
import { formatTari, type MicroTari, microTari } from '#tari/micro-tari.ts';
import { senderOfBytes } from '#tari/sender.ts';
import type { RefusalReason } from './chain-status.ts';
import type { FoundOutput, ScannedBlock } from './scan/found-output.ts';
import { chainRepository } from './store/chain.ts';
import type { KnownBlock } from './store/known-block.ts';
import type { ChainOutput } from './store/outputs.ts';

/**
 * What the watcher writes. Each function is one transaction: where it stands changes together with what was found, so
 * that a process that dies at any moment loses nothing and doubles nothing.
 */

/** A reorganisation is followed as deep as blocks are kept; 500 would do, and a thousand are some 100 KB. */
export const KEPT_BLOCKS = 1_000;

/** Somebody else has moved on meanwhile: what was to be written is of another place, and is looked at again. */
export class MovedError extends Error {
  override readonly name = 'MovedError';
}

export interface ChainBooksPorts {
  store: Store;
  clock: Clock;
  log: Logger;
  payments: ChainPayments;
}

/** An output with all that was read of it before the transaction: looking at signatures is slow. */
interface PreparedOutput {
  output: FoundOutput;
  prepared: PreparedPayment | undefined;
}

/** What a transaction came to, for the log. */
type Sentence = { level: 'info' | 'warn'; fields: object; text: string };

export type ChainBooks = ReturnType<typeof chainBooks>;

const NO_SENDER = { text: '', address: undefined };

export function chainBooks({ store, clock, log, payments }: ChainBooksPorts) {
  /** The log hears of it once it is durable. */
  const write = async <T>(work: (tx: Transaction, say: (sentence: Sentence) => void) => Promise<T>): Promise<T> => {
    const { result, said } = await store.run(async (tx) => {
      const sentences: Sentence[] = [];
      const answer = await work(tx, (sentence) => sentences.push(sentence));
      return { result: answer, said: sentences };
    });
    for (const { level, fields, text } of said) log[level](fields, text);
    return result;
  };

  const prepare = (height: number, output: FoundOutput): PreparedOutput => {
    if (refusalOf(output) !== undefined) return { output, prepared: undefined };
    const prepared = payments.prepare({
      txid: output.txid,
      amount: microTari(output.amount),
      sender: output.sender === null ? NO_SENDER : senderOfBytes(output.sender),
      memo: memoOf(output),
      block: { height: BigInt(height), reference: output.paymentReference },
    });
    return { output, prepared };
  };

  return {
    /**
     * Begins to watch for a wallet.
     * @param watchFrom what the settings said about it.
     */
    begin: (wallet: string, watchFrom: string | null, startHeight: number): Promise<void> =>
      write((tx) => tx.use(chainRepository).begin(wallet, watchFrom, startHeight, clock.now())),

    /**
     * Enters what was found in blocks that follow `top`, and stands on the last of them. Answers how many payments.
     * @throws {MovedError}
     */
    async enterBlocks(
      top: KnownBlock | undefined,
      blocks: readonly ScannedBlock[],
      tipHeight: number,
    ): Promise<number> {
      const last = blocks.at(-1);
      if (last === undefined) return 0;
      const now = clock.now();
      const found = blocks.map((block) => ({ block, outputs: block.found.map((one) => prepare(block.height, one)) }));
      const keptFrom = Math.max(last.height, tipHeight) - KEPT_BLOCKS;
      const kept = blocks.filter((block) => block === last || block.height > keptFrom);
      return write(async (tx, say) => {
        await requireTop(tx, top);
        for (const output of await replacedBy(tx, blocks)) await leave(payments, { tx, now, say }, output);
        let entered = 0;
        for (const { block, outputs } of found) {
          for (const output of outputs) if (await enterOutput(payments, { tx, now, say }, block, output)) entered += 1;
        }
        await tx.use(chainRepository).addBlocks(kept.map(({ height, hash }) => ({ height, hash })));
        await tx.use(chainRepository).forgetBlocksBelow(Math.min(last.height, keptFrom + 1));
        const outputs = blocks.reduce((sum, block) => sum + block.outputs, 0);
        await tx.use(chainRepository).noteScanned(outputs, entered, now);
        return entered;
      });
    },

    /**
     * Enters what another node has shown of a block that was read before. Answers how many payments.
     * @throws {MovedError} if another block stands there by now, or none is kept at all.
     */
    async enterMissed(block: KnownBlock, found: readonly FoundOutput[]): Promise<number> {
      const now = clock.now();
      const outputs = found.map((one) => prepare(block.height, one));
      return write(async (tx, say) => {
        if (!(await tx.use(chainRepository).stands(block))) throw new MovedError('The block was replaced by now');
        let entered = 0;
        for (const output of outputs) if (await enterOutput(payments, { tx, now, say }, block, output)) entered += 1;
        await tx.use(chainRepository).noteScanned(0, entered, now);
        return entered;
      });
    },

    /**
     * Goes back to a block that the chain still has. What stood above it stands nowhere until it is found again.
     * @param common null where not even the first block is there any more: then it is begun anew at `startHeight`.
     * @throws {MovedError}
     */
    async goBack(top: KnownBlock, common: KnownBlock | null, startHeight = 0): Promise<void> {
      const now = clock.now();
      const height = common?.height ?? -1;
      await write(async (tx, say) => {
        await requireTop(tx, top);
        for (const output of await tx.use(chainRepository).outputsAbove(height))
          await leave(payments, { tx, now, say }, output);
        await tx.use(chainRepository).removeBlocksAbove(height);
        if (common === null) await tx.use(chainRepository).noteStart(startHeight);
      });
    },

    /**
     * Confirms outputs that are deep enough. One that has moved meanwhile is left as it is.
     * @param deepest the highest height of a block that is deep enough.
     * @throws {MovedError}
     */
    async confirm(top: KnownBlock, deepest: number, outputs: readonly ChainOutput[]): Promise<void> {
      const now = clock.now();
      await write(async (tx, say) => {
        await requireTop(tx, top);
        for (const { outputHash, block } of outputs) {
          const output = await tx.use(chainRepository).findOutput(outputHash);
          const isThere = output?.block != null && output.block.hash === block?.hash && output.block.height <= deepest;
          if (output === undefined || !isThere || output.confirmedAt !== null) continue;
          await payments.confirm(tx, now, output.txid);
          await tx.use(chainRepository).noteConfirmed(outputHash, now);
          say({
            level: 'info',
            fields: { txid: output.txid, height: block?.height },
            text: `Payment ${output.txid} in block ${block?.height} is confirmed by the chain`,
          });
        }
      });
    },
  };
}

interface Work {
  tx: Transaction;
  now: Date;
  say: (sentence: Sentence) => void;
}

/** One instance watches at a time, but one that hung may wake up late. */
async function requireTop(tx: Transaction, top: KnownBlock | undefined): Promise<void> {
  if ((await tx.use(chainRepository).top())?.hash !== top?.hash)
    throw new MovedError('The watcher stands elsewhere by now');
}

/**
 * Outputs that stand where one of the blocks is, and in another. Above where we stand there are none, unless the chain was
 * begun to be read from an earlier place: then it may have been reorganised since, and what was in those blocks has left them.
 */
async function replacedBy(tx: Transaction, blocks: readonly KnownBlock[]): Promise<ChainOutput[]> {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const hashes = new Map(blocks.map(({ height, hash }) => [height, hash]));
  const outputs = await tx.use(chainRepository).outputsBetween(first.height, last.height);
  return outputs.filter(({ block }) => block !== null && hashes.get(block.height) !== block.hash);
}

/** Why an output is no payment. Worth nothing it is none either: the books hold amounts above 0 only. */
function refusalOf(output: FoundOutput): RefusalReason | undefined {
  return output.refusal ?? (output.amount === 0n ? 'no_amount' : undefined);
}

/** The payer can write anything, also what no database stores. */
function memoOf({ text }: FoundOutput): string | null {
  return text === null ? null : storableText(text);
}

/** Answers whether it is a payment that was not known to the watcher. */
async function enterOutput(
  payments: ChainPayments,
  work: Work,
  block: KnownBlock,
  { output, prepared }: PreparedOutput,
): Promise<boolean> {
  const refusal = refusalOf(output);
  if (prepared === undefined) {
    await refuse(work, block, output, refusal ?? 'no_amount');
    return false;
  }
  const { tx, now, say } = work;
  const known = await tx.use(chainRepository).findOutput(output.outputHash);
  if (known !== undefined) {
    // The same output is in one block only; what says otherwise further up is not believed.
    const isElsewhere = known.block === null || known.block.height > block.height;
    const isReplaced = known.block?.height === block.height && known.block.hash !== block.hash;
    if (isElsewhere || isReplaced) await place(payments, work, known, block, output);
    return false;
  }
  const entry = await payments.enter(tx, now, prepared);
  if (entry === 'contradicted') {
    await refuse(work, block, output, 'contradicted');
    return false;
  }
  const { outputHash, txid, commitment, fingerprint } = output;
  const at = { height: block.height, hash: block.hash };
  await tx.use(chainRepository).addOutput({ outputHash, txid, commitment, fingerprint, block: at }, now);
  say({
    level: 'info',
    fields: { txid, height: block.height },
    text: `Payment ${txid} of ${formatTari(output.amount as MicroTari)} stands in block ${block.height}${entry === 'known' ? '; it was known already' : ''}`,
  });
  return true;
}

/** A payment that we know stands in a block again, maybe another one. */
async function place(
  payments: ChainPayments,
  { tx, now, say }: Work,
  known: ChainOutput,
  block: KnownBlock,
  output: FoundOutput,
): Promise<void> {
  const at = { height: block.height, hash: block.hash };
  await tx.use(chainRepository).placeOutput(known.outputHash, at, output.fingerprint, now);
  const reference = { height: BigInt(block.height), reference: output.paymentReference };
  await payments.place(tx, now, known.txid, reference);
  if (!(await tx.use(chainRepository).noteReturned(known.txid, block.height, now))) return;
  say({
    level: 'info',
    fields: { txid: known.txid, height: block.height },
    text: `Payment ${known.txid}, which had left the chain, stands in block ${block.height} now`,
  });
}

async function leave(payments: ChainPayments, { tx, now, say }: Work, output: ChainOutput): Promise<void> {
  const { outputHash, txid, fingerprint, block } = output;
  if (block === null) return;
  await tx.use(chainRepository).placeOutput(outputHash, null, fingerprint, now);
  const wasConfirmed = await payments.leave(tx, now, txid);
  const fields = { txid, height: block.height };
  if (!wasConfirmed) {
    say({
      level: 'info',
      fields,
      text: `Payment ${txid} is in block ${block.height} no more: the chain was reorganised`,
    });
    return;
  }
  await tx.use(chainRepository).addDeparture(txid, block, now);
  say({
    level: 'warn',
    fields,
    text: `Payment ${txid} was confirmed in block ${block.height} and has left the chain. What it paid stays paid; look whether it comes back before anything is shipped for it.`,
  });
}

async function refuse(
  { tx, now, say }: Work,
  block: KnownBlock,
  output: FoundOutput,
  reason: RefusalReason,
): Promise<void> {
  const isNew = await tx.use(chainRepository).addRefusal({
    outputHash: output.outputHash,
    txid: output.txid,
    reason,
    claimedAmount: output.amount,
    memo: memoOf(output),
    height: block.height,
    blockHash: block.hash,
    foundAt: now,
  });
  if (!isNew) return;
  say({
    level: 'warn',
    fields: { outputHash: output.outputHash, height: block.height, reason },
    text: `An output in block ${block.height} was encrypted for the shop and is no payment to it (${reason}). It is kept in the list of refused outputs and counts for nothing.`,
  });
}
