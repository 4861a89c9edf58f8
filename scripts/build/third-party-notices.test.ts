import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '#test/docs/documents.ts';
import { bundledPackages, thirdPartyNotices } from './third-party-notices.ts';

describe('the notices of third parties', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'notices-'));
    const files = {
      'main.js': `import { used } from '@scope/used'; import { idle } from 'idle'; import './none.js'; console.log(used);`,
      'none.js': 'console.log(1);',
      'node_modules/@scope/used/package.json':
        '{"name":"@scope/used","version":"1.0.0","license":"MIT","author":{"name":"A"}}',
      'node_modules/@scope/used/index.js': `import { inner } from 'inner'; export const used = [inner];`,
      'node_modules/@scope/used/LICENSE.md': 'The text of used.\n',
      'node_modules/@scope/used/NOTICE': 'Its notice.\n',
      'node_modules/@scope/used/node_modules/inner/package.json': '{"name":"inner","version":"2.0.0","license":"ISC"}',
      'node_modules/@scope/used/node_modules/inner/index.js': 'export const inner = {};',
      'node_modules/idle/package.json': '{"name":"idle","version":"1.0.0","license":"MIT","sideEffects":false}',
      'node_modules/idle/index.js': 'export const idle = 1;',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('name each package of which something is bundled, and none beside', async () => {
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: ['main.js'],
      bundle: true,
      format: 'esm',
      write: false,
      outdir: 'out',
      metafile: true,
    });
    const packages = bundledPackages([metafile, metafile], folder);
    expect(packages).toEqual([
      {
        name: '@scope/used',
        version: '1.0.0',
        licence: 'MIT',
        author: 'A',
        texts: ['The text of used.', 'Its notice.'],
      },
      { name: 'inner', version: '2.0.0', licence: 'ISC', author: undefined, texts: [] },
    ]);
    const text = thirdPartyNotices(packages);
    expect(text).toContain('@scope/used 1.0.0, MIT, by A\n\nThe text of used.\n\nIts notice.\n');
    expect(text).toContain('inner 2.0.0, ISC\n\nThe package brings no text of its licence; it names ISC.\n');
  });

  it('lie beside what is built', () => {
    const text = readFileSync(join(ROOT, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['fastify', 'kysely', 'commander', '@noble/hashes']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, MIT`, 'm'));
    }
    expect(text).not.toMatch(/^(?:better-sqlite3|pg|vitest) /m);
  });
});
