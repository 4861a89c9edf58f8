import { Worker } from 'node:worker_threads';
import type { CoreThreadData, ToldByCore } from '#database-thread.ts';
import type { Core } from '#services.ts';
import { Caller, type Functions } from './rpc.ts';

/** What the thread makes anew for each call is little and soon forgotten. V8 would take 48 MB for it. */
const MOST_YOUNG_MB = 12;

/**
 * Starts the core in a thread of its own, so that HTTP goes on while the database makes something durable, and the two
 * share two processors. Where the thread ends by itself, which takes a mistake of ours or of a plugin, nobody catches
 * the error: without the core there is nothing that the process could do.
 * @param entry the thread's program.
 * @param writeLine writes a line of the thread's log.
 * @throws what kept the core from opening.
 */
export async function startCore(entry: URL, data: CoreThreadData, writeLine: (line: string) => void): Promise<Core> {
  const worker = new Worker(entry, {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: MOST_YOUNG_MB },
  });
  const caller = new Caller((calls) => worker.postMessage(calls));
  let state: 'opening' | 'open' | 'gone' = 'opening';
  const die = (error: Error) => {
    const wasOpen = state === 'open';
    state = 'gone';
    caller.fail(error);
    if (wasOpen) throw error;
  };
  worker.on('message', (told: readonly ToldByCore[]) => {
    for (const item of told) {
      if (typeof item === 'string') writeLine(item);
      else caller.take(item);
    }
  });
  worker.once('error', (error: Error) => die(error));
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      resolve();
      if (state !== 'gone') die(new Error(`The thread of the core has ended by itself, with code ${code}`));
    });
  });

  const { useCases, start, close } = await caller.functions<Core & Functions>();
  state = 'open';
  return {
    useCases,
    start,
    async close() {
      try {
        if (state === 'open') await close();
      } finally {
        state = 'gone';
        await worker.terminate();
        await ended;
      }
    },
  };
}
