import { dirname, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * What the server sends to browsers: scripts and style sheets under src, which a module of the server imports with
 * `?browser` behind the path, and has as one text. For the build by esbuild, and for vitest.
 */

const SUFFIX = '?browser';

/** Browsers of the last three years. */
const TARGET = ['chrome111', 'firefox115', 'safari16.4'];

/** The file, bundled and made small, as the text of a module. */
async function moduleOf(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    charset: 'utf8',
    legalComments: 'none',
    target: TARGET,
  });
  return `export const text = ${JSON.stringify(outputFiles[0]?.text.trim() ?? '')};`;
}

export const browserFiles: Plugin = {
  name: 'browser-files',
  setup(building) {
    building.onResolve({ filter: /\?browser$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -SUFFIX.length)),
      namespace: 'browser-files',
    }));
    building.onLoad({ filter: /.*/, namespace: 'browser-files' }, async ({ path }) => ({
      contents: await moduleOf(path),
      loader: 'js',
      watchFiles: [path],
    }));
  },
};

const VIRTUAL = '\0browser-file:';

/** The same for vitest. */
export function browserFilesInTests() {
  return {
    name: 'browser-files',
    enforce: 'pre' as const,
    resolveId(path: string, importer: string | undefined) {
      if (!path.endsWith(SUFFIX) || importer === undefined) return undefined;
      return `${VIRTUAL}${resolve(dirname(importer), path.slice(0, -SUFFIX.length))}.mjs`;
    },
    load: (id: string) => (id.startsWith(VIRTUAL) ? moduleOf(id.slice(VIRTUAL.length, -'.mjs'.length)) : undefined),
  };
}
