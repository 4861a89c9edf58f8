import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home, TOOL } from '#test/cli/tool.ts';
import { newFolder } from '#test/database/database.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { fileOfSample, readSample, TpsDatabase } from '#test/tps-database.ts';

/** `taritools setup import-tps`, as it is built. */

const [alice] = ACCOUNTS;

let home: Home;
let folder: string;
let url: string;

beforeEach(() => {
  home = new Home();
  folder = newFolder();
  url = `sqlite://${join(folder, 'store.db')}`;
});
afterEach(() => home.remove());

const sample = () => fileOfSample(join(folder, 'tari_store.db'), readSample('calm'));
const run = (file: string, ...flags: string[]) =>
  home.run(['setup', 'import-tps', file, '-d', url, ...flags], { asProcess: true });

describe('taritools setup import-tps', { timeout: 120_000 }, () => {
  it('reports without writing, then imports, then refuses to do it again', async () => {
    const file = sample();
    const dry = await run(file, '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('8 orders were charged twice, 112.290000 XTM too much'),
    });
    expect(dry.stdout).toContain('Nothing was written: this was a dry run.');
    expect(existsSync(join(folder, 'store.db'))).toBe(false);

    const done = await run(file);
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/The balance of every address and customer is what it was/),
    });
    const audit = await home.run(['audit', '-d', url, '--overcharges'], { asProcess: true });
    expect(audit.code).toBe(0);
    expect(audit.stdout.match(/^ {2}order \d+ of customer \d+: [\d.]+ XTM of \w+, not given back$/gm)).toHaveLength(8);

    const again = await run(file);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not empty: its table orders has rows'),
    });
  });

  it('names what keeps a file from being imported, and ends with 1', async () => {
    const file = new TpsDatabase(join(folder, 'odd.db')).order('1', { status: 'Lost' }).close();
    const refused = await run(file);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('The order "1": its status is "Lost"');
    expect(refused.stderr).toContain('one thing in it must be put right first. Nothing was written.');
    expect(existsSync(join(folder, 'store.db'))).toBe(false);
    expect(await run(join(folder, 'none.db'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no file'),
    });
  });

  it('passes on nothing of an id that steers a terminal', async () => {
    const file = new TpsDatabase(join(folder, 'odd.db')).order('1\u009b2J\u202e', { status: 'Lost' }).close();
    const refused = await run(file);
    expect(refused.stdout).toContain('The order "1�2J�": its status is "Lost"');
    expect(refused.stdout).not.toMatch(/[\u007f-\u009f\u202e]/);
  });

  it('leaves nothing behind when it is killed in the middle', async () => {
    const old = new TpsDatabase(join(folder, 'large.db')).exec('begin');
    for (let number = 1; number <= 20_000; number += 1) {
      old.order(String(number), { status: 'Paid' });
      old.payment(`t${number}`, alice.address).settlement(String(number), alice.address);
    }
    const file = old.exec('commit').close();
    const bytes = readFileSync(file);
    const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('import-tps-'));
    const before = leftovers();
    for (const stage of ['Reading payments', 'Writing orders', 'Writing settlements', 'Writing what payments']) {
      await killedAt(stage, file);
      const audit = await home.run(['audit', '-d', url], { asProcess: true });
      if (audit.code === 0)
        expect(audit.stdout).toMatch(/^Read 0 orders, 0 payments, 0 settlements, 0 accounts, 0 events/);
      else expect(audit.stderr).toMatch(/There is no database|does not belong to this program/);
    }
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(leftovers()).toEqual(before);
    expect(await run(file)).toMatchObject({ code: 0 });
    expect(await home.run(['audit', '-d', url], { asProcess: true })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Read 20000 orders, 20000 payments, 20000 settlements/),
    });
  });

  /** Runs the command, which is killed when it is about to say that it has come so far. */
  async function killedAt(stage: string, file: string): Promise<void> {
    const killing = `--import=data:text/javascript,${encodeURIComponent(killsItself(stage))}`;
    const child = spawn(process.execPath, [killing, TOOL, 'setup', 'import-tps', file, '-d', url], {
      env: home.fullEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code, signal] = await once(child, 'close');
    expect({ code, signal, said }, `killed at ${stage}`).toMatchObject({ code: null, signal: 'SIGKILL' });
  }
});

/** From within, so that nothing of the import is done meanwhile, however fast the machine is. */
function killsItself(stage: string): string {
  return `
    const write = process.stderr.write;
    process.stderr.write = function (text, ...rest) {
      if (String(text).includes(${JSON.stringify(stage)})) process.kill(process.pid, 'SIGKILL');
      return write.call(this, text, ...rest);
    };`;
}
