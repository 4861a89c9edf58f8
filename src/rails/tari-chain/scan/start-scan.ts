import { Worker } from 'node:worker_threads';
import { type Answer, type Functions, RpcClient } from '#platform/threads/rpc.ts';
import { NodeError } from '#rails/tari-chain/nodes/node-error.ts';
import type { Scan, ScanSettings } from './open-scan.ts';

/** Most of its memory is used by a node's answer: as bytes, as text and as objects. */
const MAX_OLD_GENERATION_MB = 384;
const MAX_YOUNG_GENERATION_MB = 16;

/** The scan in its own thread. */
export interface ScanThread extends Scan {
  close(): Promise<void>;
}

/** A running thread. */
interface Running {
  worker: Worker;
  caller: RpcClient;
  scan: Promise<Scan>;
}

/**
 * Queries nodes and scans outputs in a separate thread, so that the database is not blocked. It starts at the first call.
 * If the thread dies because an answer takes more memory than it has, only its pending calls fail; the next call starts
 * another one.
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
    const caller = new RpcClient((calls) => worker.postMessage(calls));
    const scan = caller.functions<Scan & Functions>();
    const started: Running = { worker, caller, scan };
    const die = (why: string) => {
      if (running === started) running = undefined;
      caller.fail(new NodeError('too_much', `The scan thread ended: ${why}.`));
    };
    worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) caller.take(answer);
    });
    worker.once('error', (error: Error & { code?: string }) => die(error.code ?? error.name));
    worker.once('exit', () => die('it was terminated'));
    return started;
  };
  const current = (): Promise<Scan> => {
    if (isClosed) return Promise.reject(new NodeError('unreachable', 'The watcher was stopped.'));
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
