import { open, rename, rm } from 'node:fs/promises';

const OWNER_ONLY = 0o600;

/** Writes a file for its owner alone, whole or not at all: one that is cut off would lose keys. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  // One that was killed here, with the number that this process has now, left its file behind.
  await rm(temporary, { force: true });
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
