import { readdirSync, readFileSync, statSync } from 'node:fs';

/**
 * Whether a process has a database file open, as far as this system tells. SQLite itself can only be asked by opening the
 * file for writing, which changes it where it was not closed in order.
 */
export function isInUse(file: string): boolean {
  const files = [file, `${file}-wal`, `${file}-shm`].flatMap((name) => {
    const stats = statSync(name, { throwIfNoEntry: false, bigint: true });
    return stats === undefined ? [] : [{ device: stats.dev, inode: stats.ino }];
  });
  return isLocked(files) || isOpenSomewhere(files);
}

interface FileIdentity {
  device: bigint;
  inode: bigint;
}

/** Locks of every process, whosever it is: a server with a write-ahead log holds one as long as it runs. */
function isLocked(files: readonly FileIdentity[]): boolean {
  let locks: string;
  try {
    locks = readFileSync('/proc/locks', 'utf8');
  } catch {
    return false;
  }
  const locked = new Set([...locks.matchAll(/\s([0-9a-f]+:[0-9a-f]+:\d+)\s/g)].map(([, where]) => where));
  return files.some(({ device, inode }) => {
    const major = (device >> 8n) & 0xfffn;
    const minor = (device & 0xffn) | ((device >> 12n) & 0xfff00n);
    const two = (value: bigint) => value.toString(16).padStart(2, '0');
    return locked.has(`${two(major)}:${two(minor)}:${inode}`);
  });
}

/** Open files of the processes that this user may look at. */
function isOpenSomewhere(files: readonly FileIdentity[]): boolean {
  for (const process of namesIn('/proc')) {
    if (!/^\d+$/.test(process)) continue;
    for (const descriptor of namesIn(`/proc/${process}/fd`)) {
      const opened = identityOf(`/proc/${process}/fd/${descriptor}`);
      if (files.some(({ device, inode }) => opened?.inode === inode && opened.device === device)) return true;
    }
  }
  return false;
}

/** None where there is no such folder, or where it is not ours to look into. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function identityOf(path: string): FileIdentity | undefined {
  try {
    const { dev: device, ino: inode } = statSync(path, { bigint: true });
    return { device, inode };
  } catch {
    return undefined;
  }
}
