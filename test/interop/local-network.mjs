import { createRequire } from 'node:module';
import { Server } from 'node:net';

/**
 * A local Interledger network as a process of its own: one published connector, with children over BTP (the clients, and
 * our server with that uplink) and one child over ILP over HTTP (our server with the other). Its one argument is JSON:
 * `btpPort`, `httpPort`, `payerUrl` where our server takes packets, `maxPacketAmount` if there is one. It writes `up` when it
 * takes connections. Start it with `--unhandled-rejections=warn`: a client that leaves early ends the published BTP plugin
 * otherwise.
 */

const require = createRequire(import.meta.url);
const { createApp } = require('ilp-connector');

const { btpPort, httpPort, payerUrl, maxPacketAmount } = JSON.parse(process.argv[2]);

// The plugins listen on all interfaces.
const { listen } = Server.prototype;
Server.prototype.listen = function listenHere(first, ...others) {
  const isPort = typeof first === 'number';
  return listen.call(this, isPort ? { port: first, host: '127.0.0.1' } : first, ...others);
};

const account = {
  relation: 'child',
  assetCode: 'XRP',
  assetScale: 9,
  balance: { minimum: '-Infinity', maximum: 'Infinity', settleThreshold: '-Infinity' },
  ...(maxPacketAmount === undefined ? {} : { maxPacketAmount: String(maxPacketAmount) }),
};

const accounts = {
  local: {
    ...account,
    plugin: 'ilp-plugin-mini-accounts',
    options: { wsOpts: { host: '127.0.0.1', port: btpPort }, allowedOrigins: [] },
  },
  payer: {
    ...account,
    plugin: 'ilp-plugin-http',
    sendRoutes: false,
    receiveRoutes: false,
    options: {
      incoming: { port: httpPort, staticToken: 'to-the-connector' },
      outgoing: { url: payerUrl, staticToken: 'to-the-payer' },
    },
  },
};

const app = createApp({
  ilpAddress: 'private.moneyd',
  env: 'production',
  adminApi: false,
  spread: 0,
  backend: 'one-to-one',
  store: 'ilp-store-memory',
  initialConnectTimeout: 60_000,
  accounts,
});
await app.listen();
process.stdout.write('up\n');
