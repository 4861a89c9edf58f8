import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What imports what in src/ and migrations/, and what the house allows of it. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** From a file to a file, both below the project's folder: `src/engine/orders.ts`. */
export interface Import {
  from: string;
  to: string;
  isTypeOnly: boolean;
}

/** Every file of the program, below the project's folder. */
export function sourceFiles(): string[] {
  return ['src', 'migrations'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'\s*\)/gm;

export function importsOf(file: string, text = readFileSync(join(ROOT, file), 'utf8')): Import[] {
  return [...text.matchAll(IMPORT)].flatMap(([, type, still, lazy]) => {
    const to = target(file, still ?? lazy ?? '');
    return to === undefined ? [] : [{ from: file, to, isTypeOnly: type !== undefined }];
  });
}

/** Undefined for a library. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#migrations/')) return `migrations/${specifier.slice('#migrations/'.length)}`;
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  if (specifier.startsWith('.')) return posix.join(dirname(file), specifier);
  return undefined;
}
