import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findChromium, leavesOutBrowser } from './chromium.ts';

const folder = mkdtempSync(join(tmpdir(), 'chromium-'));

afterAll(() => rmSync(folder, { recursive: true }));

it('leaves the tests in a browser out where there is none, but never in CI', () => {
  expect(findChromium(folder)).toBeUndefined();
  expect(leavesOutBrowser({ PATH: folder })).toBe(true);
  expect(() => leavesOutBrowser({ PATH: folder, CI: 'true' })).toThrow('in CI');
});

it('finds the browser by the path, if it can be run', () => {
  const file = join(folder, 'chromium');
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  expect(findChromium(`/nowhere:${folder}`)).toBe(file);
  expect(leavesOutBrowser({ PATH: folder, CI: 'true' })).toBe(false);
});
