import { play } from './play.ts';
import type { WorkerNews, WorkerTask } from './worker-pool.ts';

/** A process that plays histories for another one. */

// Refusals are thrown all the time, and noting where each came from takes a tenth of the whole. Where a failing history is
// played again with --trace, that is shown.
Error.stackTraceLimit = 0;

const tell = (news: WorkerNews) => process.send?.(news);

let isOver = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isOver = true;
  });
}

process.once('message', (task: WorkerTask) => {
  void play({
    ...task,
    isOver: () => isOver,
    report: (tally) => tell({ kind: 'progress', tally: tally.plain() }),
  }).then((finding) => {
    const { user, system } = process.cpuUsage();
    tell({ kind: 'end', finding, cpuMs: (user + system) / 1000 });
    process.disconnect();
  });
});
