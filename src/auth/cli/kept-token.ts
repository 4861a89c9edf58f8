import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '#platform/cli/replace-file.ts';
import { makeFolder } from '#platform/make-folder.ts';

/**
 * The access token of a profile, kept between commands until it ends: a login for each command would use up nonces, and
 * two that start at once would race for the next. What can't be read or written is passed over, since the tool can
 * always log in.
 */
export interface KeptToken {
  load(): Promise<string | undefined>;
  save(token: string): Promise<void>;
  forget(): Promise<void>;
}

const FOLDER = 'tokens';
const OWNER_ONLY_FOLDER = 0o700;

/** A token travels in one HTTP header, and servers take 8 to 16 KiB of those. */
const MAX_TOKEN_BYTES = 16 * 1024;

/** @param key names the profile with its server, address and roles: another of these has another token. */
export function keptTokenIn(toolFolder: string, key: string): KeptToken {
  const folder = join(toolFolder, FOLDER);
  const path = join(folder, createHash('sha256').update(key).digest('hex'));
  return {
    load: () => readToken(path).catch(() => undefined),
    async save(token) {
      try {
        makeFolder(folder, OWNER_ONLY_FOLDER);
        await replaceFile(path, `${token}\n`);
      } catch {
        // The next command logs in again.
      }
    },
    forget: () => rm(path, { force: true }).catch(() => undefined),
  };
}

/** Undefined where others could have read or written the file. The open file is asked, not its name. */
async function readToken(path: string): Promise<string | undefined> {
  const file = await open(path, 'r');
  try {
    const { mode, size } = await file.stat();
    const othersMay = process.platform !== 'win32' && (mode & 0o077) !== 0;
    if (othersMay || size > MAX_TOKEN_BYTES) return undefined;
    return (await file.readFile('utf8')).trim() || undefined;
  } finally {
    await file.close();
  }
}
