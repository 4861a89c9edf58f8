/**
 * What a payee does, with the published client: asks a pull pointer, pulls from it, or pushes money to the server.
 * Run `npm ci --prefix test/interop --ignore-scripts` first; the parent on Interledger is the local network of pull-payments.md.
 *
 *   node docs/examples/pull-money.mjs query POINTER
 *   node docs/examples/pull-money.mjs pull POINTER UNITS
 *   node docs/examples/pull-money.mjs push POINTER UNITS
 *
 * POINTER may be a URL such as http://localhost:6000/ID: a `$` pointer is asked over https. UNITS are those of the payee's
 * own account.
 */

import { createRequire } from 'node:module';

const require = createRequire(new URL('../../test/interop/package.json', import.meta.url));
const SPSP = require('ilp-protocol-spsp');
const Plugin = require('ilp-plugin-btp');

const [what, pointer, units = '0'] = process.argv.slice(2);
const server = process.env.BTP_SERVER ?? 'btp+ws://:payee@127.0.0.1:7768';
// Without an end the client waits a minute for what there is not.
const streamOpts = { timeout: 10_000 };

async function run() {
  if (what === 'query') return JSON.stringify(await SPSP.query(pointer), null, 2);
  const plugin = new Plugin({ server });
  if (what === 'pull') {
    const { totalReceived } = await SPSP.pull(plugin, { pointer, amount: units, streamOpts });
    return `pulled ${totalReceived} units`;
  }
  if (what === 'push') {
    const { totalSent } = await SPSP.pay(plugin, { pointer, sourceAmount: units, streamOpts });
    return `pushed ${totalSent} units`;
  }
  throw new Error('Say query, pull or push.');
}

try {
  process.stdout.write(`${await run()}\n`);
  process.exit(0);
} catch (error) {
  const had = error.totalReceived ?? error.totalSent;
  process.stderr.write(`${error.message}${had === undefined ? '' : ` (${had} units before that)`}\n`);
  process.exit(1);
}
