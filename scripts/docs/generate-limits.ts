/**
 * Writes the limits in docs/architecture.md as the code has them. With `--check` it writes nothing and exits with 1 where
 * the page has others.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLimits } from './limits.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const path = join(root, 'docs', 'architecture.md');
const page = readFileSync(path, 'utf8');
const wanted = withLimits(page, root);
if (wanted !== page && process.argv.includes('--check')) {
  console.error(`${path} is out of date: run npm run limits.`);
  process.exitCode = 1;
} else if (wanted !== page) {
  writeFileSync(path, wanted);
  console.log(`${path} written.`);
}
