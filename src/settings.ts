import { modules } from './modules.ts';
import { joinSettings, type SectionOrder, type SettingsReader } from './platform/config/read-settings.ts';
import { serverSettings } from './platform/config/server-settings.ts';

/** What operators set up first comes first. Sections that are not named here are in between, in the order of their contexts. */
const SECTIONS: SectionOrder = {
  first: ['Server', 'Database', 'Keys', 'Orders', 'Wallets', 'Chain', 'Pay page', 'Shopify'],
  last: ['Limits', 'Logging', 'Plugins'],
};

let joined: Promise<SettingsReader> | undefined;

/** The settings of the server and of all its contexts. */
export function allSettings(): Promise<SettingsReader> {
  joined ??= join();
  return joined;
}

async function join(): Promise<SettingsReader> {
  const loaded = await Promise.all(modules.map(({ settings }) => settings?.()));
  const parts = loaded.flatMap((part) => part?.settings ?? []);
  return joinSettings([serverSettings, ...parts], SECTIONS);
}
