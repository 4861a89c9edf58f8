import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventRegistry } from './event-bus.ts';

/** What a plugin's module exports. */
export interface Plugin {
  /** Registers the plugin's handlers; called once, before the server takes its first request. */
  register(events: EventRegistry): void | Promise<void>;
}

/**
 * Loads the modules of TPG_PLUGINS and lets each register its handlers.
 * @throws {Error} with a sentence that names the module that could not be used.
 */
export async function loadPlugins(paths: readonly string[], folder: string, events: EventRegistry): Promise<void> {
  for (const path of paths) {
    const url = pathToFileURL(resolve(folder, path)).href;
    const module = (await import(url).catch((error: unknown) => {
      throw new Error(`The plugin ${path} could not be loaded: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    })) as Partial<Plugin>;
    if (typeof module.register !== 'function') {
      throw new Error(`The plugin ${path} does not export a function register(events)`);
    }
    await module.register(events);
  }
}
