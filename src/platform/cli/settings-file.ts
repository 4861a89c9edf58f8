import { chmod, chown, readFile, stat } from 'node:fs/promises';
import { parse as parseEnvironmentFile } from 'dotenv';
import { CommandError, EXIT_CODES } from './exit.ts';
import { replaceFile } from './replace-file.ts';

/** A settings file as dotenv reads it, written whole or not at all, for its owner alone. */

const OWNER_ONLY = 0o600;

/** Shopify names no addresses that its webhooks come from; their signature is what is checked. */
export const ANY_ADDRESS = '0.0.0.0/0, ::/0';

/** `NAME=value`. Within single quotes nothing has a meaning of its own. @throws {CommandError} */
export function settingLine(name: string, value: string): string {
  if (/^[\w./:,@+=-]*$/.test(value)) return `${name}=${value}`;
  if (!/['\r\n]/.test(value)) return `${name}='${value}'`;
  throw new CommandError(`${name} holds a character that a settings file can't.`, EXIT_CODES.wrongUse);
}

/**
 * Replaces the lines of these settings, or adds them behind the others. A file that belongs to the group of a service
 * stays so.
 * @returns whether that changed anything.
 */
export async function changeSettings(path: string, settings: Readonly<Record<string, string>>): Promise<boolean> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const present = parseEnvironmentFile(before);
  if (Object.entries(settings).every(([name, value]) => present[name] === value)) return false;
  const nameOf = (line: string) => /^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? '';
  const kept = before.split('\n').filter((line) => !(nameOf(line) in settings));
  const lines = Object.entries(settings).map(([name, value]) => settingLine(name, value));
  const former = await stat(path).catch(() => undefined);
  await replaceFile(path, `${[kept.join('\n').trimEnd(), ...lines].join('\n').trimStart()}\n`);
  if (former !== undefined) await giveBack(path, former);
  return true;
}

/** What root replaced keeps its owner and group; the group may read and write as before, and others never. */
async function giveBack(path: string, { uid, gid, mode }: { uid: number; gid: number; mode: number }): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await chown(path, uid, gid);
  await chmod(path, (mode & 0o007) === 0 ? mode & 0o660 : OWNER_ONLY);
}
