import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeSettings } from '#platform/cli/settings-file.ts';
import { runHere } from '#test/cli/here.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const isRoot = process.getuid?.() === 0;
/** Of a group that is not root's own. */
const SERVICE_GROUP = 1;

describe('a settings file that is changed', () => {
  it('is for its owner alone where there was none', async () => {
    const path = join(folder, 'new.env');
    expect(await changeSettings(path, { TPG_PORT: '1' })).toBe(true);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['TPG_PORT=1\n', 0o600]);
  });

  it('stays readable for the group of the service, and is closed to all others', async () => {
    const path = join(folder, 'service.env');
    for (const [mode, expected] of [
      [0o640, 0o640],
      [0o644, 0o600],
    ] as const) {
      writeFileSync(path, 'TPG_HOST=::1\n');
      chmodSync(path, mode);
      if (isRoot) chownSync(path, 0, SERVICE_GROUP);
      expect(await changeSettings(path, { TPG_PORT: String(mode) })).toBe(true);
      const { gid, mode: found } = statSync(path);
      expect(readFileSync(path, 'utf8')).toBe(`TPG_HOST=::1\nTPG_PORT=${mode}\n`);
      // Only root can give a file to another group.
      expect(found & 0o777).toBe(isRoot ? expected : 0o600);
      if (isRoot) expect(gid).toBe(SERVICE_GROUP);
    }
  });
});

describe('the settings of a service', () => {
  it('are those of the tool where TPG_SETTINGS_FILE names them', async () => {
    const [path, database] = [join(folder, 'service.env'), join(folder, 'store.db')];
    writeFileSync(path, `TPG_DATABASE_URL=sqlite://${database}\n`);
    const run = (...command: string[]) =>
      runHere(command, { environment: { TPG_SETTINGS_FILE: path }, toolFolder: folder, input: '' });
    expect(await run('setup', 'migrate')).toMatchObject({ code: 0 });
    expect(statSync(database).isFile()).toBe(true);
    expect(await run('audit')).toMatchObject({ code: 0 });
    rmSync(path);
    const missing = await run('audit');
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`The settings file ${path} cannot be read`),
    });
  });
});
