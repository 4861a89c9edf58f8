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
 * The watcher's writes. Each function is one transaction: the watcher's position changes together with what was found, so
 * that a process that crashes at any moment neither loses nor duplicates anything.
 */

/** How deep a reorganisation can be followed; 500 would do, and a thousand blocks take about 100 KB. */
export const KEPT_BLOCKS = 1_000;

/** Another writer has moved the position meanwhile: the write is for an old position, so the work is repeated. */
export class MovedError extends Error {
  override readonly name = 'MovedError';
}

export interface ChainBooksPorts {
  store: Store;
  clock: Clock;
  log: Logger;
  payments: ChainPayments;
}

/** An output with everything that was computed before the transaction: verifying signatures is slow. */
interface PreparedOutput {
  output: FoundOutput;
  prepared: PreparedPayment | undefined;
}

/** The log line about a transaction. */
type Sentence = { level: 'info' | 'warn'; fields: object; text: string };

export type ChainBooks = ReturnType<typeof chainBooks>;

const NO_SENDER = { text: '', address: undefined };

export function chainBooks({ store, clock, log, payments }: ChainBooksPorts) {
  /** Logged once it is durable. */
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
     * Starts to watch for a wallet.
     * @param watchFrom the setting at that time.
     */
    begin: (wallet: string, watchFrom: string | null, startHeight: number): Promise<void> =>
      write((tx) => tx.use(chainRepository).begin(wallet, watchFrom, startHeight, clock.now())),

    /**
     * Enters what was found in the blocks after `top`, and moves to the last of them. Returns the number of payments.
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
     * Enters what another node has shown of a block that was read before. Returns the number of payments.
     * @throws {MovedError} if the block was replaced in the meantime, or if no block is kept at all.
     */
    async enterMissed(block: KnownBlock, found: readonly FoundOutput[]): Promise<number> {
      const now = clock.now();
      const outputs = found.map((one) => prepare(block.height, one));
      return write(async (tx, say) => {
        if (!(await tx.use(chainRepository).stands(block)))
          throw new MovedError('The block was replaced in the meantime');
        let entered = 0;
        for (const output of outputs) if (await enterOutput(payments, { tx, now, say }, block, output)) entered += 1;
        await tx.use(chainRepository).noteScanned(0, entered, now);
        return entered;
      });
    },

    /**
     * Goes back to a block that the chain still has. Outputs above it are in no block until they are found again.
     * @param common null if not even the first block is left: then the watcher starts again at `startHeight`.
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
     * Confirms outputs that are deep enough, except those that have moved to another block meanwhile.
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

/** Only one instance watches at a time, but one that hung may resume late. */
async function requireTop(tx: Transaction, top: KnownBlock | undefined): Promise<void> {
  if ((await tx.use(chainRepository).top())?.hash !== top?.hash)
    throw new MovedError('The watcher has moved in the meantime');
}

/**
 * Outputs that are recorded in another block at the height of one of these. Above our position there are none, unless
 * reading was restarted from an earlier height: then the chain may have been reorganised since, and the outputs of the old
 * blocks have left them.
 */
async function replacedBy(tx: Transaction, blocks: readonly KnownBlock[]): Promise<ChainOutput[]> {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const hashes = new Map(blocks.map(({ height, hash }) => [height, hash]));
  const outputs = await tx.use(chainRepository).outputsBetween(first.height, last.height);
  return outputs.filter(({ block }) => block !== null && hashes.get(block.height) !== block.hash);
}

/** Why an output is not a payment. One of amount 0 is not one either: the database only accepts amounts above 0. */
function refusalOf(output: FoundOutput): RefusalReason | undefined {
  return output.refusal ?? (output.amount === 0n ? 'no_amount' : undefined);
}

/** The payer can write anything, including characters that no database stores. */
function memoOf({ text }: FoundOutput): string | null {
  return text === null ? null : storableText(text);
}

/** Returns whether it is a payment that the watcher did not know. */
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
    // An output can only be in one block; a second occurrence higher up is ignored.
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
    text: `Payment ${txid} of ${formatTari(output.amount as MicroTari)} is in block ${block.height}${entry === 'known' ? '; it was known already' : ''}`,
  });
  return true;
}

/** A known payment is in a block again, perhaps another one. */
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
    text: `Payment ${known.txid}, which had left the chain, is now in block ${block.height}`,
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
      text: `Payment ${txid} is no longer in block ${block.height}: the chain was reorganised`,
    });
    return;
  }
  await tx.use(chainRepository).addDeparture(txid, block, now);
  say({
    level: 'warn',
    fields,
    text: `Payment ${txid} was confirmed in block ${block.height} and has left the chain. Orders that it paid stay paid; check whether it comes back before shipping anything for it.`,
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
    text: `An output in block ${block.height} was encrypted for the shop but is not a payment to it (${reason}). It is recorded in the list of refused outputs and not credited.`,
  });
}
