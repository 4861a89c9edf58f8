import { once } from 'node:events';
import { join } from 'node:path';
import { spawn } from '#test/processes/child-process.ts';
import { freePort } from '#test/processes/server-process.ts';
import { INTEROP_FOLDER, type Plugin, published } from './published.ts';

/** A local Interledger network of one published connector (test/interop/local-network.mjs). */
export interface LocalNetwork {
  ports: Ports;
  /** What a child over HTTP sends to, and what it is called with. */
  http: { url: string; outgoingToken: string; incomingToken: string };
  /** A client's connection, with an account of its own unless it is named. */
  plugin(account?: string): Plugin;
  stop(): Promise<void>;
}

interface Ports {
  /** Of the connector. */
  btp: number;
  http: number;
  /** Where our server takes packets by `POST /ilp`. */
  payer: number;
}

const UP_WITHIN_MS = 60_000;

let accounts = 0;

/** @param options.ports those of one that has ended, which this one takes the place of. */
export async function startNetwork({
  maxPacketAmount,
  ports = undefined,
}: {
  maxPacketAmount?: number;
  ports?: Ports | undefined;
} = {}): Promise<LocalNetwork> {
  return startWith(
    ports ?? { btp: await freePort(), http: await freePort(), payer: await freePort() },
    maxPacketAmount,
  );
}

async function startWith(ports: Ports, maxPacketAmount: number | undefined): Promise<LocalNetwork> {
  const payerUrl = `http://127.0.0.1:${ports.payer}/ilp`;
  const options = { btpPort: ports.btp, httpPort: ports.http, payerUrl, maxPacketAmount };
  const program = join(INTEROP_FOLDER, 'local-network.mjs');
  const child = spawn(process.execPath, ['--unhandled-rejections=warn', program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, CONNECTOR_LOG_LEVEL: 'error' },
  });
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The local network does not come up.')), UP_WITHIN_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (/^up$/m.test(text)) resolve();
    });
    void ended.then(() => reject(new Error('The local network has ended.')));
    ended.finally(() => clearTimeout(timer));
  });
  return {
    ports,
    http: {
      url: `http://127.0.0.1:${ports.http}`,
      outgoingToken: 'to-the-connector',
      incomingToken: 'to-the-payer',
    },
    plugin(account = `client${process.pid}${++accounts}`) {
      const PluginBtp = published.PluginBtp();
      return new PluginBtp({ server: `btp+ws://:${account}@127.0.0.1:${ports.btp}` });
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
