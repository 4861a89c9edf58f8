import { readFile } from 'node:fs/promises';
import { CommandError, EXIT_CODES } from './exit.ts';
import { replaceFile } from './replace-file.ts';

/** A settings file as dotenv reads it, written whole or not at all, for its owner alone. */

/** `NAME=value`. Within single quotes nothing has a meaning of its own. @throws {CommandError} */
export function settingLine(name: string, value: string): string {
  if (/^[\w./:,@+=-]*$/.test(value)) return `${name}=${value}`;
  if (!/['\r\n]/.test(value)) return `${name}='${value}'`;
  throw new CommandError(`${name} holds a character that a settings file can't.`, EXIT_CODES.wrongUse);
}

/** Replaces the lines of these settings, or adds them behind the others. */
export async function changeSettings(path: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const nameOf = (line: string) => /^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? '';
  const kept = before.split('\n').filter((line) => !(nameOf(line) in settings));
  const lines = Object.entries(settings).map(([name, value]) => settingLine(name, value));
  await replaceFile(path, `${[kept.join('\n').trimEnd(), ...lines].join('\n').trimStart()}\n`);
}
