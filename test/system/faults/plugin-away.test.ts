import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { aPlace, type Place, sendOrder } from '#test/faults/server.ts';
import { eventually } from '#test/server.ts';

let place: Place;

afterEach(() => place.clear());

it('a durable plugin is told of what happened while the server ran without it', { timeout: 60_000 }, async () => {
  place = aPlace();
  const [plugin, told] = [join(place.folder, 'plugin.mjs'), join(place.folder, 'told')];
  writeFileSync(
    plugin,
    `import { appendFileSync } from 'node:fs';
     export function register(events) {
       events.onDurable('notes', 'NewOrder', ({ payload }) => appendFileSync(${JSON.stringify(told)}, payload.order.order_id + ' '));
     }`,
  );
  const lines = () => (existsSync(told) ? readFileSync(told, 'utf8') : '');
  for (const [id, settings] of [
    [1, { TPG_PLUGINS: plugin }],
    [2, {}],
    [3, {}],
    [4, { TPG_PLUGINS: plugin }],
  ] as const) {
    const server = await place.start(settings);
    expect((await sendOrder(server.url, id)).status).toBe(200);
    if (id === 1) await eventually(() => expect(lines()).toBe('1 '));
    if (id === 4) await eventually(() => expect(lines().trim().split(' ').sort()).toEqual(['1', '2', '3', '4']));
    await server.stop();
  }
});
