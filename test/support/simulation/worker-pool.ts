import { fork } from 'node:child_process';
import { endWithThisProcess } from '#test/processes/child-process.ts';
import { bundleWorker } from './bundled-worker.ts';
import { type PlainTally, Tally } from './coverage.ts';
import type { Finding, PlayOptions } from './play.ts';

/** What a worker is told, and what it tells. */
export type WorkerTask = Pick<PlayOptions, 'first' | 'count' | 'stride' | 'postgresUrl'>;
export type WorkerNews =
  | { kind: 'progress'; tally: PlainTally }
  | { kind: 'end'; finding: Finding | undefined; cpuMs: number };

export interface Simulation {
  tally: Tally;
  /** Of all histories that found something, one from each worker at most. */
  findings: Finding[];
  /** What the processors have worked for it. */
  cpuMs: number;
}

export interface SimulationOptions {
  seed: number;
  histories: number;
  workers: number;
  postgresUrl?: string | undefined;
  progress?: (tally: Tally) => void;
  /** Ends it early; what was played until then is answered. */
  signal?: AbortSignal;
}

/** Plays histories in several processes, so that every processor has work. They end at the first that finds something. */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const worker = await bundleWorker();
  try {
    return await simulateBy(worker.file, options);
  } finally {
    worker.remove();
  }
}

async function simulateBy(workerFile: string, options: SimulationOptions): Promise<Simulation> {
  const { seed, histories, workers, postgresUrl, progress, signal } = options;
  const simulation: Simulation = { tally: new Tally(), findings: [], cpuMs: 0 };
  const running = Array.from({ length: Math.min(workers, histories) }, (_, index) => {
    const task: WorkerTask = {
      first: seed + index,
      count: Math.ceil((histories - index) / workers),
      stride: workers,
      postgresUrl,
    };
    return startWorker(workerFile, task, (news) => {
      if (news.kind === 'progress') {
        simulation.tally.add(news.tally);
        progress?.(simulation.tally);
      } else {
        simulation.cpuMs += news.cpuMs;
        if (news.finding !== undefined) simulation.findings.push(news.finding);
      }
    });
  });
  const stopAll = () => {
    for (const { stop } of running) stop();
  };
  signal?.addEventListener('abort', stopAll);
  for (const { ended } of running) {
    void ended.then(() => {
      if (simulation.findings.length > 0) stopAll();
    });
  }
  await Promise.all(running.map(({ ended }) => ended));
  return simulation;
}

function startWorker(
  file: string,
  task: WorkerTask,
  hear: (news: WorkerNews) => void,
): { ended: Promise<void>; stop: () => void } {
  const worker = fork(file, {
    // Nearly everything that a step makes is gone with it: a large young heap is cleared less often.
    execArgv: ['--max-semi-space-size=32'],
  });
  if (worker.pid !== undefined) worker.once('exit', endWithThisProcess(worker.pid));
  let isOver = false;
  worker.on('message', (news: WorkerNews) => {
    if (news.kind === 'end') isOver = true;
    hear(news);
  });
  worker.send(task);
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code, signal) => {
      // One that was stopped before it had begun does not say so.
      if (isOver || signal === 'SIGTERM' || signal === 'SIGINT') resolve();
      else reject(new Error(`A worker of the simulation has ended with code ${code} before its task was done`));
    });
  });
  return { ended, stop: () => void worker.kill() };
}
