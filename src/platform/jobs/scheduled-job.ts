import { createTask } from 'node-cron';
import type { Logger } from '#platform/logging/logger.ts';

/** Something that is done again and again. */
export interface Job {
  name: string;
  /** A cron expression, with or without seconds. */
  schedule: string;
  run: () => Promise<unknown>;
}

/** Schedules a job: never twice at the same time; after a failure it runs again at its next time. */
export function scheduleJob({ name, schedule, run }: Job, log: Logger) {
  let running: Promise<void> = Promise.resolve();
  const runOnce = async () => {
    try {
      await run();
    } catch (error) {
      log.error({ err: error, job: name }, `The ${name} job has failed; it runs again at its next time`);
    }
  };
  const start = () => {
    running = runOnce();
    return running;
  };
  const task = createTask(schedule, start, { name, noOverlap: true });
  return {
    start: () => task.start(),
    /** Answers when it runs no more. */
    async end() {
      await task.destroy();
      await running;
    },
  };
}
