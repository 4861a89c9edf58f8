import { beginServer, clearAway, type RunningServer, type TestServerOptions } from './processes/running-server.ts';
import { TestServer } from './test-server.ts';
import { afterFile } from './vitest/after-file.ts';

/** Servers that one test of a file after another has: starting one takes longer than most tests do. */

/** A server that one test after another has. */
interface LentServer extends RunningServer {
  /** Answers when every request has had its answer, and its line in the log. */
  untilQuiet(): Promise<void>;
}

const idle: LentServer[] = [];

/**
 * A server with the settings of all, as good as new: with an empty database, a clock that was not moved and a log
 * without lines. Closing it gives it back, to the next test of the file: to start one takes ten times as long. What ends
 * a server, starts what works by itself, or opens connections by itself, needs one of its own.
 */
export async function borrowServer(options: Pick<TestServerOptions, 'hotWallet'> = {}): Promise<TestServer> {
  const lent = idle.pop() ?? (await beginLending());
  const app = { ...lent.app, start: refuse, announceEnd: refuse, close: refuse };
  const store = { ...lent.app.store, close: refuse };
  return handOver({ ...lent, app: { ...app, store } }, options, (server) => takeBack(lent, server));
}

function refuse(): never {
  throw new Error('Others have a borrowed server after this test: start one of its own');
}

async function beginLending(): Promise<LentServer> {
  afterFile(endIdle);
  const running = await beginServer({});
  let inHand = 0;
  let tell: () => void = () => undefined;
  running.app.server.server.on('request', (_request, response) => {
    inHand += 1;
    response.once('close', () => {
      inHand -= 1;
      if (inHand === 0) tell();
    });
  });
  const untilQuiet = () =>
    new Promise<void>((resolve) => {
      tell = resolve;
      if (inHand === 0) resolve();
    });
  return { ...running, untilQuiet };
}

async function takeBack(lent: LentServer, { wasSpokenToRaw }: TestServer): Promise<void> {
  await lent.untilQuiet();
  if (!wasSpokenToRaw && (await lent.database.empty())) {
    lent.clock.setBack();
    lent.log.lines = [];
    idle.push(lent);
  } else {
    await end(lent);
  }
}

async function end(lent: LentServer): Promise<void> {
  await lent.app.close();
  await clearAway(lent);
}

async function endIdle(): Promise<void> {
  for (const lent of idle.splice(0)) await end(lent);
}

/** A test server over a running one, which knows the hot wallet of the tests. */
export async function handOver(
  running: RunningServer,
  options: TestServerOptions,
  giveBack?: (server: TestServer) => Promise<void>,
): Promise<TestServer> {
  const server = new TestServer(running, giveBack);
  if (options.hotWallet !== false) await server.registerWallet();
  return server;
}
