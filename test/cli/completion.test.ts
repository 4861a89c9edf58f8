import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
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
    expect(bash('taritools', 'admin', 'paym')).toEqual(['payments']);
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

describe('completion in other shells', { timeout: 120_000 }, () => {
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

  /** What zsh is to describe for a line, taken apart as zsh does. */
  function zsh(...words: string[]): string[] {
    const script = [
      'autoload -Uz compinit && compinit -u',
      'source <(taritools completion zsh)',
      // Where somebody presses Tab, these show a menu.
      `_describe() { print -rl -- "\${(@P)2}" }`,
      '_files() { print -r -- FILES }',
      `words=(${words.map((word) => `'${word}'`).join(' ')})`,
      `CURRENT=${words.length}`,
      '_taritools',
    ];
    const { stdout, stderr } = spawnSync('zsh', ['-fc', script.join('\n')], { env: environment(), encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  }

  /** What fish offers for a line. */
  function fish(line: string): string[] {
    const script = `taritools completion fish | source; complete -C '${line}'`;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', script], {
      env: environment(),
      cwd: home.folder,
      encoding: 'utf8',
    });
    return stdout.split('\n').filter((candidate) => candidate !== '');
  }

  if (!hasShell('zsh')) process.emitWarning('zsh is not on this machine: its script is not run.');
  if (hasShell('zsh')) {
    it('is run by zsh, with what the candidates are about', () => {
      expect(zsh('taritools', 'admin', 'paym')).toEqual(['payments:Payments of all senders']);
      expect(zsh('taritools', 'admin', 'orders', 'search', '--status', 'N')).toEqual(['New:']);
      expect(zsh('taritools', 'admin', 'orders', 'get', '')).toEqual(['FILES']);
      // A colon in a name would end it.
      expect(zsh('taritools', 'profile', 'show', 'TPS')).toEqual(['TPS Hot $(touch pwned) Wallet:http://127.0.0.1:9']);
      expect(readdirSync(home.folder)).not.toContain('pwned');
    });
  }

  if (!hasShell('fish')) process.emitWarning('fish is not on this machine: its script is not run.');
  if (hasShell('fish')) {
    it('is run by fish, with what the candidates are about', () => {
      expect(fish('taritools admin paym')).toEqual(['payments\tPayments of all senders']);
      expect(fish('taritools admin orders search --status N')).toEqual(['New']);
      expect(fish('taritools profile show TPS')).toEqual(['TPS Hot $(touch pwned) Wallet\thttp://127.0.0.1:9']);
      expect(readdirSync(home.folder)).not.toContain('pwned');
    });
  }
});
