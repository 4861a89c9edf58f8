import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { loadEnvironment } from '#platform/config/environment.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { databaseUrlFrom } from '#platform/database/url.ts';
import type { ChainSettings } from '#rails/tari-chain/settings.ts';

export interface WatcherSettings {
  settings: Settings;
  chain: ChainSettings;
  databaseUrl: string;
}

/** The settings of the server, which must watch the chain. @throws {CommandError} */
export async function watcherSettings(ports: CommandPorts, database: string | undefined): Promise<WatcherSettings> {
  const loaded = loadEnvironment(ports.folder, ports.environment);
  if (!loaded.ok) throw new CommandError(loaded.problems.join('\n'), EXIT_CODES.wrongUse);
  const { TPG_DATABASE_URL: usual } = loaded.environment;
  const { parse } = await ports.settings();
  const parsed = parse({ ...loaded.environment, TPG_DATABASE_URL: database ?? usual });
  if (!parsed.ok) throw new CommandError(parsed.problems.join('\n'), EXIT_CODES.wrongUse);
  const { settings } = parsed;
  if (settings.chain === null) {
    const sentence =
      'TPG_VIEW_KEY and TPG_TARI_NODES are not set, so the chain cannot be read: see taritools wallet keys.';
    throw new CommandError(sentence, EXIT_CODES.wrongUse);
  }
  return { settings, chain: settings.chain, databaseUrl: databaseUrlFrom(ports.folder, settings.databaseUrl) };
}
