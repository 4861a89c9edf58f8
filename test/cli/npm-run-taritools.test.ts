import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

/** A project whose builder writes a tool that says "new". */
let root: string;
const path = (name: string) => join(root, name);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'npm-run-taritools-'));
  for (const folder of ['scripts', 'src/cli', 'dist', 'node_modules/tsx/dist'])
    mkdirSync(path(folder), { recursive: true });
  copyFileSync(new URL('../../scripts/taritools.mjs', import.meta.url), path('scripts/taritools.mjs'));
  writeFileSync(path('package.json'), '{"type":"module"}');
  writeFileSync(path('src/cli/main.ts'), '');
  writeFileSync(path('dist/taritools.js'), 'console.log("old", ...process.argv.slice(2));');
  const builder = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(path('dist/taritools.js'))}, 'console.log("new", ...process.argv.slice(2));');`;
  writeFileSync(path('node_modules/tsx/dist/cli.mjs'), builder);
  for (const name of ['package.json', 'src/cli/main.ts']) setAge(name, 200);
  setAge('dist/taritools.js', 100);
});
afterEach(() => rmSync(root, { recursive: true }));

function setAge(name: string, seconds: number): void {
  const time = new Date(Date.now() - seconds * 1000);
  utimesSync(path(name), time, time);
}

const run = () =>
  execFileSync(process.execPath, [path('scripts/taritools.mjs'), 'my', '-p', 'x'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

describe('npm run taritools', () => {
  it('runs the built tool with what follows', () => {
    expect(packageJson.scripts.taritools).toBe('node scripts/taritools.mjs');
    expect(run()).toBe('old my -p x\n');
  });

  it('builds it first where its sources are newer, or it is missing', () => {
    setAge('src/cli/main.ts', 50);
    expect(run()).toBe('new my -p x\n');
    rmSync(path('dist/taritools.js'));
    expect(run()).toBe('new my -p x\n');
  });

  it('runs what is there where nothing can be built', () => {
    setAge('src/cli/main.ts', 50);
    rmSync(path('node_modules'), { recursive: true });
    expect(run()).toBe('old my -p x\n');
  });
});
