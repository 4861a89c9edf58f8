#!/usr/bin/env node
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { DestinationStream } from 'pino';
import { type JwtKeys, loadOrCreateKeys } from './auth/key-file.ts';
import { systemClock } from './platform/clock.ts';
import { loadEnvironment, unknownSettingWarnings } from './platform/config/environment.ts';
import { projectFolder } from './platform/config/project-root.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { databaseUrlFrom, shownDatabaseUrl } from './platform/database/url.ts';
import { createLogger, type Logger, standardOutput } from './platform/logging/json-log.ts';
import { systemRandomBytes } from './platform/random.ts';
import { limitHeap } from './platform/threads/heap-limits.ts';
import { startThread } from './platform/threads/start-thread.ts';
import type { App } from './server.ts';
import type { Core } from './services.ts';
import { allSettings } from './settings.ts';

/** Built beside this one. */
const CORE_THREAD = new URL('core-thread.js', import.meta.url);

/** Time for accepted work to finish on shutdown; then the process exits anyway. */
const CLOSE_WITHIN_MS = 10_000;

/** The server process: reads the settings, starts the server, and shuts it down gracefully. */
async function main(): Promise<void> {
  const [argument] = process.argv.slice(2);
  if (argument !== undefined) return answerArgument(argument);
  limitHeap();
  const folder = projectFolder();
  const { settings, warnings } = await readSettings(folder);
  const output = await logOutput();
  const log = createLogger({ level: settings.logLevel, destination: output });
  for (const warning of warnings) log.warn({}, warning);

  const keys = settings.jwtKeys ?? (await makeshiftKeys(folder, settings, log));
  // HTTP is loaded while the thread starts: sequentially, starting would take a third longer.
  const [core, { createApp }] = await Promise.all([
    startThread<Core>(CORE_THREAD, { settings, folder }, (line) => output.write(line)),
    import('./server.ts'),
  ]);
  const app = await createApp({
    settings,
    keys,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    log,
    core,
  });
  closeInOrder(app, settings, log);
  const url = await app.server.listen({ host: settings.host, port: settings.port });
  await app.start();
  log.info({ url, database: shownDatabaseUrl(settings.databaseUrl) }, `tari-payment-server is listening at ${url}`);
}

const USAGE = `Usage: tari-payment-server

Runs the Tari payment server until it is stopped (SIGTERM, SIGINT). It takes no arguments: its settings are variables
of the environment and of a .env file beside package.json; docs/reference/settings.md lists them. What operators and
customers do is in taritools.

Options:
  -h, --help     print this help
  -V, --version  print the version
`;

const EXIT_CODE_OF_WRONG_USE = 2;

/** Handles arguments such as --version, without starting the server. */
async function answerArgument(argument: string): Promise<void> {
  if (argument === '--help' || argument === '-h') {
    process.stdout.write(USAGE);
  } else if (argument === '--version' || argument === '-V') {
    const { programVersion } = await import('./platform/version.ts');
    process.stdout.write(`${programVersion()}\n`);
  } else {
    process.stderr.write(`There is no argument ${JSON.stringify(argument)}.\n\n${USAGE}`);
    process.exitCode = EXIT_CODE_OF_WRONG_USE;
  }
}

/** A terminal gets the pretty log, anything else JSON. */
async function logOutput(): Promise<DestinationStream> {
  if (!process.stdout.isTTY) return standardOutput();
  const { prettyLines } = await import('./platform/logging/pretty-log.ts');
  return prettyLines(standardOutput());
}

async function readSettings(folder: string): Promise<{ settings: Settings; warnings: string[] }> {
  const { parse, warnings, descriptions } = await allSettings();
  const loaded = loadEnvironment(folder, process.env);
  const parsed = loaded.ok ? parse(loaded.environment) : loaded;
  if (loaded.ok && parsed.ok) {
    const databaseUrl = databaseUrlFrom(folder, parsed.settings.databaseUrl);
    return {
      settings: { ...parsed.settings, databaseUrl },
      warnings: [...unknownSettingWarnings(loaded.environment, descriptions), ...warnings(parsed.settings)],
    };
  }
  const problems = parsed.ok ? [] : parsed.problems;
  process.stderr.write(
    `The server cannot start with these settings:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`,
  );
  process.exit(1);
}

/** Development keys, stored beside the database so that tokens survive a restart. */
async function makeshiftKeys(folder: string, settings: Settings, log: Logger): Promise<JwtKeys> {
  const path = resolve(folder, keyFolder(settings), 'jwt-keys.env');
  const keys = await loadOrCreateKeys(path, systemRandomBytes);
  log.warn({}, '****** Access tokens are signed with a RANDOM KEY. A production server must not run like this. ******');
  log.warn(
    { path },
    `****** The key was made by the server and is kept in ${path}. Set TPG_JWT_SIGNING_KEY and TPG_JWT_VERIFICATION_KEY. ******`,
  );
  return keys;
}

function keyFolder({ databaseUrl }: Settings): string {
  const file = /^sqlite:\/\/(?!:memory:)(.+)$/.exec(databaseUrl)?.[1];
  return file === undefined ? 'data' : dirname(file);
}

function closeInOrder(app: App, { shutdownDelayMs }: Settings, log: Logger): void {
  closeWithGrace({ delay: shutdownDelayMs + CLOSE_WITHIN_MS, logger: false }, async ({ signal, err }) => {
    app.announceEnd();
    if (err) log.error({ err }, 'Uncaught exception; shutting down gracefully. Restart the server.');
    else {
      log.info({ signal, shutdownDelayMs }, `Received ${signal}; finishing accepted requests before shutting down`);
      await sleep(shutdownDelayMs);
    }
    await app.close();
    log.info({}, 'The server has stopped');
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`The server could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.TPG_LOG_LEVEL === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
