import { join } from 'node:path';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { openReportQueue, type ReportQueue } from './report-queue.ts';

/** Where a hot wallet's queue is kept. */
export function queueFolder({ toolFolder }: Pick<CommandPorts, 'toolFolder'>): string {
  return join(toolFolder, 'queue');
}

/** Opens the queue for the time of some work with it. */
export async function withQueue<Result>(
  ports: Pick<CommandPorts, 'toolFolder'>,
  work: (queue: ReportQueue) => Promise<Result> | Result,
): Promise<Result> {
  const queue = openReportQueue(queueFolder(ports));
  try {
    return await work(queue);
  } finally {
    queue.close();
  }
}
