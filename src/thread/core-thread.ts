import { parentPort, workerData } from 'node:worker_threads';
import type { Settings } from '../config.ts';
import { openCore } from '../core.ts';
import { systemClock } from '../engine/clock.ts';
import { createLogger } from '../log.ts';
import { createScanThread } from '../rails/tari-chain/scan/start-scan.ts';
import { systemRandomBytes } from '../system-random.ts';
import { type Answer, Answerer, answerOfRefused, type Call, type Functions } from './calls.ts';
import { GatheredPosts } from './gathered-posts.ts';

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
