import { afterAll } from 'vitest';
import { endFile } from './after-file.ts';

/** After each file of tests: what its tests shared is ended. */
afterAll(endFile);
