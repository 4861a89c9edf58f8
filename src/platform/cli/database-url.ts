import { loadEnvironment } from '#platform/config/environment.ts';
import { joinSettings } from '#platform/config/read-settings.ts';
import { serverSettings } from '#platform/config/server-settings.ts';
import { databaseUrlFrom } from '#platform/database/url.ts';
import { CommandError, EXIT_CODES } from './exit.ts';
import type { CommandPorts } from './ports.ts';

type SettingsPorts = Pick<CommandPorts, 'environment' | 'folder' | 'serviceSettings'>;

/**
 * The variables of the process with the settings file under them.
 * @throws {CommandError} where that file can't be read.
 */
export function environmentOf(ports: SettingsPorts): Readonly<Record<string, string | undefined>> {
  const loaded = loadEnvironment(ports.folder, ports.environment, ports.serviceSettings);
  if (!loaded.ok) throw new CommandError(loaded.problems.join('\n'), EXIT_CODES.wrongUse);
  return loaded.environment;
}

/**
 * The database of a command.
 * @throws {CommandError} where the settings are wrong. Other settings than the database's do not matter here.
 */
export function databaseUrl(ports: SettingsPorts, given: string | undefined): string {
  const parsed = joinSettings([serverSettings]).parse({
    TPG_DATABASE_URL: given ?? environmentOf(ports).TPG_DATABASE_URL,
  });
  if (!parsed.ok) throw new CommandError(parsed.problems.join('\n'), EXIT_CODES.wrongUse);
  return databaseUrlFrom(ports.folder, parsed.settings.databaseUrl);
}
