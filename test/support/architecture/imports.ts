import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What imports what in src/ and migrations/. */

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** From a file to a file, both below the project's folder: `src/engine/orders.ts`. */
export interface Import {
  from: string;
  to: string;
  /** Only for types: nothing of it is there when the program runs. */
  isTypeOnly: boolean;
  /** Loaded when it is needed. */
  isLazy: boolean;
}

/** Every TypeScript file of the folders, those of the program unless told; without those that run in browsers. */
export function sourceFiles(folders: readonly string[] = ['src', 'migrations']): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('checkout/browser/'))
      .map((name) => `${folder}/${name}`),
  );
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'\s*\)/gm;

export function importsOf(file: string, text: string = readFileSync(join(ROOT, file), 'utf8')): Import[] {
  return [...text.matchAll(IMPORT)].flatMap(([, type, still, lazy]) => {
    const to = target(file, still ?? lazy ?? '');
    return to === undefined ? [] : [{ from: file, to, isTypeOnly: type !== undefined, isLazy: lazy !== undefined }];
  });
}

/** The libraries that a file loads, Node's own among them, without those of which it only uses types. */
export function librariesOf(file: string, text: string = readFileSync(join(ROOT, file), 'utf8')): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, type, still, lazy]) => {
    const specifier = still ?? lazy ?? '';
    if (type !== undefined || /^[.#]/.test(specifier)) return [];
    const [scope = '', name] = specifier.split('/');
    return [scope.startsWith('@') ? `${scope}/${name}` : scope];
  });
}

/** Undefined for a library, and for what browsers are sent. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.endsWith('?browser')) return undefined;
  if (specifier.startsWith('#migrations/')) return `migrations/${specifier.slice('#migrations/'.length)}`;
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  return specifier.startsWith('.') ? posix.join(dirname(file), specifier) : undefined;
}

/** The context that a file belongs to; `root` for those that put the contexts together. */
export function contextOf(file: string): string {
  const [top, context = '', ...rest] = file.split('/');
  if (top !== 'src') return 'migrations';
  return rest.length === 0 ? 'root' : context;
}

/** The context that a file belongs to, each rail and each part of the platform for itself. */
export function partOf(file: string): string {
  const context = contextOf(file);
  const [, , part = '', ...rest] = file.split('/');
  return ['platform', 'rails'].includes(context) && rest.length > 0 ? `${context}/${part}` : context;
}

/** Files that reach themselves by imports: each circle once, as the files in it, sorted. */
export function circlesIn(imports: readonly Pick<Import, 'from' | 'to'>[]): string[][] {
  const next = importedBy(imports);
  const reached = new Map([...next.keys()].map((file) => [file, reachedFrom(next, file)]));
  const circular = [...next.keys()].filter((file) => reached.get(file)?.has(file));
  const circles = circular.map((file) =>
    circular.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file)).sort(),
  );
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

/** What each file imports. */
export function importedBy(imports: readonly Pick<Import, 'from' | 'to'>[]): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  return next;
}

/** All that is reached from a file, itself only by a circle. */
export function reachedFrom(next: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(next.get(start) ?? [])];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    waiting.push(...(next.get(file) ?? []));
  }
  return reached;
}
