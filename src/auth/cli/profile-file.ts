import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse as parseToml, stringify as stringifyToml, TomlError, type TomlTable } from 'smol-toml';
import { isRole, ROLES, type Role } from '#auth/roles.ts';
import { CommandError, EXIT_CODES } from '#platform/cli/exit.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { replaceFile } from '#platform/cli/replace-file.ts';
import { readServer } from '#platform/cli/server-address.ts';
import { makeFolder } from '#platform/make-folder.ts';
import { AddressError, addressToBase58, addressToHex, parseAddress, type TariAddress } from '#tari/address.ts';

/** The people and wallets that this person acts as, in `~/.taritools/config.toml` (`http-api.md` 6). */

/** An identity that signs, and the server that it signs for. */
export interface Profile {
  name: string;
  address: TariAddress;
  /** 64 hex characters; where it is left out, `secretKeyVariable` is asked. */
  secretKey: string | undefined;
  /** The environment variable that holds the key. */
  secretKeyVariable: string | undefined;
  /** What a login asks for. */
  roles: readonly Role[];
  /** Such as `http://127.0.0.1:8360`. */
  server: string;
}

const FILE_NAME = 'config.toml';

const OWNER_ONLY_FOLDER = 0o700;
/** Hundreds of profiles. */
const LARGEST_FILE_BYTES = 1024 * 1024;
const LONGEST_NAME = 100;

export function profileFile({ toolFolder }: Pick<CommandPorts, 'toolFolder'>): string {
  return join(toolFolder, FILE_NAME);
}

/** @throws {CommandError} where others can read the file, or it can't be understood. */
export async function readProfiles(ports: Pick<CommandPorts, 'toolFolder'>): Promise<Profile[]> {
  const path = profileFile(ports);
  return profilesIn(await readText(path), path);
}

/** Adds a profile behind the others, whose text stays as it was. @throws {CommandError} where the name is taken. */
export async function addProfile(ports: Pick<CommandPorts, 'toolFolder'>, profile: Profile): Promise<void> {
  const path = profileFile(ports);
  const before = await readText(path);
  const existing = profilesIn(before, path);
  if (existing.some(({ name }) => name === profile.name)) {
    throw new CommandError(`There is a profile ${JSON.stringify(profile.name)} already.`, EXIT_CODES.wrongUse);
  }
  const added = `${before.trimEnd()}\n\n${stringifyToml({ profiles: [tableOf(profile)] })}`.trimStart();
  await writeText(path, isToml(added) ? added : changed(before, (tables) => [...tables, tableOf(profile)]));
}

/** @throws {CommandError} where there is no such profile. */
export async function removeProfile(ports: Pick<CommandPorts, 'toolFolder'>, name: string): Promise<void> {
  const path = profileFile(ports);
  const before = await readText(path);
  const existing = profilesIn(before, path);
  if (!existing.some((profile) => profile.name === name)) {
    throw new CommandError(noSuchProfile(name, existing), EXIT_CODES.wrongUse);
  }
  await writeText(
    path,
    changed(before, (tables) => tables.filter((table) => nameIn(table) !== name)),
  );
}

export function noSuchProfile(name: string, existing: readonly Profile[]): string {
  const names = existing.map((profile) => JSON.stringify(profile.name)).join(', ');
  return `There is no profile ${JSON.stringify(name)}; there ${existing.length === 0 ? 'are none yet. Make one with: taritools profile add' : `are ${names}.`}`;
}

export function readProfileName(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= LONGEST_NAME && /^[^\p{Cc}]+$/u.test(name)) return name;
  throw new CommandError(`A profile's name has 1 to ${LONGEST_NAME} characters.`, EXIT_CODES.wrongUse);
}

// ---- The file -----------------------------------------------------------------------------------------------------

/** An empty text where there is no file yet. The open file is asked who may read it, not its name. */
async function readText(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new CommandError(`The profiles in ${path} cannot be read: ${error.message}.`);
  });
  if (file === undefined) return '';
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new CommandError(
        `Others can read ${path}, which may hold secret keys. Allow its owner alone: chmod 600 ${path}`,
      );
    }
    if (size > LARGEST_FILE_BYTES) throw new CommandError(`${path} is too large to be a file of profiles.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function writeText(path: string, text: string): Promise<void> {
  makeFolder(dirname(path), OWNER_ONLY_FOLDER);
  await replaceFile(path, text);
}

function isToml(text: string): boolean {
  try {
    parseToml(text);
    return true;
  } catch {
    return false;
  }
}

/** The file with other profiles. Whatever else stands in it, and in them, is as another tool wrote it. */
function changed(text: string, change: (tables: readonly TomlTable[]) => readonly TomlTable[]): string {
  const file = parseToml(text);
  const profiles = change((file.profiles ?? []) as TomlTable[]);
  const others = Object.entries(file).filter(([key]) => key !== 'profiles');
  const written = { ...Object.fromEntries(others), ...(profiles.length > 0 && { profiles }) };
  return Object.keys(written).length === 0 ? '' : stringifyToml(written);
}

function nameIn({ name }: TomlTable): string | undefined {
  return typeof name === 'string' ? readProfileName(name) : undefined;
}

// ---- Profiles as TOML ---------------------------------------------------------------------------------------------

function tableOf(profile: Profile): TomlTable {
  return {
    name: profile.name,
    address: profile.address.kind === 'legacy' ? addressToHex(profile.address) : addressToBase58(profile.address),
    ...(profile.secretKey !== undefined && { secret_key: profile.secretKey }),
    ...(profile.secretKeyVariable !== undefined && { secret_key_envar: profile.secretKeyVariable }),
    roles: [...profile.roles],
    server: profile.server,
  };
}

function profilesIn(text: string, path: string): Profile[] {
  const tables = tablesIn(text, path);
  const profiles = tables.map((table, index) => {
    try {
      return profileOf(table);
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof AddressError)) throw error;
      throw new CommandError(`Profile ${index + 1} of ${path} cannot be used: ${error.message}`);
    }
  });
  const twice = profiles.find((profile, index) => profiles.findIndex(({ name }) => name === profile.name) !== index);
  if (twice === undefined) return profiles;
  throw new CommandError(`There are two profiles ${JSON.stringify(twice.name)} in ${path}.`);
}

function tablesIn(text: string, path: string): TomlTable[] {
  try {
    const { profiles = [] } = parseToml(text);
    if (Array.isArray(profiles) && profiles.every(isTable)) return profiles;
    throw new CommandError(`In ${path} profiles must be written as [[profiles]].`);
  } catch (error) {
    // The message of a TomlError quotes the lines around the trouble, and they may hold a key.
    if (error instanceof TomlError) throw new CommandError(`${path} is not TOML at line ${error.line}.`);
    throw error;
  }
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function profileOf(table: TomlTable): Profile {
  const { name, address, roles = ['user'], server } = table;
  if (typeof name !== 'string') throw new CommandError('it has no name.');
  if (typeof address !== 'string') throw new CommandError('it has no address.');
  if (typeof server !== 'string') throw new CommandError('it has no server.');
  if (!Array.isArray(roles) || !roles.every(isRole))
    throw new CommandError(`its roles must be of ${ROLES.join(', ')}.`);
  return {
    name: readProfileName(name),
    address: parseAddress(address),
    secretKey: textOf(table.secret_key),
    // The Rust tool's documents call it secret_key_env, its code secret_key_envar.
    secretKeyVariable: textOf(table.secret_key_envar ?? table.secret_key_env),
    roles,
    server: readServer(server),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
