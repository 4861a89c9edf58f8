import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { browserFiles } from './build/browser-files.ts';
import { bundledPackages, thirdPartyNotices } from './build/third-party-notices.ts';

/**
 * Builds the server with its threads, the tool and the functions of the Tari protocol into dist/, or into the folder named with --into.
 * A start has to read a few files then, in place of hundreds: a hot wallet may start the tool a hundred times at once.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Left in node_modules: what has native parts, threads, or files of its own to serve. */
const NOT_BUNDLED = [
  '@grpc/grpc-js',
  '@fastify/swagger-ui',
  'better-sqlite3',
  'libsodium-wrappers-sumo',
  'pg',
  'pino',
  'pino-pretty',
];

/** What the scripts of other programs sign with. */
const PROTOCOL = ['address', 'byte-strings', 'claim', 'ristretto-jwt', 'schnorr', 'wallet-signature'];

/** Libraries that are not written as ES modules ask for node's own modules by this. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

const DIST = join(ROOT, 'dist');

const { values } = parseArgs({ options: { into: { type: 'string', default: DIST } } });
const folder = resolve(values.into);

const COMMON = {
  absWorkingDir: ROOT,
  outdir: folder,
  outbase: 'src',
  bundle: true,
  // Half of the text, which each thread keeps in memory. Names stay, for the stacks of errors.
  minifyWhitespace: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: NOT_BUNDLED,
  sourcemap: 'linked',
  // The sources are there, or of no use to whoever has only the programs.
  sourcesContent: false,
  metafile: true,
  plugins: [browserFiles],
  banner: { js: REQUIRE },
  logLevel: 'warning',
} satisfies BuildOptions;

/** Each apart: what they have in common would be cut into ever smaller parts, and threads would load each other's. */
const builds = await Promise.all([
  build({
    ...COMMON,
    entryPoints: { 'tari-payment-server': 'src/main.ts' },
    chunkNames: 'tari-payment-server/[name]-[hash]',
  }),
  build({
    ...COMMON,
    entryPoints: { 'core-thread': 'src/database-thread.ts' },
    chunkNames: 'core-thread/[name]-[hash]',
  }),
  build({
    ...COMMON,
    entryPoints: { 'scan-thread': 'src/rails/tari-chain/scan/scan-thread.ts' },
    chunkNames: 'scan-thread/[name]-[hash]',
  }),
  build({
    ...COMMON,
    entryPoints: { taritools: 'src/cli/main.ts' },
    chunkNames: 'taritools/[name]-[hash]',
  }),
  build({
    ...COMMON,
    entryPoints: PROTOCOL.map((name) => `src/tari/${name}.ts`),
    chunkNames: 'tari/[name]-[hash]',
  }),
]);
for (const name of ['tari-payment-server.js', 'taritools.js']) chmodSync(join(folder, name), 0o755);
const metafiles = builds.map(({ metafile }) => metafile);
const built = metafiles.flatMap(({ outputs }) => Object.keys(outputs));
const notices = join(folder, 'THIRD-PARTY-NOTICES.txt');
writeFileSync(notices, thirdPartyNotices(bundledPackages(metafiles, ROOT)));
if (folder === DIST) removeAllBut(new Set([notices, ...built.map((path) => resolve(ROOT, path))]));

/** What an earlier build left in dist/ goes last, so that a program that starts meanwhile finds all of its parts. */
function removeAllBut(wanted: ReadonlySet<string>): void {
  for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    const path = join(DIST, name);
    if (!existsSync(path) || wanted.has(path)) continue;
    const isFolder = statSync(path).isDirectory();
    if (isFolder && [...wanted].some((one) => one.startsWith(`${path}${sep}`))) continue;
    rmSync(path, { recursive: true });
  }
}
