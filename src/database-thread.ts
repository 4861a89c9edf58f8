import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from './platform/clock.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { createLogger } from './platform/logging/json-log.ts';
import { systemRandomBytes } from './platform/random.ts';
import { MessageBatch } from './platform/threads/message-batch.ts';
import { answerOfRefused, type Call, type Functions, RpcServer } from './platform/threads/rpc.ts';
import type { ThreadMessage } from './platform/threads/start-thread.ts';
import { createScanThread } from './rails/tari-chain/scan/start-scan.ts';
import { openCore } from './services.ts';

/** Built beside this one. */
const SCAN_THREAD = new URL('scan-thread.js', import.meta.url);

/** The thread's start-up data. */
export interface CoreThreadData {
  settings: Settings;
  folder: string;
}

/** The database thread. It answers the calls of the thread that started it until it is asked to close. */
function main(): void {
  if (parentPort === null) throw new Error('This is started as a thread, not as a program');
  const port = parentPort;
  const { settings, folder } = workerData as CoreThreadData;
  const messages: MessageBatch<ThreadMessage> = new MessageBatch<ThreadMessage>(
    (items) => port.postMessage(items),
    (item, error) => {
      if (typeof item !== 'string') messages.add(answerOfRefused(item, error));
    },
  );
  // Flushes log lines before an uncaught exception ends the thread.
  process.on('uncaughtExceptionMonitor', () => messages.flush());

  const log = createLogger({ level: settings.logLevel, destination: { write: (line) => messages.add(line) } });
  const answerer = new RpcServer((answer) => messages.add(answer));
  port.on('message', (calls: readonly Call[]) => answerer.take(calls));
  const opening = openCore({
    settings,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    random: Math.random,
    fetch: globalThis.fetch,
    log,
    noticeReplacement: true,
    folder,
    ports: { startScan: (scanSettings) => createScanThread(SCAN_THREAD, scanSettings) },
  });
  void answerer.open(
    opening.then(
      ({ services, start, close }): Functions => ({ services: services as unknown as Functions, start, close }),
    ),
  );
}

main();
