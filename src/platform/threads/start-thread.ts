import { Worker } from 'node:worker_threads';
import { type Answer, type Functions, RpcClient } from './rpc.ts';

/** A message from a thread: the response to a call, or a line of the log. */
export type ThreadMessage = Answer | string;

/** The functions that every thread has. */
export interface Closable {
  /** Finishes accepted work, then releases all resources. */
  close(): Promise<void>;
}

/** The young generation: calls leave little short-lived garbage, for which V8 would take 48 MB. */
const MAX_YOUNG_MB = 12;

/**
 * Starts a worker thread and returns its functions. The database has a thread of its own, so that HTTP continues while
 * the database makes something durable, and the two can use two processors. If the thread ends by itself, which takes a
 * bug of ours or of a plugin, the error stays uncaught: the process can do nothing without the thread.
 * @param entry the thread's program.
 * @param writeLine writes a line of the thread's log.
 * @throws the error that kept the thread from starting.
 */
export async function startThread<Thread extends Closable>(
  entry: URL,
  data: unknown,
  writeLine: (line: string) => void,
): Promise<Thread> {
  const worker = new Worker(entry, {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: MAX_YOUNG_MB },
  });
  const caller = new RpcClient((calls) => worker.postMessage(calls));
  let state: 'opening' | 'open' | 'gone' = 'opening';
  const die = (error: Error) => {
    const wasOpen = state === 'open';
    state = 'gone';
    caller.fail(error);
    if (wasOpen) throw error;
  };
  worker.on('message', (messages: readonly ThreadMessage[]) => {
    for (const item of messages) {
      if (typeof item === 'string') writeLine(item);
      else caller.take(item);
    }
  });
  worker.once('error', (error: Error) => die(error));
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      resolve();
      if (state !== 'gone') die(new Error(`The database thread ended unexpectedly with code ${code}`));
    });
  });

  const functions = await caller.functions<Thread & Functions>();
  state = 'open';
  return {
    ...functions,
    async close() {
      try {
        if (state === 'open') await functions.close();
      } finally {
        state = 'gone';
        await worker.terminate();
        await ended;
      }
    },
  };
}
