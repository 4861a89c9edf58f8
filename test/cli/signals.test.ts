import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KEYS, Screen } from '#test/cli/screens.ts';
import { Home, TOOL } from '#test/cli/tool.ts';
import { STAND_IN_TOKEN } from '#test/fake-shopify/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

/** What a shell does around a command: says which process it is, how it ended, and how the terminal is left. */
const AROUND =
  'trap : INT; sh -c \'echo "process $$."; exec "$@" 2>>"$ERRORS"\' sh "$@"; echo "ended with $?."; stty -a; sleep 60';
const CURSOR_HIDDEN = '\u001b[?25l';
const CURSOR_SHOWN = '\u001b[?25h';

describe('signals, at a terminal', { timeout: 60_000 }, () => {
  let home: Home;
  let server: Server;
  let url: string;
  const screens: Screen[] = [];
  /** How many requests wait for an answer that never comes. */
  let waiting = 0;
  const folder = mkdtempSync(join(tmpdir(), 'tps-signals-'));
  const errors = join(folder, 'errors');

  beforeAll(async () => {
    server = createServer(() => {
      waiting += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    home = new Home();
    await home.addProfile('alice', alice, url);
  });
  afterEach(() => {
    for (const screen of screens.splice(0)) screen.close();
    server.closeAllConnections();
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    home.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the tool from a shell, in a pseudo-terminal. */
  async function start(arguments_: string[] = [], environment: Record<string, string> = {}) {
    const screen = new Screen(['sh', '-c', AROUND, 'sh', process.execPath, TOOL, ...arguments_], home, {
      environment: { ERRORS: errors, ...environment },
    });
    screens.push(screen);
    const shown = await screen.waitFor(/process \d+\./);
    return { screen, pid: Number(/process (\d+)\./.exec(shown)?.[1]) };
  }

  /** Which code the tool ended with; the terminal must be as it was found. */
  async function endOf(screen: Screen): Promise<number> {
    const shown = await screen.waitFor(/ended with \d+\.[\s\S]*-iexten|ended with \d+\.[\s\S]* iexten/);
    const [, code = '', settings = ''] = /ended with (\d+)\.\n([\s\S]*)/.exec(shown) ?? [];
    // Lines are edited, keys are shown, and Ctrl-C is a signal again.
    for (const setting of ['icanon', 'echo', 'isig']) expect(settings).toMatch(new RegExp(`(?<![-\\w])${setting}\\b`));
    expect(screen.written.lastIndexOf(CURSOR_SHOWN)).toBeGreaterThanOrEqual(screen.written.lastIndexOf(CURSOR_HIDDEN));
    return Number(code);
  }

  const MENU = /◆ {2}Main[\s\S]*└/;

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('%s at a menu ends with %i, and leaves the terminal as it was', async (signal, code) => {
    const { screen, pid } = await start();
    await screen.waitFor(MENU);
    process.kill(pid, signal);
    expect(await endOf(screen)).toBe(code);
  });

  it('SIGTERM at a question of an entry ends it as well', async () => {
    const { screen, pid } = await start();
    await screen.waitFor(MENU);
    screen.type(`User Menu${KEYS.enter}`);
    await screen.waitFor('◆  Main » User');
    screen.type(`Claim Order${KEYS.enter}`);
    await screen.waitFor('◆  Order id');
    screen.type('10');
    process.kill(pid, 'SIGTERM');
    expect(await endOf(screen)).toBe(143);
  });

  it('Ctrl-C while the server lets a menu’s command wait ends the tool', async () => {
    const { screen } = await start();
    await screen.waitFor(MENU);
    screen.type(`User Menu${KEYS.enter}`);
    await screen.waitFor('◆  Main » User');
    waiting = 0;
    screen.type(`My Balance${KEYS.enter}`);
    while (waiting === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    screen.type(KEYS.ctrlC);
    expect(await endOf(screen)).toBe(130);
  });

  it('SIGTERM ends the menus also while a command listens for Ctrl-C', async () => {
    const { screen, pid } = await start();
    await screen.waitFor(MENU);
    screen.type(`Admin Menu${KEYS.enter}`);
    await screen.waitFor('◆  Main » Admin');
    screen.type(`Follow events${KEYS.enter}`);
    await screen.waitFor('  Follow events');
    process.kill(pid, 'SIGTERM');
    expect(await endOf(screen)).toBe(143);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s at the question of a single command ends with %i', async (signal, code) => {
    const { screen, pid } = await start(['profile', 'add', 'bob', '--server', url]);
    await screen.waitFor('◆  Secret key');
    process.kill(pid, signal);
    expect(await endOf(screen)).toBe(code);
  });

  it('ends without a word when the terminal is gone', async () => {
    const { screen, pid } = await start();
    await screen.waitFor(MENU);
    screen.close();
    while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(readFileSync(errors, 'utf8')).toBe('');
  });

  it('the first Ctrl-C ends shopify setup, which listens for none', async () => {
    const settings = {
      TPG_SHOPIFY_SHOP: 'my-shop.myshopify.com',
      TPG_SHOPIFY_ADMIN_URL: `${url}/admin/api/2026-10`,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
      TPG_SHOPIFY_HMAC_SECRET: 'shpss_secret',
    };
    waiting = 0;
    const { screen } = await start(
      ['shopify', 'setup', '--url', 'https://pay.example.com', '-f', `${errors}.env`],
      settings,
    );
    while (waiting === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    screen.type(KEYS.ctrlC);
    expect(await endOf(screen)).toBe(130);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
