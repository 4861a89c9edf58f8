import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPlace, orderRequest, type Place } from '#test/faults/server.ts';
import { eventually } from '#test/server.ts';

/** What plugins can do to the thread that they run in. */

let place: Place;

beforeEach(() => {
  place = aPlace();
});

afterEach(() => place.clear());

/** Starts the server with a plugin that does something when it hears of a new order. */
async function startWithPlugin(onNewOrder: string) {
  const plugin = join(place.folder, 'plugin.mjs');
  writeFileSync(plugin, `export const register = (events) => events.on('NewOrder', () => { ${onNewOrder} });`);
  return place.start({ TPG_PLUGINS: plugin });
}

const send = (url: string) => fetch(`${url}/shopify/webhook`, { method: 'POST', ...orderRequest(1) });
const logText = () => readFileSync(join(place.folder, 'server.log'), 'utf8');

describe('the database thread', () => {
  it.each([
    [
      'throws where nobody catches it',
      `setTimeout(() => { throw new Error('A plugin has failed'); }, 50)`,
      'A plugin has failed',
    ],
    ['ends the thread', 'setTimeout(() => process.exit(3), 50)', 'ended unexpectedly with code 3'],
  ])('takes the process with it where a plugin %s, with what was answered kept', async (_, onNewOrder, said) => {
    const { url, ended } = await startWithPlugin(onNewOrder);
    expect((await send(url)).status).toBe(200);
    expect(await ended).toBe(1);
    expect(logText()).toContain(said);
    expect(logText()).toContain('Uncaught exception');
    expect(logText()).toContain('The server has stopped');
    expect(place.database.rows('select order_id from orders')).toEqual([{ order_id: '1' }]);
  });

  it('keeps nobody from hearing that it is kept from working', async () => {
    const { url } = await startWithPlugin('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);');
    const sent = send(url);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    await eventually(async () => {
      const answer = await fetch(`${url}/health/ready`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('has blocked the server for 2.5 s');
    });
    expect((await sent).status).toBe(200);
    await eventually(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200));
  });
});
