import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { context } from 'esbuild';
import { ROOT, serverBundles } from './build/bundles.ts';

/**
 * `npm run dev`: the server from its sources, bundled and started again after each change. Arguments are Node's:
 * `npm run dev -- --inspect`.
 */

const FOLDER = join(ROOT, 'node_modules/.cache/tari-payment-server');
const WATCHED = ['src', 'migrations'];
/** Editors and git write several files at a time. */
const SETTLE_MS = 50;

/** Ends the server when this process is gone, however that ended. */
const END_WITH_PARENT = `data:text/javascript,process.once('disconnect',()=>process.exit(1));process.channel?.unref();`;

const builders = await Promise.all(serverBundles(FOLDER).map((options) => context(options)));
let server: ChildProcess | undefined;
let isEnding = false;

function start(): ChildProcess {
  const program = join(FOLDER, 'tari-payment-server.js');
  const options = ['--enable-source-maps', '--import', END_WITH_PARENT, ...process.argv.slice(2)];
  return spawn(process.execPath, [...options, program], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
}

/** Ends the server in order, where it runs. */
async function stop(signal: NodeJS.Signals): Promise<number> {
  const running = server;
  if (running === undefined) return 0;
  if (running.exitCode === null && running.signalCode === null) {
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  }
  return running.exitCode ?? 1;
}

async function restart(): Promise<void> {
  try {
    // The old one ends while the new one is built.
    await Promise.all([stop('SIGTERM'), ...builders.map((builder) => builder.rebuild())]);
  } catch {
    // esbuild has printed what it could not build; the next change tries again.
    return;
  }
  if (!isEnding) server = start();
}

let restarting: Promise<void> = restart();
let timer: NodeJS.Timeout | undefined;
for (const folder of WATCHED) {
  watch(join(ROOT, folder), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      restarting = restarting.then(restart);
    }, SETTLE_MS);
  });
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await restarting;
  process.exit(await stop(signal));
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(signal));
