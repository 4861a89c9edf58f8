import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

export interface BundledProgram {
  file: string;
  remove(): void;
}

/**
 * Bundles a program of the tests, to be started many times: each process would otherwise have to read hundreds of files.
 * @param name of its file in test/support, such as `database/migrating-process`.
 */
export async function bundleProgram(name: string): Promise<BundledProgram> {
  // Beside what is built, so that it finds the packages.
  mkdirSync(join(PROJECT, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(PROJECT, 'dist/of-tests-'));
  await build({
    entryPoints: { program: join(PROJECT, `test/support/${name}.ts`) },
    outdir: folder,
    bundle: true,
    // Routes are in files of their own then, and never loaded: what they import of the browser's is not built here.
    splitting: true,
    external: ['*?browser'],
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  return { file: join(folder, 'program.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
