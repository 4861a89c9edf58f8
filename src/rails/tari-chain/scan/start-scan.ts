import { Worker } from 'node:worker_threads';
import { type Answer, Caller, type Functions } from '#platform/threads/rpc.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { Scan, ScanSettings } from './open-scan.ts';

/** The answers of a node are the largest of what it holds: one as text, as bytes and as objects. */
const MAX_OLD_GENERATION_MB = 384;
const MAX_YOUNG_GENERATION_MB = 16;

/** The scan in a thread of its own. */
export interface ScanThread extends Scan {
  close(): Promise<void>;
}

/** A thread that runs. */
interface Running {
  worker: Worker;
  caller: Caller;
  scan: Promise<Scan>;
}

/**
 * Has nodes asked and outputs looked through in a thread of its own, so that the database goes on meanwhile. It starts at
 * the first call. A thread that dies, of an answer that takes more memory than it has, takes its calls with it and nothing
 * else: the next call starts another.
 * @param entry the thread's program.
 */
export function createScanThread(entry: URL, settings: ScanSettings): ScanThread {
  let running: Running | undefined;
  let isClosed = false;

  const start = (): Running => {
    const worker = new Worker(entry, {
      workerData: settings,
      resourceLimits: {
        maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB,
        maxYoungGenerationSizeMb: MAX_YOUNG_GENERATION_MB,
      },
    });
    const caller = new Caller((calls) => worker.postMessage(calls));
    const scan = caller.functions<Scan & Functions>();
    const started: Running = { worker, caller, scan };
    const die = (why: string) => {
      if (running === started) running = undefined;
      caller.fail(new NodeError('too_much', `The thread that looks through blocks has ended: ${why}.`));
    };
    worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) caller.take(answer);
    });
    worker.once('error', (error: Error & { code?: string }) => die(error.code ?? error.name));
    worker.once('exit', () => die('it was told to'));
    return started;
  };
  const current = (): Promise<Scan> => {
    if (isClosed) return Promise.reject(new NodeError('unreachable', 'The watcher has ended.'));
    running ??= start();
    return running.scan;
  };

  return {
    tip: async (node) => (await current()).tip(node),
    header: async (node, height) => (await current()).header(node, height),
    heightAt: async (node, time) => (await current()).heightAt(node, time),
    scan: async (node, hash, limit, proveLinks) => (await current()).scan(node, hash, limit, proveLinks),
    digests: async (node, hash, limit) => (await current()).digests(node, hash, limit),
    confirm: async (node, hash, height, outputs) => (await current()).confirm(node, hash, height, outputs),
    seenInMempool: async (height) => (await current()).seenInMempool(height),
    async close() {
      isClosed = true;
      await running?.worker.terminate();
    },
  };
}
