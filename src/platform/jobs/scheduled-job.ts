import { createTask } from 'node-cron';
import type { Logger } from '#platform/logging/logger.ts';

/** A task that runs on a schedule. */
export interface Job {
  name: string;
  /** A cron expression, with or without seconds. */
  schedule: string;
  run: () => Promise<unknown>;
}

/** Schedules a job. Its runs never overlap; after a failure it runs again at its next scheduled time. */
export function scheduleJob({ name, schedule, run }: Job, log: Logger) {
  let running: Promise<void> = Promise.resolve();
  const runOnce = async () => {
    try {
      await run();
    } catch (error) {
      log.error({ err: error, job: name }, `The ${name} job failed; it runs again at its next scheduled time`);
    }
  };
  const start = () => {
    running = runOnce();
    return running;
  };
  const task = createTask(schedule, start, { name, noOverlap: true });
  return {
    start: () => task.start(),
    /** Resolves when it is no longer running. */
    async end() {
      await task.destroy();
      await running;
    },
  };
}
