import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import { browserFiles } from './browser-files.ts';
import { commandsOnly } from './commands-only.ts';

/** What each program is bundled from. */

/** The folder of package.json. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Left in node_modules: packages with native parts, threads, or files of their own to serve. */
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
const PROTOCOL = {
  'tari/address': 'src/tari/address.ts',
  // Its name outside is older than the file's.
  'tari/byte-strings': 'src/tari/bytes.ts',
  'tari/claim': 'src/tari/claim.ts',
  'tari/ristretto-jwt': 'src/tari/ristretto-jwt.ts',
  'tari/schnorr': 'src/tari/schnorr.ts',
  'tari/wallet-signature': 'src/tari/wallet-signature.ts',
};

/** Libraries that are not written as ES modules require Node's own modules with this. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

type Entries = Record<string, string>;

function bundle(folder: string, chunks: string, entryPoints: Entries, plugins: Plugin[] = [browserFiles]) {
  return {
    absWorkingDir: ROOT,
    outdir: folder,
    bundle: true,
    // Half of the text, which each thread keeps in memory. Names stay, for stack traces.
    minifyWhitespace: true,
    // Escapes would make emoji and the words of seeds twice as long.
    charset: 'utf8',
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: NOT_BUNDLED,
    sourcemap: 'linked',
    // Those who have the sources need no copy, and others have no use for one.
    sourcesContent: false,
    metafile: true,
    plugins,
    banner: { js: REQUIRE },
    logLevel: 'warning',
    entryPoints,
    chunkNames: `${chunks}/[name]-[hash]`,
  } satisfies BuildOptions;
}

/**
 * The server's process and its threads. Each is bundled by itself: otherwise what they share would be split into ever
 * smaller parts, and threads would load each other's.
 */
export function serverBundles(folder: string) {
  return [
    bundle(folder, 'tari-payment-server', { 'tari-payment-server': 'src/main.ts' }),
    bundle(folder, 'core-thread', { 'core-thread': 'src/database-thread.ts' }),
    bundle(folder, 'scan-thread', { 'scan-thread': 'src/rails/tari-chain/scan/scan-thread.ts' }),
  ];
}

/** The server, the tool and the functions of the Tari protocol. */
export function allBundles(folder: string) {
  return [
    ...serverBundles(folder),
    bundle(folder, 'taritools', { taritools: 'src/cli/main.ts' }, [commandsOnly]),
    bundle(folder, 'tari', PROTOCOL),
  ];
}
