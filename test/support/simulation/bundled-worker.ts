import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * The worker as one program for Node itself: to load it in parts takes seconds, and what keeps the names of functions
 * when each part is translated takes a fifth of a step.
 */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export interface BundledWorker {
  file: string;
  remove(): void;
}

export async function bundleWorker(): Promise<BundledWorker> {
  // Where it finds the libraries, which are left as they are.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.simulation-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await build({
      absWorkingDir: ROOT,
      entryPoints: { worker: WORKER },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      // What is loaded when first asked for stays apart: nothing here asks for pages.
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      logLevel: 'warning',
      plugins: [
        {
          name: 'no-browser-files',
          setup: ({ onResolve }) => onResolve({ filter: /\?browser$/ }, ({ path }) => ({ path, external: true })),
        },
      ],
    });
  } catch (error) {
    remove();
    throw error;
  }
  return { file: join(folder, 'worker.mjs'), remove };
}
