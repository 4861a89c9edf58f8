import { parentPort, workerData } from 'node:worker_threads';
import { MessageBatch } from '#platform/threads/message-batch.ts';
import { type Answer, answerOfRefused, type Call, RpcServer } from '#platform/threads/rpc.ts';
import { openScan, type ScanSettings } from './open-scan.ts';

/** The thread that queries nodes and scans outputs. It answers the core's calls until it is terminated. */
function main(): void {
  if (parentPort === null) throw new Error('This is started as a thread, not as a program');
  const port = parentPort;
  const answers: MessageBatch<Answer> = new MessageBatch<Answer>(
    (items) => port.postMessage(items),
    (item, error) => answers.add(answerOfRefused(item, error)),
  );
  const answerer = new RpcServer((answer) => answers.add(answer));
  port.on('message', (calls: readonly Call[]) => answerer.take(calls));
  void answerer.open(openScan(workerData as ScanSettings, globalThis.fetch, new AbortController().signal));
}

main();
