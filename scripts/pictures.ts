import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { browserFiles } from './build/browser-files.ts';

/**
 * Takes the pictures of the pay page and of the console that docs/shop-owner.md and docs/console.md show, into docs/images. What makes the
 * pages is built first: it has files for browsers in it.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const folder = mkdtempSync(join(ROOT, 'node_modules', '.pictures-'));
try {
  for (const name of ['take-pictures', 'console-pictures']) {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [join(ROOT, `scripts/pictures/${name}.ts`)],
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      plugins: [browserFiles],
      outfile,
    });
    await import(pathToFileURL(outfile).href);
  }
} finally {
  rmSync(folder, { recursive: true });
}
