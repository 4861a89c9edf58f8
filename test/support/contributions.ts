import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/**
 * What the contexts bring to tests that are about all of them: the module of each that has the file in its folder of
 * tests.
 * @param path from that folder, such as `cli/menu-cases.ts`.
 */
export function contributions<Module>(path: string): Promise<Module[]> {
  const files = readdirSync(TESTS).map((context) => join(TESTS, context, path));
  return Promise.all(
    files.filter((file) => existsSync(file)).map(async (file) => (await import(pathToFileURL(file).href)) as Module),
  );
}
