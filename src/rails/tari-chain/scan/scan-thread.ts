import { parentPort, workerData } from 'node:worker_threads';
import { GatheredPosts } from '#platform/threads/message-batch.ts';
import { type Answer, Answerer, answerOfRefused, type Call } from '#platform/threads/rpc.ts';
import { openScan, type ScanSettings } from './open-scan.ts';

/** The thread that asks nodes and looks through outputs. It answers the calls of the core until it is terminated. */
function main(): void {
  if (parentPort === null) throw new Error('This is started as a thread, not as a program');
  const port = parentPort;
  const answers: GatheredPosts<Answer> = new GatheredPosts<Answer>(
    (items) => port.postMessage(items),
    (item, error) => answers.add(answerOfRefused(item, error)),
  );
  const answerer = new Answerer((answer) => answers.add(answer));
  port.on('message', (calls: readonly Call[]) => answerer.take(calls));
  void answerer.open(openScan(workerData as ScanSettings, globalThis.fetch, new AbortController().signal));
}

main();
