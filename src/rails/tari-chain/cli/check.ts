import { hex } from '@scure/base';
import { CommandError } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { formatAmount, type OutputOptions, progressLine, record, table } from '#platform/cli/terminal/output.ts';
import { printAnswer } from '#platform/cli/terminal/output-flags.ts';
import type { Reader } from '#platform/database/store.ts';
import { type CheckReport, checkBooks } from '#rails/tari-chain/check/check-books.ts';
import type { Difference, DifferenceKind, Sums } from '#rails/tari-chain/check/compare.ts';
import {
  type AskNodes,
  askNodes,
  ReadingError,
  type ReadProgress,
  readChain,
} from '#rails/tari-chain/check/read-chain.ts';
import { createScanner, type Scanner } from '#rails/tari-chain/scan/scanner.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';
import { chainRepository } from '#rails/tari-chain/store/chain.ts';
import { startHeightOf } from '#rails/tari-chain/where-to-start.ts';
import { type ViewWallet, viewWallet } from '#tari/chain/view-wallet.ts';
import type { CheckFlags } from './check-command.ts';
import { watcherSettings } from './server-settings.ts';

/** A terminal's line is replaced; elsewhere lines follow each other. */
const PROGRESS_EVERY_MS = 500;
const LINE_EVERY_MS = 30_000;

/** The server looks at the chain every three seconds. */
const SECOND_LOOK_MS = 5_000;

/** @throws {CommandError} also where anything differs. */
export async function checkChain(ports: CommandPorts, flags: CheckFlags): Promise<void> {
  const { chain, databaseUrl } = await watcherSettings(ports, flags.database);
  const wallet = viewWallet(chain.network, hex.decode(chain.privateViewKey), hex.decode(chain.publicSpendKey));
  const reader = await ports.openReader(databaseUrl);
  try {
    const report = await readAndCompare(ports, flags, { chain, wallet, reader });
    await printAnswer(ports, flags, report, reportLines);
    if (report.differences.length > 0) throw new CommandError('The books differ from the chain.');
  } catch (error) {
    if (error instanceof ReadingError) throw new CommandError(error.message);
    throw error;
  } finally {
    await reader.close();
  }
}

interface Checked {
  chain: ChainSettings;
  wallet: ViewWallet;
  reader: Reader;
}

async function readAndCompare(
  ports: CommandPorts,
  flags: CheckFlags,
  { chain, wallet, reader }: Checked,
): Promise<CheckReport> {
  const signal = ports.interruption();
  const scanner = createScanner(wallet, chain.nodes, ports.fetch, signal);
  const ask = askNodes({ urls: chain.nodes, sleep: ports.sleep, signal });
  const publicViewKey = hex.encode(wallet.publicViewKey);
  const from = flags.from ?? (await usualStart({ ports, chain, reader, publicViewKey, scanner, ask }));
  const onProgress = progressShower(ports);
  const reading = await readChain(
    { scanner, urls: chain.nodes, sleep: ports.sleep, monotonicMs: () => performance.now(), signal, onProgress },
    ask,
    from,
  ).finally(() => ports.progress(''));
  const compareNow = () => checkBooks(reader, reading, { wallet: publicViewKey, confirmations: chain.confirmations });
  const report = await compareNow();
  if (report.differences.length === 0) return report;
  // The server may have been in the middle of its work: what it needs a moment for is no difference.
  await ports.sleep(SECOND_LOOK_MS);
  return compareNow();
}

/** Where the watcher began for this wallet; where it never did, where it would. */
async function usualStart(given: {
  ports: CommandPorts;
  chain: ChainSettings;
  reader: Reader;
  publicViewKey: string;
  scanner: Scanner;
  ask: AskNodes;
}): Promise<number> {
  const { ports, chain, reader, publicViewKey, scanner, ask } = given;
  const progress = await reader.read((tx) => tx.use(chainRepository).progress());
  if (progress?.wallet === publicViewKey) return progress.startHeight;
  return ask(async (node) =>
    startHeightOf(chain.watchFrom, await scanner.tip(node), ports.clock.now(), (time) => scanner.heightAt(node, time)),
  );
}

function progressShower({ progress, terminal }: CommandPorts): (now: ReadProgress) => void {
  const everyMs = terminal.isTerminal ? PROGRESS_EVERY_MS : LINE_EVERY_MS;
  let shownAtMs = performance.now();
  return ({ from, height, tip, outputs, found, timeLeftMs }) => {
    if (performance.now() - shownAtMs < everyMs) return;
    shownAtMs = performance.now();
    const left = timeLeftMs === undefined ? '' : `, about ${timeLeft(timeLeftMs)} left`;
    const words = `block ${height} of ${tip}, ${outputs} outputs, ${found} for us${left}`;
    progress(progressLine(height - from, tip - from, words));
  };
}

function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

// ---- What is printed ----------------------------------------------------------------------------------------------

const WORDS: Readonly<Record<DifferenceKind, string>> = {
  missing: 'not in the books',
  not_on_chain: 'not on the chain',
  no_payment: 'is no payment',
  amount: 'amount',
  block: 'block',
  reference: 'reference',
  status: 'status',
};

function reportLines(report: CheckReport, output: OutputOptions): string[] {
  const { from, to, outputs, refused, notReadYet, chain, books, differences } = report;
  const lines = record(
    [
      ['Blocks', `${from} to ${to}, ${outputs} outputs`],
      ['On the chain', sumText(chain)],
      ['In the books', sumText(books)],
      ['Refused', `${refused} outputs that are no payment`],
      ...(notReadYet === 0
        ? []
        : [['Not compared', `${notReadYet} payments in blocks that the server has not read yet`] as const]),
    ],
    output.terminal,
  );
  if (differences.length === 0) return [...lines, 'The books agree with the chain.'];
  const rows = table<Difference>(
    [
      { title: 'Payment', of: ({ txid }) => txid },
      { title: 'What differs', of: ({ kind }) => WORDS[kind] },
      { title: 'On the chain', of: (difference) => sideText(difference, difference.chain), canShrink: true },
      { title: 'In the books', of: (difference) => sideText(difference, difference.books), canShrink: true },
    ],
    differences,
    output,
  );
  return [...lines, '', ...rows, `${differences.length} differences.`];
}

function sumText({ payments, amount, confirmed }: Sums): string {
  return `${payments} payments, ${formatAmount(amount)}, of which ${formatAmount(confirmed)} confirmed`;
}

function sideText({ kind }: Difference, text: string | null): string | null {
  const isAmount = kind === 'amount' || kind === 'missing';
  return isAmount && text !== null ? formatAmount(BigInt(text)) : text;
}
