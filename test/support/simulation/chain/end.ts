import { confirmWaiting, nextChainStep } from '#test/simulation/inputs/chain.ts';
import type { Input } from '#test/simulation/inputs/input.ts';
import type { World } from '#test/simulation/world.ts';
import type { MinedBlock, SentOutput } from './chain.ts';

/** At the end the watcher reads to the end of the chain, and what it knows then must be what stands there. */

/** What is left to do for the watcher; undefined once it is done. */
export function lastChainStep(world: World): Input | undefined {
  return nextChainStep(world) ?? confirmWaiting(world);
}

/** Holds the paper against the chain itself. The database was held against the paper. */
export function checkChain({ chain, chainPaper, paper }: World): void {
  const { progress, departures } = chainPaper;
  if (progress === undefined) return;
  const standing = new Map<SentOutput, MinedBlock>();
  for (const block of chain.blocks) for (const output of block.outputs) standing.set(output, block);
  for (const sent of chain.sent) {
    const { txid, outputHash } = sent.meant;
    const block = standing.get(sent);
    const output = chainPaper.outputs.get(outputHash);
    const isRefused = chainPaper.refusals.has(outputHash);
    if (block !== undefined && (output === undefined) !== isRefused) {
      throw new Error(`${outputHash} in block ${block.height} is not ${isRefused ? 'only refused' : 'known'}`);
    }
    if (output === undefined) continue;
    const payment = paper.payments.get(txid);
    const isPlaced = output.block?.hash === block?.hash && payment?.place?.height === block?.height;
    if (!isPlaced)
      throw new Error(`${outputHash} stands in ${block?.hash}, and is thought to be in ${output.block?.hash}`);
    const isGone = departures.some((departure) => departure.txid === txid && departure.returned === null);
    const mustBeGone = block === undefined && payment?.isConfirmed === true && output.confirmedAt !== null;
    if (mustBeGone && !isGone) throw new Error(`${txid} was confirmed and has left the chain, and nobody is told`);
    if (block !== undefined && isGone) throw new Error(`${txid} stands in ${block.hash}, and is said to have left`);
  }
  const told = new Set<string>();
  for (const { type, subject } of paper.events) {
    if (type !== 'PaymentReceived' && type !== 'PaymentConfirmed') continue;
    const event = `${type} ${subject}`;
    if (told.has(event)) throw new Error(`${event} came about twice`);
    told.add(event);
  }
}
