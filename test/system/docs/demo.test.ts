import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '#platform/json.ts';
import { Home } from '#test/cli/tool.ts';
import { documentText, ROOT } from '#test/docs/documents.ts';
import { spawn } from '#test/processes/child-process.ts';

/** The demo as the README has it, kept up as a sandbox. */

/** With the walkthrough and two starts of the server on a machine that others use. */
const DEMO_TIMEOUT_MS = 90_000;

let demo: ChildProcess;
let printed = '';
const home = new Home();

async function until(pattern: RegExp): Promise<RegExpExecArray> {
  for (const deadline = Date.now() + DEMO_TIMEOUT_MS; Date.now() < deadline; ) {
    const found = pattern.exec(printed);
    if (found !== null) return found;
    if (demo.exitCode !== null) throw new Error(`The demo ended with ${demo.exitCode}:\n${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${pattern} did not come:\n${printed}`);
}

/** What the sandbox answers to a command. */
async function answerTo(command: string, pattern: RegExp): Promise<RegExpExecArray> {
  printed = '';
  demo.stdin?.write(`${command}\n`);
  return until(pattern);
}

beforeAll(async () => {
  demo = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', '--keep'], {
    cwd: ROOT,
    env: home.fullEnvironment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  demo.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const [, folder = ''] = await until(/^ {2}export TARITOOLS_FOLDER=(\S+)$/m);
  await until(/^quit/m);
  home.environment.TARITOOLS_FOLDER = folder;
}, 2 * DEMO_TIMEOUT_MS);

afterAll(async () => {
  const ended = once(demo, 'exit');
  demo.stdin?.write('quit\n');
  expect(await ended).toEqual([0, null]);
}, 2 * DEMO_TIMEOUT_MS);

// biome-ignore lint/suspicious/noExplicitAny: the answers of the tool have any shape, and the tests say what they expect.
async function tool(...command: string[]): Promise<any> {
  const { code, stdout, stderr } = await home.run([...command, '--json'], { asProcess: true });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return parseJson(stdout);
}

describe('the sandbox', () => {
  it('plays the shop and a wallet while taritools is the desk of the operator', {
    timeout: DEMO_TIMEOUT_MS,
  }, async () => {
    const [, id = ''] = await answerTo('order 15.90', /#1101 \(id (\d+)\) of 15\.90 USD, which is 477\.000000 XTM/);
    expect(await tool('admin', 'orders', 'get', id, '-p', 'operator')).toMatchObject({ status: 'Unclaimed' });
    await tool('claim', id, '-p', 'customer');
    await answerTo('pay', /The wallet reported 477\.000000 XTM/);
    expect(await tool('admin', 'orders', 'get', id, '-p', 'operator')).toMatchObject({ status: 'New' });
    await answerTo('confirm', /are confirmed and credited\.\n#1101 \(id \d+\): Paid/);
    expect(await tool('admin', 'orders', 'get', id, '-p', 'operator')).toMatchObject({ status: 'Paid' });
  });

  it('cancels in the shop, and says what cannot be done', { timeout: 2 * DEMO_TIMEOUT_MS }, async () => {
    await answerTo('order 4.50', /#1102 /);
    await answerTo('cancel 1102', /The shop cancelled #1102\. The server says: .*Cancelled/);
    await answerTo('cancel #1102', /#1102 is cancelled in the shop already/);
    await answerTo('claim 1109', /No order 1109/);
    await answerTo('order much', /A price is a number of US dollars/);
    await answerTo('confirm', /There is no payment to confirm/);
    await answerTo(
      'orders',
      /#1101 .*: Paid, 477\.000000 XTM\. .*\n#1102 .*: Cancelled, 135\.000000 XTM\. In the shop: CANCELLED/,
    );
    await answerTo('constructor', /There is no command "constructor"/);
  });

  it('has the commands that README.md shows', async () => {
    const shown = [...documentText('README.md').matchAll(/^sandbox> (\w+)/gm)].map(([, command = '']) => command);
    expect(shown.length).toBeGreaterThan(4);
    const [help = ''] = await answerTo('help', /^order[\s\S]*^quit.*$/m);
    for (const command of shown) expect(help).toMatch(new RegExp(`^${command} `, 'm'));
  });
});
