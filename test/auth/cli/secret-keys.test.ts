import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { afterAll, describe, expect, it } from 'vitest';
import { generateSecretKey } from '#tari/schnorr.ts';
import { KEYS, Screen } from '#test/cli/screens.ts';
import { Home, TOOL } from '#test/cli/tool.ts';

/** Nobody else has this key, so wherever it is seen it comes from here. */
const KEY = hex.encode(generateSecretKey((length) => new Uint8Array(randomBytes(length))));
const TOOL_TEXT = `"${process.execPath}" "${TOOL}"`;

describe('secret keys', { timeout: 60_000 }, () => {
  const home = new Home();
  const keyFile = join(home.folder, 'key');
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
  afterAll(() => home.remove());

  it('as an argument still work, with a warning that does not repeat them', async () => {
    const { code, stdout, stderr } = await home.run(['memo', '-s', KEY, '-o', '1', '--json']);
    expect([code, JSON.parse(stdout).order_id]).toEqual([0, '1']);
    expect(stderr).toMatch(/^A secret key among the arguments .* Set TARITOOLS_SECRET_KEY, .* -s - instead\.\n$/);
    expect(stderr).not.toContain(KEY);
  });

  it('are taken without a warning from the environment, a pipe and a file', async () => {
    const command = ['memo', '-o', '1', '--json'];
    const finished = await Promise.all([
      home.run(command, { environment: { TARITOOLS_SECRET_KEY: KEY } }),
      home.run([...command, '-s', '-'], { input: `${KEY}\n` }),
      home.run([...command, '-s', '-'], { input: readFileSync(keyFile, 'utf8') }),
    ]);
    expect(finished.map(({ code, stderr }) => [code, stderr])).toEqual(Array(3).fill([0, '']));
    expect(new Set(finished.map(({ stdout }) => JSON.parse(stdout).address)).size).toBe(1);
  });

  it('are asked for at a terminal, and not shown', async () => {
    // What a program writes last before it ends, a terminal may lose: so something stays behind that waits for a key.
    const waiting = '"$0" "$1" memo -o 1 && read key';
    const screen = new Screen(['sh', '-c', waiting, process.execPath, TOOL], home);
    try {
      // All of the question: before that nobody reads what is typed.
      await screen.waitFor(/◆ {2}Secret key \(64 hex characters\)[\s\S]*└/);
      screen.type(`${KEY}${KEYS.enter}`);
      await screen.waitFor('auth: {');
      screen.type(KEYS.enter);
      expect(await screen.ended()).toBe(0);
      expect(screen.written).not.toContain(KEY);
    } finally {
      screen.close();
    }
  });

  it('are not shown either when they are typed before they are asked for', async () => {
    const waiting = 'tty; "$0" "$1" memo -o 1 && read key';
    const screen = new Screen(['sh', '-c', waiting, process.execPath, TOOL], home);
    try {
      const [, terminal = ''] = /^(\/dev\S+)$/m.exec(await screen.waitFor(/^\/dev\S+$/m)) ?? [];
      const shows = () => / echo\b/.test(execFileSync('stty', ['-a', '-F', terminal], { encoding: 'utf8' }));
      while (shows()) await new Promise((resolve) => setTimeout(resolve, 1));
      const isEarly = !screen.text.includes('◆');
      screen.type(`${KEY}${KEYS.enter}`);
      await screen.waitFor('auth: {');
      // With a question that is there before its terminal is quiet, this would be the test above.
      expect(isEarly).toBe(true);
      screen.type(KEYS.enter);
      expect(await screen.ended()).toBe(0);
      expect(screen.written).not.toContain(KEY.slice(0, 8));
    } finally {
      screen.close();
    }
  });

  it.each([
    ['the environment', `${TOOL_TEXT} token`, { TARITOOLS_SECRET_KEY: KEY }],
    ['a file', `${TOOL_TEXT} token -s - < "${keyFile}"`, {}],
    ['a pipe', `cat "${keyFile}" | ${TOOL_TEXT} token -s -`, {}],
    ['a new profile', `${TOOL_TEXT} profile add kept --server http://127.0.0.1:1 < "${keyFile}"`, {}],
    [
      'a profile that names a variable',
      `${TOOL_TEXT} profile add named --server http://127.0.0.1:1 --secret-key-env MY_KEY; ${TOOL_TEXT} login -p named`,
      { MY_KEY: KEY },
    ],
  ])('from %s are never in the list of processes', async (_, script, environment) => {
    const seen = new Set<string>();
    const isToolSeen = () => [...seen].some((process) => process.startsWith('taritools'));
    // A loaded machine may look too seldom to meet the tool at the first time.
    for (let tries = 0; tries < 10 && !isToolSeen(); tries += 1) {
      const screen = new Screen(['sh', '-c', `${script}; echo "the end"`], home, { environment });
      while (!screen.text.includes('the end')) {
        for (const process of processList()) seen.add(process);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      screen.close();
    }
    expect(isToolSeen()).toBe(true);
    expect([...seen].filter((process) => process.includes(KEY))).toEqual([]);
  });
});

/** What `ps` shows to everybody. */
function processList(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}
