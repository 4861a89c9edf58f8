import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Licences ask that their text goes with every copy, and a bundle is one. */

/** A package of which something stands in what was built. */
export interface BundledPackage {
  name: string;
  version: string;
  /** The identifier in its package.json. */
  licence: string;
  author: string | undefined;
  /** The texts of its licence and notices; empty where it brings none. */
  texts: string[];
}

const NODE_MODULES = '/node_modules/';
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[-.].*)?$/i;

/**
 * The packages of which the builds hold at least a byte, by name.
 * @param root what the paths in the builds are relative to.
 */
export function bundledPackages(builds: readonly Metafile[], root: string): BundledPackage[] {
  const folders = new Set<string>();
  for (const { outputs } of builds) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = bytesInOutput > 0 ? packageFolder(path) : undefined;
        if (folder !== undefined) folders.add(join(root, folder));
      }
    }
  }
  const packages = [...folders].map(readPackage).map((one) => [`${one.name} ${one.version}`, one] as const);
  // One that lies in several folders is named once.
  return [...new Map(packages)].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one);
}

/** The folder of the package that a file belongs to; undefined for files of our own. */
function packageFolder(path: string): string | undefined {
  const from = `/${path}`.lastIndexOf(NODE_MODULES);
  if (from < 0) return undefined;
  const start = from + NODE_MODULES.length - 1;
  const [first = '', second = ''] = path.slice(start).split('/');
  return `${path.slice(0, start)}${first.startsWith('@') ? `${first}/${second}` : first}`;
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  return {
    name,
    version,
    licence: license,
    author: typeof author === 'object' && author !== null ? author.name : author,
    texts: files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim()),
  };
}

/** The text of the file that lies beside what was built. */
export function thirdPartyNotices(packages: readonly BundledPackage[]): string {
  const line = '-'.repeat(100);
  const head = `The programs in this folder hold code of these ${packages.length} packages.`;
  const entries = packages.map(({ name, version, licence, author, texts }) => {
    const by = author === undefined ? '' : `, by ${author}`;
    const missing = `The package brings no text of its licence; it names ${licence}.`;
    return [line, `${name} ${version}, ${licence}${by}`, ...(texts.length > 0 ? texts : [missing])].join('\n\n');
  });
  return `${[head, ...entries].join('\n\n')}\n`;
}
