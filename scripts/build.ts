import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { allBundles, ROOT } from './build/bundles.ts';
import { bundledPackages, thirdPartyNotices } from './build/third-party-notices.ts';

/**
 * Builds the server with its threads, the tool and the functions of the Tari protocol into dist/, or into the folder named with --into.
 * A start has to read a few files then, in place of hundreds: a hot wallet may start the tool a hundred times at once.
 */

const DIST = join(ROOT, 'dist');

const { values } = parseArgs({ options: { into: { type: 'string', default: DIST } } });
const folder = resolve(values.into);

const builds = await Promise.all(allBundles(folder).map((options) => build(options)));
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
