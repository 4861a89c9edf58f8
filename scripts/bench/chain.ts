import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hex } from '@scure/base';
import SqliteDatabase from 'better-sqlite3';
import { addressToBase58 } from '#tari/address.ts';
import { startFakeNode } from '#test/fake-tari-chain/node.ts';
import { outputOfOthers, playWallet } from '#test/fake-tari-chain/play-wallet.ts';
import { chainOfBlocks, type ServedBlock, servedOutput } from '#test/fake-tari-chain/served-chain.ts';
import { freePort, memoryMb, type ServerProcess, startServer } from '#test/processes/server-process.ts';

/**
 * Measures the built server's watcher of the chain: how fast it passes over outputs of others, what memory it holds
 * meanwhile, and what it takes when there is nothing to do. `npm run bench:chain -- [blocks] [outputs a block]`; a month
 * of mainnet is about 22,000 blocks of 136.
 */

const [BLOCKS = 1_000, OUTPUTS_A_BLOCK = 136] = process.argv.slice(2).map(Number);

/** Each block lists as many of these as it holds; no two blocks have the same hash. */
const POOL = Math.max(OUTPUTS_A_BLOCK, 500);
const BLOCK_SECONDS = 120;
const IDLE_MS = 30_000;
const SAMPLE_MS = 50;
/** Bounds the whole: no machine takes a second for a block. */
const MAX_MS = 10_000 + BLOCKS * 1_000;
/** What Linux counts a process's time in. */
const TICKS_A_SECOND = 100;

function chainOfOthers() {
  const pool = Array.from({ length: POOL }, () => servedOutput(outputOfOthers(randomBytes)));
  const start = Math.floor(Date.now() / 1000) - BLOCKS * BLOCK_SECONDS;
  const hashOf = (height: number) => height.toString(16).padStart(64, '0');
  const blocks = Array.from({ length: BLOCKS + 1 }, (_, height): ServedBlock => {
    const outputs = Array.from({ length: OUTPUTS_A_BLOCK }, (_, index) => pool[(height + index) % POOL]);
    return {
      hash: hashOf(height),
      previousHash: hashOf(Math.max(0, height - 1)),
      height,
      timestamp: start + height * BLOCK_SECONDS,
      outputs: outputs.filter((output) => output !== undefined),
      inputs: [],
    };
  });
  return chainOfBlocks(blocks);
}

/** Processor time of the whole process so far, in seconds. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Answers how long it took until the last block was in the database, and the most memory that was seen. */
async function catchUp(server: ServerProcess, file: string): Promise<{ seconds: number; memoryMb: number }> {
  const database = new SqliteDatabase(file, { readonly: true });
  const top = database.prepare('select coalesce(max(height), 0) from chain_blocks').pluck();
  const startedAt = performance.now();
  let most = 0;
  try {
    for (;;) {
      const height = Number(top.get());
      most = Math.max(most, memoryMb(server.pid));
      const seconds = (performance.now() - startedAt) / 1000;
      if (height >= BLOCKS) return { seconds, memoryMb: most };
      if (seconds * 1000 > MAX_MS) throw new Error(`Only block ${height} of ${BLOCKS} was reached in ${seconds} s`);
      await sleep(SAMPLE_MS);
    }
  } finally {
    database.close();
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tps-bench-chain-'));
  const file = join(folder, 'store.db');
  const wallet = playWallet('mainnet', randomBytes);
  const node = await startFakeNode(chainOfOthers());
  const port = await freePort();
  const server = await startServer(
    {
      TPG_HOST: '127.0.0.1',
      TPG_PORT: String(port),
      TPG_DATABASE_URL: `sqlite://${file}`,
      TPG_PAYMENT_WALLET_ADDRESS: addressToBase58(wallet.address),
      TPG_VIEW_KEY: hex.encode(wallet.viewKey),
      TPG_TARI_NODES: node.url,
      TPG_WATCH_FROM: '1',
    },
    join(folder, 'server.log'),
  );
  try {
    const outputs = BLOCKS * OUTPUTS_A_BLOCK;
    const before = processorSeconds(server.pid);
    const { seconds, memoryMb: most } = await catchUp(server, file);
    const processor = processorSeconds(server.pid) - before;
    console.log(
      `${BLOCKS} blocks with ${outputs} outputs of others: ${seconds.toFixed(1)} s, ${Math.round(outputs / seconds)} outputs a second, ` +
        `${((processor * 1000) / outputs).toFixed(3)} ms of a processor each; at most ${Math.round(most)} MB in memory.`,
    );
    const idleFrom = processorSeconds(server.pid);
    await sleep(IDLE_MS);
    const idle = (processorSeconds(server.pid) - idleFrom) / (IDLE_MS / 1000);
    console.log(`With nothing to do the whole server takes ${(100 * idle).toFixed(2)} % of a core.`);
  } finally {
    await server.stop();
    await node.close();
    rmSync(folder, { recursive: true });
  }
}

await main();
