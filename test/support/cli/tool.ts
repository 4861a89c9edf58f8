import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hex } from '@scure/base';
import { expect } from 'vitest';
import { addProfile } from '#auth/cli/profile-file.ts';
import { signerOf } from '#auth/cli/secret-key.ts';
import type { Role } from '#auth/roles.ts';
import { parseJson } from '#platform/json.ts';
import { newFolder } from '#test/database/database.ts';
import { type PreparedStage, prepareStage } from '#test/demo/demo-environment.ts';
import { sendWebhook } from '#test/fake-shopify/webhooks.ts';
import { spawn } from '#test/processes/child-process.ts';
import { type ServerProcess, startServer } from '#test/processes/server-process.ts';
import { orderBody } from '#test/server.ts';
import { settingDescriptions } from '#test/settings.ts';
import { HOT_WALLET, type Person } from '#test/test-wallets.ts';
import { type Finished, runHere } from './here.ts';
import { menuOf } from './menus.ts';

/** The built tool, and the real server that it talks to. */

export const TOOL = fileURLToPath(new URL('../../../dist/taritools.js', import.meta.url));

export interface RunOptions {
  /** For standard input, which is closed behind it. */
  input?: string;
  environment?: Record<string, string>;
  /** Where a test is about processes: each run is one. */
  asProcess?: boolean;
  /** In place of the machine's network; the command then runs in the process of the test. */
  fetch?: typeof globalThis.fetch;
}

/** Whose tests show a command as a process; elsewhere it only prepares what they are about. */
const SHOWN_IN: Readonly<Record<string, readonly string[]>> = {
  profile: ['profiles'],
  login: ['customers'],
  claim: ['customers'],
  'payment-addresses': ['customers'],
  my: ['customers'],
  admin: ['admin'],
  wallet: ['wallet', 'wallet-keys', 'wallet-check', 'wallet-doctor'],
  pull: ['pull'],
  shopify: ['shopify'],
  setup: ['taritools', 'setup-init', 'postgres-copy'],
  keys: ['signing'],
  api: ['admin'],
  completion: ['completion'],
  audit: ['taritools'],
  address: ['taritools'],
  token: ['signing'],
  memo: ['signing', 'secret-keys'],
  payment: ['signing'],
  confirm: ['signing'],
};

/** How many words name a command; a word more does no harm. */
const WORDS_OF_GROUPS: Readonly<Record<string, number>> = {
  admin: 3,
  shopify: 3,
  my: 2,
  wallet: 2,
  profile: 2,
  setup: 2,
};

/** Each of these is run in the built tool through its menus, by menus.test.ts. */
const IN_MENUS = new Set(
  ['Admin', 'User', 'Shopify']
    .map(menuOf)
    .flatMap(({ entries }) => entries.flatMap((entry) => ('command' in entry ? nameOf(entry.command) : []))),
);

/** Which commands ran as processes, with the file of tests that had them run. */
const shown = new Set<string>();

/** Help is one command, whatever it is of. */
function nameOf(words: readonly string[]): string {
  if (words.includes('--help')) return '--help';
  return words.slice(0, WORDS_OF_GROUPS[words[0] ?? ''] ?? 1).join(' ');
}

/**
 * Whether the command is to be run as a process: when it comes for the first time in its own file of tests. Of a group
 * whose commands the menus run, one is enough: they are of one program, and each of them is run in it there.
 */
function isShownNow(arguments_: readonly string[]): boolean {
  const file = basename(expect.getState().testPath ?? '', '.test.ts');
  const name = nameOf(arguments_);
  const files = SHOWN_IN[name.split(' ')[0] ?? ''] ?? [file];
  if (!files.includes(file)) return false;
  const key = `${file} ${IN_MENUS.has(name) ? name.split(' ')[0] : name}`;
  if (shown.has(key)) return false;
  shown.add(key);
  return true;
}

/** A person's home with the tool in it. */
export class Home {
  readonly folder = newFolder();
  readonly environment: Record<string, string> = {};

