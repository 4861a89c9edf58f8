import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseSettingsText } from '#platform/config/settings-text.ts';
import { makeFolder } from '#platform/make-folder.ts';
import { generateSecretKey, publicKeyOf, type RandomBytes } from '#tari/schnorr.ts';

/** The key pair of access tokens, 32 bytes each (`protocol.md` 3). */
export interface JwtKeys {
  /** A canonical scalar, little-endian. */
  signingKey: Uint8Array;
  /** The ristretto255 encoding of the public key that belongs to it. */
  verificationKey: Uint8Array;
}

/** A key file that cannot or must not be used. The message is a sentence for the operator and reveals no key. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** No key file is longer; a longer one is a different file. */
const MAX_KEY_FILE_LENGTH = 4096;

/** Read and write for the owner, no access for others. */
const OWNER_ONLY = 0o600;

/**
 * Loads the keys from the file at `path`, or creates the file with a new pair if it does not exist. The file has the
 * format of a `.env` file, so that its lines can be moved into the settings. A missing folder is created.
 * @throws {KeyFileError} if others can read the file, or if it does not contain a matching pair of keys.
 */
export async function loadOrCreateKeys(path: string, random: RandomBytes): Promise<JwtKeys> {
  try {
    makeFolder(dirname(path));
    const existing = await openUnless('ENOENT', path);
    if (existing !== undefined) return await readKeys(existing, path);
    const keys = await writeNewKeys(path, random);
    // Another process that started at the same time may have been faster: then its keys are used.
    return keys ?? (await readKeys(await open(path, 'r'), path));
  } catch (cause) {
    if (cause instanceof KeyFileError || !isSystemError(cause)) throw cause;
    throw new KeyFileError(`The key file ${path} cannot be used: ${cause.message}.`, { cause });
  }
}

/**
 * Parses a pair of keys from hex text.
 * @returns undefined if either is not 64 hex characters, or the public key does not match the secret key.
 */
export function keyPairOf(signingKeyHex: string, verificationKeyHex: string): JwtKeys | undefined {
  const signingKey = keyFromHex(signingKeyHex);
  const verificationKey = keyFromHex(verificationKeyHex);
  if (signingKey === undefined || verificationKey === undefined) return undefined;
  const publicKey = publicKeyOrUndefined(signingKey);
  if (publicKey === undefined || !Buffer.from(publicKey).equals(verificationKey)) return undefined;
  return { signingKey, verificationKey };
}

/**
 * Writes the file atomically: half a file would be refused at every later start. Returns undefined if the file exists
 * already.
 */
async function writeNewKeys(path: string, random: RandomBytes): Promise<JwtKeys | undefined> {
  const keys = makeKeys(random);
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(temporary, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(keyFileText(keys));
      // A key that has signed tokens must survive a power failure.
      await file.sync();
    } finally {
      await file.close();
    }
    const isOurs = await putInPlace(temporary, path);
    if (isOurs) await syncFolder(dirname(path));
    return isOurs ? keys : undefined;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** By a hard link rather than a rename, which would replace an existing file. Returns false if there is one. */
async function putInPlace(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
  } catch (error) {
    const code = isSystemError(error) ? error.code : undefined;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    // A file system without hard links.
    await rename(temporary, path);
  }
  return true;
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function readKeys(file: FileHandle, path: string): Promise<JwtKeys> {
  try {
    // fstat on the open file rather than its path, which could be replaced in between.
    const { mode, size } = await file.stat();
    const othersMay = process.platform !== 'win32' && (mode & 0o077) !== 0;
    if (othersMay)
      throw new KeyFileError(
        `Others can read the key file ${path}. Make it readable by its owner only (chmod 600), or delete it to get new keys.`,
      );
    const settings = size > MAX_KEY_FILE_LENGTH ? {} : parseSettingsText(await file.readFile('utf8'));
    const keys = keyPairOf(settings.TPG_JWT_SIGNING_KEY ?? '', settings.TPG_JWT_VERIFICATION_KEY ?? '');
    if (keys === undefined)
      throw new KeyFileError(
        `The key file ${path} does not contain a signing key with its verification key, perhaps because it was truncated. Restore it, or delete it to get new keys; all users must then log in again.`,
      );
    return keys;
  } finally {
    await file.close();
  }
}

function makeKeys(random: RandomBytes): JwtKeys {
  const signingKey = generateSecretKey(random);
  return { signingKey, verificationKey: publicKeyOf(signingKey) };
}

function keyFileText({ signingKey, verificationKey }: JwtKeys): string {
  return [
    '# Created by the server because its settings have no keys. Anyone who can read this file can sign access tokens.',
    `TPG_JWT_SIGNING_KEY=${Buffer.from(signingKey).toString('hex')}`,
    `TPG_JWT_VERIFICATION_KEY=${Buffer.from(verificationKey).toString('hex')}`,
    '',
  ].join('\n');
}

function keyFromHex(text: string): Uint8Array | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined;
}

function publicKeyOrUndefined(signingKey: Uint8Array): Uint8Array | undefined {
  try {
    return publicKeyOf(signingKey);
  } catch {
    return undefined;
  }
}

/** Opens the file for reading; undefined if that fails with the expected code. */
async function openUnless(expectedCode: string, path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isSystemError(error) && error.code === expectedCode) return undefined;
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
