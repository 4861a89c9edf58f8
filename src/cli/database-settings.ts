import { parseSettings } from '../config.ts';
import { loadEnvironment } from '../environment.ts';
import { databaseUrlFrom } from '../store/database-url.ts';
import { CommandError, EXIT_CODES } from './exit.ts';
import type { CommandPorts } from './ports.ts';

/**
 * The database of a command.
 * @throws {CommandError} where the settings are wrong. Other settings than the database's do not matter here.
 */
export function databaseUrl(ports: Pick<CommandPorts, 'environment' | 'folder'>, given: string | undefined): string {
  const loaded = loadEnvironment(ports.folder, ports.environment);
  if (!loaded.ok) throw new CommandError(loaded.problems.join('\n'), EXIT_CODES.wrongUse);
  const parsed = parseSettings({ TPG_DATABASE_URL: given ?? loaded.environment.TPG_DATABASE_URL });
  if (!parsed.ok) throw new CommandError(parsed.problems.join('\n'), EXIT_CODES.wrongUse);
  return databaseUrlFrom(ports.folder, parsed.settings.databaseUrl);
}
