import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The browser of the machine, found by its name: none is downloaded. */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export function findChromium(path = process.env.PATH ?? ''): string | undefined {
  for (const folder of path.split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // It is not there.
      }
    }
  }
  return undefined;
}

/** Whether tests in a browser are left out: where there is none, but never in CI. */
export function leavesOutBrowser(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (findChromium(environment.PATH) !== undefined) return false;
  if (environment.CI) throw new Error('There is no chromium, and in CI the tests in a browser are not left out');
  process.stderr.write(
    'The tests in a browser are left out: there is no chromium. Install Debian’s package chromium.\n',
  );
  return true;
}

export function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no chromium');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}
