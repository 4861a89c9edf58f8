import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TranslatedSettings, translateSettings } from '#moving-over/settings.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { replaceFile } from '#platform/cli/replace-file.ts';
import { settingLine } from '#platform/cli/settings-file.ts';
import { parseSettingsText } from '#platform/config/settings-text.ts';

/** The settings file of the old server, read and written as one of ours. */

/** A settings file has a few dozen lines. */
const MAX_FILE_BYTES = 1024 * 1024;

/** @throws {CommandError} */
export async function readOldSettings(
  { settings }: Pick<CommandPorts, 'settings'>,
  path: string,
  databaseUrl: string,
): Promise<TranslatedSettings> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new CommandError(`${path} has ${size} bytes: that is no settings file.`);
    const { descriptions } = await settings();
    const known = new Set(descriptions.map(({ name }) => name));
    return translateSettings(parseSettingsText(await readFile(path, 'utf8')), known, databaseUrl);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`The settings in ${path} cannot be read: ${(error as Error).message}.`, EXIT_CODES.wrongUse);
  }
}

/** Says what became of the settings, and writes them where no others are. */
export async function keepSettings(
  ports: CommandPorts,
  { settings, remarks }: TranslatedSettings,
  isDryRun = false,
): Promise<void> {
  for (const remark of remarks) ports.print(`${remark}.`);
  const { parse, warnings } = await ports.settings();
  const parsed = parse(settings);
  const troubles = parsed.ok ? warnings(parsed.settings) : parsed.problems;
  for (const trouble of troubles) ports.note(trouble);
  if (isDryRun) return;
  const lines = Object.entries(settings).map(([name, value]) => settingLine(name, value));
  const path = await freePath(ports);
  await replaceFile(
    path,
    `# From the settings of tari_payment_server. They are described in .env.sample.\n${lines.join('\n')}\n`,
  );
  ports.print(`Wrote the settings to ${path}, which only you can read.`);
}

/** Beside package.json. Settings that are there stay as they are. */
async function freePath(ports: CommandPorts): Promise<string> {
  const path = join(ports.folder, '.env');
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere ? `${path}.imported` : path;
}
