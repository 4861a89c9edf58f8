import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { loadPlugins } from '#platform/outbox/plugins.ts';
import { closeEngines, recordingLog, temporaryFolder } from '#test/engine.ts';

afterEach(closeEngines);

/** A folder with one plugin in it. */
function folderWith(name: string, source: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), source);
  return folder;
}

describe('loading plugins', () => {
  it('lets each register its handlers, in their order, before it answers', async () => {
    const folder = folderWith(
      'first.mjs',
      `export async function register(events) {
         await null;
         events.onDurable('first', 'OrderPaid', () => undefined);
       }`,
    );
    mkdirSync(join(folder, 'nested'));
    writeFileSync(
      join(folder, 'nested', 'second.mjs'),
      `export function register(events) { events.onDurable('second', 'OrderPaid', () => undefined); }`,
    );
    const bus = new EventBus(recordingLog(), EVENT_TYPES);
    await loadPlugins(['first.mjs', join(folder, 'nested', 'second.mjs')], folder, bus);
    expect(bus.durableSubscribers('OrderPaid')).toEqual(['first', 'second']);
  });

  it('finds one whose folder has a name that a URL would not take as it is', async () => {
    const folder = join(temporaryFolder(), 'my plugins (ä)');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'plugin.mjs'),
      `export const register = (events) => events.onDurable('odd', 'NewOrder', () => 1);`,
    );
    const bus = new EventBus(recordingLog(), EVENT_TYPES);
    await loadPlugins(['plugin.mjs'], folder, bus);
    expect(bus.durableSubscribers('NewOrder')).toEqual(['odd']);
  });

  it('does nothing where there are none', async () => {
    const bus = new EventBus(recordingLog(), EVENT_TYPES);
    await loadPlugins([], '/nowhere', bus);
    expect(bus.allDurableSubscribers()).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['something else', 'export const register = 5;'],
    ['a default only', 'export default function register() {}'],
  ])('names the plugin that exports %s', async (_, source) => {
    const folder = folderWith('useless.mjs', source);
    await expect(loadPlugins(['useless.mjs'], folder, new EventBus(recordingLog(), EVENT_TYPES))).rejects.toThrow(
      'The plugin useless.mjs does not export a function register(events)',
    );
  });

  it('names the plugin that is not there', async () => {
    const loading = loadPlugins(['missing.mjs'], temporaryFolder(), new EventBus(recordingLog(), EVENT_TYPES));
    await expect(loading).rejects.toThrow(/^The plugin missing\.mjs could not be loaded: /);
  });

  it('names the plugin that breaks while it is read, and says why', async () => {
    const folder = folderWith('broken.mjs', `throw new Error('my configuration is missing');`);
    const loading = loadPlugins(['broken.mjs'], folder, new EventBus(recordingLog(), EVENT_TYPES));
    await expect(loading).rejects.toThrow('The plugin broken.mjs could not be loaded: my configuration is missing');
  });

  it('does not hide that a plugin could not register', async () => {
    const folder = folderWith('failing.mjs', `export function register() { throw new Error('no mail server'); }`);
    const loading = loadPlugins(['failing.mjs'], folder, new EventBus(recordingLog(), EVENT_TYPES));
    await expect(loading).rejects.toThrow('no mail server');
  });
});
