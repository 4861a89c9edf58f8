import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Reduced by the process's umask. */
const DEFAULT_MODE = 0o777;

/**
 * Creates a folder and its missing parents, one after another. Node's own `recursive` never returns if the system
 * reports ENOENT for a folder inside an existing one, as it does in /proc.
 * @throws the system's error for the first one that can't be created.
 */
export function makeFolder(path: string, mode = DEFAULT_MODE): void {
  const missing: string[] = [];
  for (let folder = path; !isFolder(folder); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.reverse()) makeOne(folder, mode);
}

function isFolder(path: string): boolean {
  // The root has no parent.
  return dirname(path) === path || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Another process that starts at the same time may have been faster.
    if (!isFolder(folder)) throw error;
  }
}
