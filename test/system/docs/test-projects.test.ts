import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentText, ROOT } from '#test/docs/documents.ts';
import { leftOut } from '#test/vitest/projects.ts';
import packageJson from '../../../package.json' with { type: 'json' };

/** Every file of tests is run by `npm test` or by what CI runs, and none of them by accident twice on one database. */

/** Of each project, with the whole matrix. */
let projects: Map<string, string[]>;
beforeAll(async () => {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'list', '--filesOnly'], {
    cwd: ROOT,
    env: { ...process.env, TEST_MATRIX: 'all', NO_COLOR: '1' },
  });
  const listed = [...stdout.matchAll(/^\[(\w+)\] (\S+)$/gm)].map(([, project = '', file = '']) => ({ project, file }));
  projects = new Map(
    ['fast', 'system', 'postgres'].map((name) => [
      name,
      listed.filter((one) => one.project === name).map(({ file }) => file),
    ]),
  );
}, 60_000);

const of = (project: string) => projects.get(project) ?? [];

describe('the projects of vitest', () => {
  it('hold every file of tests', () => {
    const files = ['test', 'scripts'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        // Those against published programs have a configuration of their own: npm run test:interop.
        .filter((name) => name.endsWith('.test.ts') && !/^interop\/|^system\/interop\//.test(name))
        .map((name) => `${folder}/${name}`),
    );
    const held = new Set([...of('fast'), ...of('system'), ...of('postgres')]);
    expect(files.filter((file) => !held.has(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  it('run each on SQLite once', () => {
    expect(of('fast').filter((file) => of('system').includes(file))).toEqual([]);
  });

  it('leave out, where not everything runs, only what is in system otherwise', () => {
    const unused = leftOut({}, []).filter((pattern) => !of('system').some((file) => matchesGlob(file, pattern)));
    expect(unused).toEqual([]);
    expect(leftOut({ TEST_MATRIX: 'all' }, [])).toEqual([]);
    expect(leftOut({}, ['run', 'test/tari/seed-words.test.ts'])).toEqual([]);
  });

  it('start no processes in fast', () => {
    const starting = of('fast').filter((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return /node:child_process|child-process\.ts|server-process\.ts|cli\/tool\.ts|\bdist\//.test(text);
    });
    expect(starting).toEqual([]);
  });
});

describe('the commands', () => {
  it('of CI are those of README.md', () => {
    const ci = readFileSync(join(ROOT, '.ci/run'), 'utf8');
    expect(ci).toMatch(/^npm ci && npm run test:all$/m);
    for (const command of ['npm ci && npm test', 'npm run test:all', 'npm run test:fast', 'npm run test:watch']) {
      expect(documentText('README.md')).toContain(command);
    }
    expect(packageJson.scripts['test:all']).toBe(`TEST_MATRIX=all ${packageJson.scripts.test}`);
  });
});
