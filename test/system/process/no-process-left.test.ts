import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from '#test/database/database.ts';
import { ROOT } from '#test/docs/documents.ts';
import { killRemaining, spawn } from '#test/processes/child-process.ts';
import { eventually } from '#test/server.ts';

/** A test that fails, or a runner that is killed, leaves no process behind. */

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(killRemaining);

const HOUR_S = '3600';

function isRunning(pid: number): boolean {
  try {
    // Those that have ended and were not asked for yet are there as zombies.
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  await eventually(() => expect(isRunning(pid)).toBe(false), 20_000);
}

/** Starts a process of Node that starts another by the function of tests, and answers the ids of both. */
async function startParent(): Promise<{ parent: number; child: number }> {
  const script = join(folder, 'parent.ts');
  writeFileSync(
    script,
    `import { spawn } from ${JSON.stringify(join(ROOT, 'test/support/processes/child-process.ts'))};
const child = spawn('sleep', ['${HOUR_S}']);
process.stdout.write(String(child.pid) + '\\n');`,
  );
  const parent = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await new Promise<string[]>((resolve) => {
    parent.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.split('\n')));
  });
  return { parent: parent.pid as number, child: Number(line) };
}

describe('a process that a test starts', () => {
  it('is killed at the end of its file', async () => {
    const { pid } = spawn('sleep', [HOUR_S]);
    expect(isRunning(pid as number)).toBe(true);
    killRemaining();
    await untilGone(pid as number);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('ends when %s ends the one that started it', async (signal) => {
    const { parent, child } = await startParent();
    expect(isRunning(child)).toBe(true);
    process.kill(parent, signal);
    await untilGone(child);
  });
});
