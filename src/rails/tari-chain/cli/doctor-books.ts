import { hex } from '@scure/base';
import { type Finding, failed, ok, skipped } from '#platform/cli/findings.ts';
import type { RefusalReason } from '#rails/tari-chain/chain-status.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import { type ChainProgress, chainRepository } from '#rails/tari-chain/store/chain.ts';
import type { KnownBlock } from '#rails/tari-chain/store/known-block.ts';
import { startHeightOf } from '#rails/tari-chain/where-to-start.ts';
import type { NodeKnowledge } from './doctor-nodes.ts';
import type { Patient } from './patient.ts';

/** What the doctor reads in the server's database. */

/** The server notes every 20 s that nodes have answered. */
const MAX_SILENCE_MS = 5 * 60_000;
/** A server that has just started reads what it has missed. */
const MAX_BLOCKS_BEHIND = 5;

interface Books {
  progress: ChainProgress | undefined;
  top: KnownBlock | undefined;
  refusals: ReadonlyMap<RefusalReason, number>;
  departed: number;
}

export async function bookFindings(patient: Patient, knowledge: NodeKnowledge): Promise<Finding[]> {
  let books: Books;
  try {
    books = await readBooks(patient);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      failed('books', `the database cannot be read: ${reason}`, 'Start the server once: it makes and updates it.'),
    ];
  }
  const { wallet } = patient;
  const { progress, top } = books;
  if (progress === undefined || top === undefined) {
    return [skipped('reading', 'The server has read no block yet: start it, and run this again.')];
  }
  if (progress.wallet !== hex.encode(wallet.publicViewKey)) {
    return [failed('reading', 'the server has read the chain for another wallet until now', 'Restart the server.')];
  }
  return [
    ...readingFindings(patient, knowledge, progress, top),
    ...(await networkFindings(patient, knowledge, top)),
    ...(await startFindings(patient, knowledge, progress)),
    ...moneyFindings(books),
  ];
}

async function readBooks({ ports, databaseUrl }: Patient): Promise<Books> {
  const reader = await ports.openReader(databaseUrl);
  try {
    return await reader.read(async (tx) => {
      const chain = tx.use(chainRepository);
      return {
        progress: await chain.progress(),
        top: await chain.top(),
        refusals: await chain.countRefusals(),
        departed: await chain.countDeparted(),
      };
    });
  } finally {
    await reader.close();
  }
}

function readingFindings(
  { ports }: Patient,
  { highest }: NodeKnowledge,
  { checkedAt }: ChainProgress,
  top: KnownBlock,
): Finding[] {
  const behind = highest === undefined ? undefined : Math.max(0, highest - top.height);
  const where = `the server has read up to block ${top.height}${behind === undefined ? '' : `, ${behind} behind`}`;
  const silenceMs = checkedAt === null ? Number.POSITIVE_INFINITY : ports.clock.now().getTime() - checkedAt.getTime();
  if (silenceMs > MAX_SILENCE_MS) {
    const since = checkedAt === null ? 'never' : `${Math.floor(silenceMs / 60_000)} minutes ago`;
    return [failed('reading', `${where}; a node last answered it ${since}`, 'Start the server, or look at its log.')];
  }
  if (behind !== undefined && behind > MAX_BLOCKS_BEHIND) {
    const advice = 'It is reading what it has missed: its log says how long that takes.';
    return [failed('reading', where, advice)];
  }
  return [ok('reading', where)];
}

/** As far as it can be known: whether the nodes' chain is the one that was read so far. */
async function networkFindings({ chain }: Patient, { scan, tips }: NodeKnowledge, top: KnownBlock): Promise<Finding[]> {
  const answering = tips.flatMap((tip, node) => (tip !== undefined && tip.height >= top.height ? [node] : []));
  const findings: Finding[] = [];
  for (const node of answering) {
    const header = await scan.header(node, top.height).catch((error: unknown) => {
      if (error instanceof NodeError) return undefined;
      throw error;
    });
    if (header === undefined) continue;
    const url = chain.nodes[node];
    findings.push(
      header.hash === top.hash
        ? ok('network', `${url} has the blocks that the server has read`)
        : failed(
            'network',
            `${url} has another block at height ${top.height} than the server has read`,
            'If it does not pass within minutes, the node is of another network than before, or on a fork.',
          ),
    );
  }
  return findings;
}

async function startFindings(
  { ports, chain: { watchFrom } }: Patient,
  { scan, tips, highest }: NodeKnowledge,
  { startHeight }: ChainProgress,
): Promise<Finding[]> {
  const began = `the chain has been watched from block ${startHeight} on`;
  const node = tips.findIndex((tip) => tip !== undefined);
  const tip = tips[node];
  if (watchFrom === null || tip === undefined || highest === undefined) return [ok('start', began)];
  const asked = await startHeightOf(watchFrom, tip, ports.clock.now(), (time) => scan.heightAt(node, time)).catch(
    (error: unknown) => {
      if (error instanceof NodeError) return undefined;
      throw error;
    },
  );
  if (asked !== undefined && asked > highest) {
    return [failed('start', `TPG_WATCH_FROM is block ${asked}, above the tip`, 'Name a block or a date that was.')];
  }
  if (asked !== undefined && asked < startHeight) {
    return [
      failed('start', `${began}, and TPG_WATCH_FROM names block ${asked}`, 'Restart the server: it reads from there.'),
    ];
  }
  return [ok('start', began)];
}

const REASONS: Readonly<Record<RefusalReason, string>> = {
  wrong_value: 'a value that the commitment does not hold',
  foreign_script: 'a script that others can spend by',
  covenant: 'a covenant',
  coinbase: 'the type of a mining reward',
  unknown_type: 'an unknown type',
  locked: 'a lock',
  no_amount: 'no amount',
  contradicted: 'another amount than was reported',
};

/** Anyone can send a lie, so one is no fault of the shop's. */
function moneyFindings({ refusals, departed }: Books): Finding[] {
  const counts = [...refusals].map(([reason, count]) => `${count} with ${REASONS[reason]}`);
  const advice = 'It counts for no order. taritools admin chain refused lists it, with what it claims.';
  const findings = [
    counts.length === 0
      ? ok('refused', 'nothing that was sent to the wallet')
      : ok('refused', `sent to the wallet, and no payment: ${counts.join(', ')}`, advice),
  ];
  if (departed === 0) return findings;
  const detail = `confirmed payments that left the chain and did not come back: ${departed}`;
  return [
    ...findings,
    failed(
      'left the chain',
      detail,
      'Look at the orders that they paid before you ship; taritools admin chain left lists them.',
    ),
  ];
}
