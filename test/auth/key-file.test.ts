import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyFileError, keyPairOf, loadOrCreateKeys } from '#auth/key-file.ts';
import { loadEnvironment } from '#platform/config/environment.ts';
import { publicKeyOf } from '#tari/schnorr.ts';
import { parseSettings } from '#test/settings.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'));
  path = join(directory, 'data', 'jwt-keys.env');
});

afterEach(() => rmSync(directory, { recursive: true }));

const noRandom = () => {
  throw new Error('No random bytes are needed here.');
};

describe('loadOrCreateKeys', () => {
  it('makes a pair that only the owner can read, and finds it again', async () => {
    const keys = await loadOrCreateKeys(path, randomBytes);
    expect(keys.verificationKey).toEqual(publicKeyOf(keys.signingKey));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await loadOrCreateKeys(path, noRandom)).toEqual(keys);
  });

  it('writes lines that can be moved into the settings', async () => {
    const keys = await loadOrCreateKeys(join(directory, '.env'), randomBytes);
    const loaded = loadEnvironment(directory, {});
    const parsed = parseSettings(loaded.ok ? loaded.environment : {});
    expect(parsed.ok && parsed.settings.jwtKeys).toEqual(keys);
  });

  it.each([0o640, 0o604, 0o622, 0o660])('refuses a file with mode %o', async (mode) => {
    await loadOrCreateKeys(path, randomBytes);
    chmodSync(path, mode);
    await expect(loadOrCreateKeys(path, noRandom)).rejects.toThrow(/Others can read/);
  });

  it.each([
    ['empty', () => ''],
    ['cut short', (text: string) => text.slice(0, -10)],
    ['mismatched', (text: string) => text.replace(/(VERIFICATION_KEY=)../, '$1ff')],
    ['of some other kind', () => 'x'.repeat(5000)],
  ])('refuses a file that is %s, and tells no key', async (_kind, change) => {
    await loadOrCreateKeys(path, randomBytes);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, change(text));
    const error: unknown = await loadOrCreateKeys(path, noRandom).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KeyFileError);
    expect(String(error)).toContain(path);
    expect(String(error)).not.toMatch(/[0-9a-f]{16}/);
  });

  it('leaves no half-made file behind', async () => {
    await expect(loadOrCreateKeys(path, noRandom)).rejects.toThrow('No random bytes');
    expect(readdirSync(join(directory, 'data'))).toEqual([]);
  });

  it('shows the file to nobody before it is whole', async () => {
    mkdirSync(join(directory, 'data'));
    const sizes = new Set<number>();
    const watcher = setInterval(() => existsSync(path) && sizes.add(statSync(path).size), 0);
    const made = await Promise.all(Array.from({ length: 5 }, () => loadOrCreateKeys(path, randomBytes)));
    clearInterval(watcher);
    sizes.add(statSync(path).size);
    expect(sizes.size).toBe(1);
    // Of several that start at once one has made them.
    for (const keys of made) expect(keys).toEqual(made[0]);
    expect(readdirSync(join(directory, 'data'))).toEqual(['jwt-keys.env']);
  });

  it('is not kept from starting by what a killed process left', async () => {
    mkdirSync(join(directory, 'data'));
    writeFileSync(`${path}.${process.pid}.new`, '');
    await expect(loadOrCreateKeys(path, randomBytes)).resolves.toBeDefined();
  });

  it('says of a torn file what it may be and what to do', async () => {
    mkdirSync(join(directory, 'data'));
    writeFileSync(path, '# Made by the ser', { mode: 0o600 });
    await expect(loadOrCreateKeys(path, noRandom)).rejects.toThrow(
      /perhaps because it was truncated\. Restore it, or delete it/,
    );
  });

  it('says which file it is when the system does not let it through', async () => {
    const blocked = join(directory, 'file', 'keys');
    writeFileSync(join(directory, 'file'), '');
    await expect(loadOrCreateKeys(blocked, randomBytes)).rejects.toThrow(KeyFileError);
  });
});

describe('keyPairOf', () => {
  it('takes hex in any case and nothing that is not a pair', () => {
    const signing = `0A${'00'.repeat(31)}`;
    const verification = Buffer.from(publicKeyOf(Buffer.from(signing, 'hex'))).toString('hex');
    expect(keyPairOf(signing, verification.toUpperCase())?.verificationKey).toHaveLength(32);
    expect(keyPairOf(signing, signing)).toBeUndefined();
    expect(keyPairOf('', '')).toBeUndefined();
    expect(keyPairOf('00'.repeat(32), '00'.repeat(32))).toBeUndefined();
    expect(keyPairOf('ff'.repeat(32), verification)).toBeUndefined();
  });
});