  /** Nothing of the settings of the machine that runs the tests counts. */
  get fullEnvironment(): NodeJS.ProcessEnv {
    const unset = Object.fromEntries(settingDescriptions.map(({ name }) => [name, '']));
    return { ...process.env, ...unset, TZ: 'Europe/Oslo', HOME: this.folder, ...this.environment };
  }

  /**
   * Runs the tool: the built one as a process where the command is shown for the first time, and otherwise the command in
   * the process of the test.
   */
  run(
    arguments_: string[],
    { input = '', environment = {}, asProcess = false, fetch }: RunOptions = {},
  ): Promise<Finished> {
    const env = { ...this.fullEnvironment, ...environment };
    if (fetch !== undefined || (!asProcess && !isShownNow(arguments_))) {
      const toolFolder = join(this.folder, '.taritools');
      return runHere(arguments_, { environment: env, toolFolder, input, ...(fetch && { fetch }) });
    }
    return new Promise((resolve) => {
      const options = { env, maxBuffer: 64 * 1024 * 1024 };
      const child = execFile(process.execPath, [TOOL, ...arguments_], options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr });
      });
      child.stdin?.end(input);
    });
  }

  /** What the tool printed, which must have ended with 0. */
  async text(arguments_: string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(arguments_, options);
    if (code !== 0) throw new Error(`taritools ${arguments_.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** What the tool printed with --json. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and say what they expect.
  async json(arguments_: string[], options?: RunOptions): Promise<any> {
    return parseJson(await this.text([...arguments_, '--json'], options));
  }

  /** Starts the tool and leaves it running. */
  start(arguments_: string[]) {
    const child = spawn(process.execPath, [TOOL, ...arguments_], {
      env: this.fullEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return {
      pid: child.pid ?? 0,
      stdout: () => stdout,
      async interrupt() {
        child.kill('SIGINT');
        return ended;
      },
    };
  }

  /** A profile with its key in the file, as `profile add` writes it. */
  async addProfile(name: string, person: Pick<Person, 'secretKey'>, server: string, roles: Role[] = ['user']) {
    const { address } = signerOf(person.secretKey, 'mainnet');
    const secretKey = hex.encode(person.secretKey);
    const profile = { name, address, secretKey, secretKeyVariable: undefined, roles, server };
    await addProfile({ toolFolder: join(this.folder, '.taritools') }, profile);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A server with a Shopify stand-in, a super admin with the profile `boss`, and a registered hot wallet. */
export interface ToolStage {
  home: Home;
  stage: PreparedStage;
  server: ServerProcess;
  /** Ends the server as a power cut would, and starts it again. */
  restart(): Promise<void>;
  /** The shop reports an order of 100 XTM. */
  order(fields?: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

export async function startToolStage(settings: Record<string, string> = {}): Promise<ToolStage> {
  const folder = newFolder();
  const prepared = await prepareStage(folder, { unclaimedTimeoutMs: 3_600_000 });
  const stage = { ...prepared, settings: { ...prepared.settings, TPG_RATE_LIMIT: '0', ...settings } };
  const log = join(folder, 'server.log');
  let server = await startServer(stage.settings, log);
  const home = new Home();
  const { secretKey } = prepared.operator;
  await home.addProfile('boss', { secretKey }, server.url, ['super_admin', 'user']);
  home.environment.TARITOOLS_PROFILE = 'boss';
  await home.text(['admin', 'wallets', 'add', HOT_WALLET.address, '127.0.0.1']);
  return {
    home,
    stage,
    get server() {
      return server;
    },
    async restart() {
      await server.kill();
      server = await startServer(stage.settings, log);
    },
    async order(fields = {}) {
      const url = `${server.url}/shopify/webhook/checkout_create`;
      const delivery = { secret: stage.hmacSecret, shop: stage.standIn.shop };
      const answer = await sendWebhook(url, 'orders/create', orderBody(fields), delivery);
      const text = await answer.text();
      if (!text.includes('"success":true')) throw new Error(`The order was refused: ${text}`);
    },
    async close() {
      await server.kill();
      await prepared.standIn.close();
      home.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
