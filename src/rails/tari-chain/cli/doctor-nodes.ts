import { type Finding, failed, ok, skipped } from '#platform/cli/findings.ts';
import type { Tip } from '#rails/tari-chain/nodes/node-answers.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import { openScan, type Scan } from '#rails/tari-chain/scan/open-scan.ts';
import type { Patient } from './patient.ts';

/** What the doctor asks the base nodes. */

/** A node whose tip is further behind that of another lags. */
const MAX_BLOCKS_BEHIND = 3;
/** Blocks come every two minutes; without one for so long a node is cut off, or still reading the chain. */
const MAX_TIP_AGE_MS = 60 * 60_000;
/** Nodes may disagree on the last blocks for a while. */
const SETTLED_DEPTH = 10;

export interface NodeKnowledge {
  scan: Scan;
  /** Of each node that is configured; undefined where it has not answered. */
  tips: readonly (Tip | undefined)[];
  highest: number | undefined;
}

/** @param signal ends what is being asked. */
export async function nodeFindings(
  patient: Patient,
  signal: AbortSignal,
): Promise<{ findings: Finding[]; knowledge: NodeKnowledge }> {
  const { ports, chain } = patient;
  const scan = await openScan(chain, ports.fetch, signal);
  const answers = await Promise.all(chain.nodes.map((_, node) => answerOf(() => scan.tip(node))));
  const tips = answers.map((answer) => (answer instanceof NodeError ? undefined : answer));
  const heights = tips.flatMap((tip) => tip?.height ?? []);
  const knowledge = { scan, tips, highest: heights.length === 0 ? undefined : Math.max(...heights) };
  const findings: Finding[] = [];
  for (const [node, answer] of answers.entries()) {
    const url = chain.nodes[node] ?? '';
    findings.push(
      answer instanceof NodeError
        ? failed('node', `${url}: ${answer.message}`, 'Start the node, or mend TPG_TARI_NODES.')
        : await tipFinding(patient, knowledge, { node, url, tip: answer }),
    );
  }
  findings.push(...(await agreementFindings(patient, knowledge)), ...(await mempoolFindings(patient, knowledge)));
  return { findings, knowledge };
}

async function answerOf<Answer>(question: () => Promise<Answer>): Promise<Answer | NodeError> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof NodeError) return error;
    throw error;
  }
}

async function tipFinding(
  { ports }: Patient,
  { scan, highest = 0 }: NodeKnowledge,
  { node, url, tip }: { node: number; url: string; tip: Tip },
): Promise<Finding> {
  const behind = highest - tip.height;
  const header = await answerOf(() => scan.header(node, tip.height));
  const where = `${url} is at block ${tip.height}`;
  if (behind > MAX_BLOCKS_BEHIND) {
    return failed('node', `${where}, ${behind} behind another`, 'Wait until it has caught up, or look at its log.');
  }
  if (header instanceof NodeError) return failed('node', `${where}, but: ${header.message}`, 'Look at its log.');
  const ageMs = header === undefined ? 0 : ports.clock.now().getTime() - header.timestamp * 1000;
  if (ageMs > MAX_TIP_AGE_MS) {
    const advice = 'It is still reading the chain, or cut off from other nodes: wait, or look at its log.';
    return failed('node', `${where}, which is ${Math.floor(ageMs / 60_000)} minutes old`, advice);
  }
  return ok('node', where);
}

/** Whether nodes follow one chain, at a depth at which they must. */
async function agreementFindings({ chain }: Patient, { scan, tips }: NodeKnowledge): Promise<Finding[]> {
  const answering = tips.flatMap((tip, node) => (tip === undefined ? [] : [{ node, height: tip.height }]));
  if (chain.nodes.length < 2) return [];
  if (answering.length < 2) {
    const advice = 'Until a second node answers no payment is confirmed: mend it, or name one node alone.';
    return [failed('agreement', 'fewer than two of the nodes answer', advice)];
  }
  const height = Math.max(0, Math.min(...answering.map((answer) => answer.height)) - SETTLED_DEPTH);
  const headers = await Promise.all(answering.map(({ node }) => answerOf(() => scan.header(node, height))));
  const hashes = headers.map((header) => (header instanceof NodeError ? undefined : header?.hash));
  if (hashes.includes(undefined)) return [skipped('agreement', 'A node did not give its block; try again.')];
  if (new Set(hashes).size === 1) return [ok('agreement', `the nodes have the same block at height ${height}`)];
  const names = answering.map(({ node }, index) => `${chain.nodes[node]} ${hashes[index]?.slice(0, 8)}…`).join(', ');
  return [
    failed(
      'agreement',
      `the nodes have different blocks at height ${height}: ${names}`,
      'One of them is of another network or on a fork: compare with a block explorer, and take it out of TPG_TARI_NODES.',
    ),
  ];
}

async function mempoolFindings({ chain }: Patient, { scan, highest = 0 }: NodeKnowledge): Promise<Finding[]> {
  if (chain.nodeGrpc === null) return [];
  const answer = await answerOf(() => scan.seenInMempool(highest));
  if (answer instanceof NodeError) {
    const advice = 'Switch on the gRPC interface of that node, and let it allow get_mempool_transactions.';
    return [failed('mempool', `${chain.nodeGrpc}: ${answer.message}`, advice)];
  }
  return [ok('mempool', `${chain.nodeGrpc} shows its mempool; payments for us in it: ${answer.length}`)];
}
