/**
 * Writes .env.sample and the table of settings in docs/operations.md from the schema of the settings. With `--check` it
 * writes nothing and exits with 1 when a file differs from what it would write.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMPTY_OPERATIONS_PAGE, environmentSample, withSettingsTable } from './settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const samplePath = join(root, '.env.sample');
const pagePath = join(root, 'docs', 'operations.md');
const documents = [
  { path: samplePath, text: environmentSample() },
  { path: pagePath, text: withSettingsTable(readIfPresent(pagePath) ?? EMPTY_OPERATIONS_PAGE) },
];

for (const { path, text } of documents.filter((document) => readIfPresent(document.path) !== document.text)) {
  if (process.argv.includes('--check')) {
    console.error(`${path} is out of date: run npx tsx scripts/docs/generate-settings.ts.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`${path} written.`);
  }
}
