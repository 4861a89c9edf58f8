import { createRequire } from 'node:module';

/**
 * The published SPSP client as a process of its own, for what is decided when a process starts, such as NODE_EXTRA_CA_CERTS.
 * Its one argument is JSON: `server` (a BTP URL with an account), `pointer`, `amount`. It writes what it got as JSON.
 */

const require = createRequire(import.meta.url);
const { query, pull } = require('ilp-protocol-spsp');
const PluginBtp = require('ilp-plugin-btp');

const { server, pointer, amount } = JSON.parse(process.argv[2]);
const plugin = new PluginBtp({ server });
const { pull: before } = await query(pointer);
const { totalReceived } = await pull(plugin, { pointer, amount, streamOpts: { timeout: 10_000 } });
process.stdout.write(`${JSON.stringify({ before: before.balance, totalReceived })}\n`);
process.exit();
