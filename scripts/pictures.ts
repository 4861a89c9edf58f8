import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { browserFiles } from './build/browser-files.ts';

/**
 * Takes the pictures of the pay page that docs/shop-owner.md shows, one of each state, into docs/images. What makes the
 * pages is built first: it has files for browsers in it.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const folder = mkdtempSync(join(ROOT, 'node_modules', '.pictures-'));
try {
  const outfile = join(folder, 'take-pictures.mjs');
  await build({
    entryPoints: [join(ROOT, 'scripts/pictures/take-pictures.ts')],
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    plugins: [browserFiles],
    outfile,
  });
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true });
}
