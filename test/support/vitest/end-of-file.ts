import { afterAll } from 'vitest';
import { killRemaining } from '#test/processes/child-process.ts';
import { endFile } from './after-file.ts';

/** After each file of tests: what its tests shared is ended, and a process that a failed one has left is killed. */
afterAll(async () => {
  try {
    await endFile();
  } finally {
    killRemaining();
  }
});
