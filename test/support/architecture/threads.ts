import { type Import, importedBy, reachedFrom } from './imports.ts';

/** Which files each thread of the server loads. */

export interface Threads {
  http: ReadonlySet<string>;
  database: ReadonlySet<string>;
}

const HTTP_ENTRIES = ['src/main.ts', 'src/server.ts'];
const DATABASE_ENTRY = 'src/database-thread.ts';

/**
 * From the entries of the threads on. A module is loaded by both; of what it names, the HTTP thread loads what is in
 * `http/` and, where the process starts, the settings; the tool alone loads what is in `cli/`; all else is for the
 * database thread.
 */
export function threadsOf(imports: readonly Import[]): Threads {
  const loaded = imports.filter(({ isTypeOnly }) => !isTypeOnly);
  const named = loaded.filter(isNamedByModule).map(({ to }) => to);
  const next = importedBy(loaded.filter((one) => !isNamedByModule(one)));
  const from = (entries: readonly string[]) =>
    new Set(entries.flatMap((entry) => [entry, ...reachedFrom(next, entry)]));
  return {
    http: from([...HTTP_ENTRIES, ...named.filter(isForHttpThread)]),
    database: from([DATABASE_ENTRY, ...named.filter((file) => !isForHttpThread(file) && !file.includes('/cli/'))]),
  };
}

export function isOfHttp(file: string): boolean {
  return file.includes('/http/');
}

/** Whether a file holds SQL. `tables.ts` holds types, and the words that columns take. */
export function isOfStore(file: string): boolean {
  return file.includes('/store/') && !file.endsWith('/store/tables.ts');
}

function isForHttpThread(file: string): boolean {
  return isOfHttp(file) || file.endsWith('/settings.ts');
}

function isNamedByModule({ from, isLazy }: Import): boolean {
  return isLazy && from.endsWith('/module.ts');
}
