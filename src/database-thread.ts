import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from './platform/clock.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { createLogger } from './platform/logging/json-log.ts';
import { systemRandomBytes } from './platform/random.ts';
import { GatheredPosts } from './platform/threads/message-batch.ts';
import { type Answer, Answerer, answerOfRefused, type Call, type Functions } from './platform/threads/rpc.ts';
import { createScanThread } from './rails/tari-chain/scan/start-scan.ts';
import { openCore } from './services.ts';

/** Built beside this one. */
const SCAN_THREAD = new URL('scan-thread.js', import.meta.url);

/** What the thread is given at its start. */
export interface CoreThreadData {
  settings: Settings;
  folder: string;
}

/** What the thread tells: answers to calls, and lines of the log. */
export type ToldByCore = Answer | string;

/** The thread of the core. It answers the calls of the thread that started it until it is told to close. */
function main(): void {
  if (parentPort === null) throw new Error('This is started as a thread, not as a program');
  const port = parentPort;
  const { settings, folder } = workerData as CoreThreadData;
  const told: GatheredPosts<ToldByCore> = new GatheredPosts<ToldByCore>(
    (items) => port.postMessage(items),
    (item, error) => {
      if (typeof item !== 'string') told.add(answerOfRefused(item, error));
    },
  );
  // Lines that say what went wrong before the thread dies of it.
  process.on('uncaughtExceptionMonitor', () => told.flush());

  const log = createLogger({ level: settings.logLevel, destination: { write: (line) => told.add(line) } });
  const answerer = new Answerer((answer) => told.add(answer));
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
    startScan: (scanSettings) => createScanThread(SCAN_THREAD, scanSettings),
  });
  void answerer.open(
    opening.then(({ useCases, start, close }): Functions => ({ useCases: useCases as Functions, start, close })),
  );
}

main();
