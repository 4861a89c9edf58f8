import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the examples for operators. */
export const CONTRIB = fileURLToPath(new URL('../../../contrib', import.meta.url));

/** Where Debian puts what only root is expected to start. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/** The path of a program of the machine, or undefined where it is not installed. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Whether tests that ask this program can run; .ci/run gets those that the machine of CI lacks. */
export function canAsk(name: string): boolean {
  return programPath(name) !== undefined;
}

/** What the program prints, errors included. @throws where it exits with another code than 0. */
export function outputOf(name: string, ...arguments_: string[]): string {
  const path = programPath(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return execFileSync(path, arguments_, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
