import { afterAll } from 'vitest';
import { killServers } from '#test/server-process.ts';
import { endFile } from './after-file.ts';

/** After each file of tests: what its tests shared is ended, and so are the servers that a failed one left running. */
afterAll(async () => {
  try {
    await endFile();
  } finally {
    killServers();
  }
});

/** An interrupted run ends its workers so, or is gone before them; by default nothing is done at the end then. */
for (const end of ['SIGTERM', 'disconnect']) process.once(end, () => process.exit());
