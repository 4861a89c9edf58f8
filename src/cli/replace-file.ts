import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

const OWNER_ONLY = 0o600;

/** Writes a file for its owner alone, whole or not at all: one that is cut off would lose keys. */
export async function replaceFile(path: string, text: string): Promise<void> {
  // In a container each process has the same number, and one that was killed leaves its file behind.
  const temporary = `${path}.${randomUUID()}.new`;
  const file = await open(temporary, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
