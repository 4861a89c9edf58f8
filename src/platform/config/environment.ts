import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Environment } from './read-settings.ts';
import type { SettingDescription } from './setting.ts';
import { parseSettingsText } from './settings-text.ts';

export type LoadedEnvironment = { ok: true; environment: Environment } | { ok: false; problems: string[] };

/** Names the settings file to use instead of `.env`. It is read from the environment of the process only. */
export const SETTINGS_FILE_VARIABLE = 'TPG_SETTINGS_FILE';

/** Where the unit in contrib/systemd keeps the settings. The server gets them from systemd; taritools reads them here. */
export const SERVICE_SETTINGS_FILE = '/etc/tari-payment-server.env';

/**
 * The settings file: the one that TPG_SETTINGS_FILE names, else `.env` in the folder, else that of the service if it
 * exists.
 * @param directory the folder that holds package.json.
 * @param serviceFile undefined if the settings of a service are not used.
 */
export function settingsFile(directory: string, processEnvironment: Environment, serviceFile?: string): string {
  const named = processEnvironment[SETTINGS_FILE_VARIABLE];
  if (named) return resolve(named);
  const beside = join(directory, '.env');
  return serviceFile !== undefined && !existsSync(beside) && existsSync(serviceFile) ? serviceFile : beside;
}

/**
 * Merges the settings file and the process's environment: a variable of the process wins, even an empty one. The file
 * may be missing, unless TPG_SETTINGS_FILE names it.
 * @returns the variables, or a sentence that says why the file can't be read.
 */
export function loadEnvironment(
  directory: string,
  processEnvironment: Environment,
  serviceFile?: string,
): LoadedEnvironment {
  const path = settingsFile(directory, processEnvironment, serviceFile);
  try {
    return { ok: true, environment: { ...parseSettingsText(readFileSync(path, 'utf8')), ...processEnvironment } };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isMissing = 'code' in error && error.code === 'ENOENT';
    if (isMissing && !processEnvironment[SETTINGS_FILE_VARIABLE]) {
      return { ok: true, environment: { ...processEnvironment } };
    }
    return { ok: false, problems: [unreadable(path, error, serviceFile)] };
  }
}

function unreadable(path: string, error: Error & { code?: string }, serviceFile: string | undefined): string {
  const sentence = `The settings file ${path} cannot be read: ${error.message}.`;
  const isOthers = path === serviceFile && error.code === 'EACCES';
  return isOthers ? `${sentence} Run this as the user of the service, for example with sudo -u tari.` : sentence;
}

/** With more differing letters than this it is another word rather than a typing error. */
const MAX_SLIPS = 8;

/** A sentence for each variable that begins like a setting and is none, such as TPG_X, with the setting that was probably meant. */
export function unknownSettingWarnings(
  environment: Environment,
  descriptions: readonly Pick<SettingDescription, 'name'>[],
): string[] {
  const known = descriptions.map(({ name }) => name);
  const prefixes = new Set(known.map(prefixOf));
  return Object.keys(environment)
    .filter((name) => prefixes.has(prefixOf(name.toUpperCase())))
    .filter((name) => !known.includes(name) && name !== SETTINGS_FILE_VARIABLE)
    .map((name) => {
      const meant = nearest(name.toUpperCase(), known);
      return `${JSON.stringify(name)} is no setting of this server and is ignored${meant === undefined ? '.' : `; did you mean ${meant}?`}`;
    });
}

/** `TPG_` of `TPG_PORT`. */
function prefixOf(name: string): string {
  return name.slice(0, name.indexOf('_') + 1);
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const max = Math.min(MAX_SLIPS, Math.floor(name.length / 3));
  const [best] = known
    .map((candidate) => ({ candidate, slips: editDistance(name, candidate) }))
    .filter(({ slips }) => slips <= max)
    .sort((one, other) => one.slips - other.slips);
  return best?.candidate;
}

/** How many letters must be inserted, deleted or replaced to turn one word into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [fromIndex, letter] of [...from].entries()) {
    const next = [fromIndex + 1];
    for (const [toIndex, otherLetter] of [...to].entries()) {
      const change = (row[toIndex] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(change, (row[toIndex + 1] ?? 0) + 1, (next[toIndex] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
