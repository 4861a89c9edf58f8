import { Option } from 'commander';
import { parseSettings } from '../config.ts';
import { loadEnvironment } from '../environment.ts';
import { databaseUrlFrom } from '../store/open.ts';
import { CommandError, EXIT_CODES } from './exit.ts';
import type { CommandPorts } from './main.ts';

/** Which database a command works on: the one of the server's settings, unless told. */
export function databaseOption(): Option {
  return new Option('-d, --database <url>', 'the database; without it TPG_DATABASE_URL, from the environment or .env');
}

/** @throws {CommandError} where the settings are wrong. Other settings than the database's do not matter here. */
export function databaseUrl(ports: Pick<CommandPorts, 'environment' | 'folder'>, given: string | undefined): string {
  const loaded = loadEnvironment(ports.folder, ports.environment);
  if (!loaded.ok) throw new CommandError(loaded.problems.join('\n'), EXIT_CODES.wrongUse);
  const parsed = parseSettings({ TPG_DATABASE_URL: given ?? loaded.environment.TPG_DATABASE_URL });
  if (!parsed.ok) throw new CommandError(parsed.problems.join('\n'), EXIT_CODES.wrongUse);
  return databaseUrlFrom(ports.folder, parsed.settings.databaseUrl);
}
