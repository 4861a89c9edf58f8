import { type ChildProcess, spawn as nodeSpawn } from 'node:child_process';

/** For the environment of our programs, so that no `.env` in the project's folder counts: a developer may have one. */
export const NO_SETTINGS_FILE = { TPG_SETTINGS_FILE: '/dev/null' };

/**
 * Processes that end with the process that starts them, however that ends: a test that fails or hangs, a runner that is
 * interrupted or killed. A shell beside it is told of each, and kills those that are left when its standard input ends.
 */
const REAPER = `
trap '' INT TERM HUP
pids=
while read -r change pid; do
  if [ "$change" = + ]; then pids="$pids $pid"; continue; fi
  kept=
  for one in $pids; do [ "$one" = "$pid" ] || kept="$kept $one"; done
  pids=$kept
done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null`;

let reaper: ChildProcess | undefined;
const running = new Set<number>();

function tellReaper(line: string): void {
  if (reaper === undefined) {
    // A group of its own, which no interruption from the terminal reaches.
    reaper = nodeSpawn('/bin/sh', ['-c', REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    reaper.unref();
    reaper.stdin?.on('error', () => undefined);
    (reaper.stdin as unknown as { unref?: () => void }).unref?.();
  }
  reaper.stdin?.write(`${line}\n`);
}

/** Has a process that was started in another way end with this one. Call what it answers when the process has ended. */
export function endWithThisProcess(pid: number): () => void {
  running.add(pid);
  tellReaper(`+ ${pid}`);
  return () => {
    if (running.delete(pid)) tellReaper(`- ${pid}`);
  };
}

/** Node's own `spawn`, for processes that must not outlive this one. */
export const spawn = ((...given: Parameters<typeof nodeSpawn>) => {
  const child = nodeSpawn(...given);
  if (child.pid !== undefined) child.once('exit', endWithThisProcess(child.pid));
  return child;
}) as typeof nodeSpawn;

/** Kills what is still running: after a file of tests, what a failed one has left. */
export function killRemaining(): void {
  for (const pid of [...running]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended just now.
    }
  }
}
