import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home, TOOL } from '#test/cli/tool.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** Real shells read the scripts and complete with them, as they do when somebody presses Tab. */

const [alice] = ACCOUNTS;
let home: Home;
let path: string;

beforeAll(async () => {
  home = new Home();
  await home.addProfile('alice', alice, 'http://127.0.0.1:9');
  await home.addProfile('TPS Hot $(touch pwned) Wallet', alice, 'http://127.0.0.1:9');
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  symlinkSync(TOOL, join(bin, 'taritools'));
  path = `${bin}:${process.env.PATH}`;
});
afterAll(() => home.remove());

const environment = () => ({ ...home.fullEnvironment, PATH: path });

/** What bash offers for a line, taken apart as bash does. */
function bash(...words: string[]): string[] {
  const script = [
    'source <(taritools completion bash)',
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length - 1}`,
    '_taritools',
    `printf "%s\\n" "\${COMPREPLY[@]}"`,
  ];
  const options = { env: environment(), cwd: home.folder, encoding: 'utf8' as const };
  return execFileSync('bash', ['--norc', '-c', script.join('\n')], options)
    .split('\n')
    .filter((line) => line !== '');
}

describe('completion in bash', { timeout: 120_000 }, () => {
  it('offers commands, and those below them', () => {
    expect(bash('taritools', 'ad')).toEqual(['admin', 'address']);
    expect(bash('taritools', '')).toContain('completion');
    expect(bash('taritools', 'admin', 'pay')).toEqual(['payments']);
    expect(bash('taritools', 'admin', 'payments', '')).toEqual(['list', 'search']);
    expect(bash('taritools', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(bash('taritools', 'api', 'D')).toEqual(['DELETE']);
  });

  it('offers options and what they take, also behind an equals sign', () => {
    expect(bash('taritools', 'admin', 'orders', 'search', '--o')).toEqual(['--order-id', '--oldest-first']);
    expect(bash('taritools', 'admin', 'orders', 'search', '--status', 'N')).toEqual(['New']);
    expect(bash('taritools', 'admin', 'orders', 'search', '--status', '=', 'Pa')).toEqual(['Paid']);
    expect(bash('taritools', 'admin', 'orders', 'search', '--status', '=')).toContain('Cancelled');
    expect(bash('taritools', 'address', '-n', 'esm')).toEqual(['esmeralda']);
    expect(bash('taritools', 'profile', 'add', 'x', '-r', 'user', 'wr')).toEqual(['write']);
  });

  it('offers profiles, whatever is in their names, without a server', () => {
    expect(bash('taritools', 'my', 'balance', '-p', 'al')).toEqual(['alice']);
    expect(bash('taritools', 'profile', 'show', '')).toEqual(['alice', 'TPS\\ Hot\\ \\$\\(touch\\ pwned\\)\\ Wallet']);
    expect(bash('taritools', 'my', 'balance', '-p', '"TPS')).toEqual(['TPS Hot $(touch pwned) Wallet']);
    expect(spawnSync('ls', [home.folder], { encoding: 'utf8' }).stdout).not.toContain('pwned');
  });

  it('offers nothing where nothing is known, and makes no noise', () => {
    expect(bash('taritools', 'dance', '')).toEqual([]);
    expect(bash('taritools', 'admin', 'dance', '')).toEqual([]);
    expect(bash('taritools', 'admin', 'orders', 'get', '')).toEqual([]);
    const broken = { ...environment(), TARITOOLS_FOLDER: '/proc/self/environ' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [TOOL, '__complete', 'my', 'balance', '-p', ''], {
      env: broken,
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });
});

const hasShell = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe('completion in other shells', () => {
  it('is printed for each, with what the candidates are about', async () => {
    expect(await home.text(['completion', 'zsh'])).toMatch(/^#compdef taritools\n/);
    expect(await home.text(['completion', 'fish'])).toMatch(/^complete -c taritools /);
    expect(await home.run(['completion', 'tcsh'])).toMatchObject({ code: 2 });
    const lines = execFileSync(process.execPath, [TOOL, '__complete', 'admin', 'rates', ''], {
      env: environment(),
      encoding: 'utf8',
    });
    expect(lines).toMatch(/^get\tThe rate of a currency$/m);
  });

  if (hasShell('zsh')) {
    it('is read by zsh', () => {
      const script = 'autoload -Uz compinit && compinit -u; source <(taritools completion zsh); whence -w _taritools';
      const { stdout, status } = spawnSync('zsh', ['-fc', script], { env: environment(), encoding: 'utf8' });
      expect([status, stdout]).toEqual([0, '_taritools: function\n']);
    });
  }

  if (hasShell('fish')) {
    it('is read by fish', () => {
      const script = 'taritools completion fish | source; complete -C "taritools admin pay"';
      const { stdout } = spawnSync('fish', ['--no-config', '-c', script], { env: environment(), encoding: 'utf8' });
      expect(stdout).toMatch(/^payments\t/);
    });
  }
});
