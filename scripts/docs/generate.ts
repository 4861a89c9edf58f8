import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLimits } from './limits.ts';
import { pagesDocument } from './pages.ts';
import { routesDocument } from './routes.ts';
import { environmentSample, settingsDocument } from './settings.ts';
import { taritoolsDocument, withCommandTable } from './taritools.ts';

/**
 * `npm run docs` writes every document that is made from the code. With `--check` it writes nothing, names each document
 * that is out of date, and exits with 1 if there is one.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type MakeDocument = (present: string) => string | Promise<string>;

/** Each document by its path from the root, with what it should hold; those that keep hand-written parts get their text. */
const DOCUMENTS: Readonly<Record<string, MakeDocument>> = {
  '.env.sample': environmentSample,
  'docs/README.md': () => pagesDocument(ROOT),
  'docs/reference/limits.md': (present) => withLimits(present, ROOT),
  'docs/reference/routes.md': routesDocument,
  'docs/reference/settings.md': settingsDocument,
  'docs/reference/taritools.md': taritoolsDocument,
  'docs/taritools.md': withCommandTable,
};

/** A context may have a table of its own limits on its own page. */
const PAGES: Readonly<Record<string, MakeDocument>> = Object.fromEntries(
  readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => [`docs/${name}`, (present) => withLimits(present, ROOT)]),
);

function readIfPresent(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

const isCheck = process.argv.includes('--check');
for (const [name, wanted] of Object.entries({ ...PAGES, ...DOCUMENTS })) {
  const path = join(ROOT, name);
  const present = readIfPresent(path);
  let text: string;
  try {
    text = await wanted(present);
  } catch (error) {
    console.error(`${name} cannot be made: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
    continue;
  }
  if (text === present) continue;
  if (isCheck) {
    console.error(`${name} is out of date: run \`npm run docs\`.`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`${name} is written.`);
  }
}
