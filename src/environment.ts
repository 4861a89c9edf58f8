import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseEnvironmentFile } from 'dotenv';
import { settingDescriptions } from './setting-schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type LoadedEnvironment = { ok: true; environment: Environment } | { ok: false; problems: string[] };

/**
 * Puts the `.env` file of a folder under the process's environment: a variable of the process wins, even an empty one.
 * That there is no such file is fine.
 * @param directory the folder that holds package.json.
 * @returns the variables, or a sentence that says why the file can't be read.
 */
export function loadEnvironment(directory: string, processEnvironment: Environment): LoadedEnvironment {
  const path = join(directory, '.env');
  try {
    return { ok: true, environment: { ...parseEnvironmentFile(readFileSync(path)), ...processEnvironment } };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ENOENT') return { ok: true, environment: { ...processEnvironment } };
    return { ok: false, problems: [`The settings file ${path} exists but cannot be read: ${error.message}.`] };
  }
}

/** More differing letters than this are another word, not a slip of the finger. */
const MOST_SLIPS = 8;

/** A sentence for each TPG_ variable that is no setting, with the setting that was probably meant. */
export function unknownSettingWarnings(environment: Environment): string[] {
  const known = settingDescriptions().map((setting) => setting.name);
  return Object.keys(environment)
    .filter((name) => /^TPG_/i.test(name) && !known.includes(name))
    .map((name) => {
      const meant = nearest(name.toUpperCase(), known);
      return `${JSON.stringify(name)} is no setting of this server and is ignored${meant === undefined ? '.' : `; did you mean ${meant}?`}`;
    });
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const most = Math.min(MOST_SLIPS, Math.floor(name.length / 3));
  const [best] = known
    .map((candidate) => ({ candidate, slips: editDistance(name, candidate) }))
    .filter(({ slips }) => slips <= most)
    .sort((one, other) => one.slips - other.slips);
  return best?.candidate;
}

/** How many letters must be put in, taken out or changed to make one word of the other (Levenshtein). */
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
