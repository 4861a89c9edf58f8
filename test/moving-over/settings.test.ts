import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepSettings, readOldSettings } from '#moving-over/cli/import-settings.ts';
import { parseSettingsText as parse } from '#platform/config/settings-text.ts';
import { allSettings } from '#settings.ts';
import { newFolder } from '#test/database/database.ts';

const OLD = `
RUST_LOG=info,tari_payment_server=debug
TPG_DATABASE_URL=sqlite://data/tari_store.db
TPG_HOST=127.0.0.1
TPG_PORT=8360
TPG_STOREFRONT=shopify
TPG_SCHEMA=public
TPG_SKIP_PREFLIGHT=1
TPG_SHOPIFY_PRICE_FIELD=line
TPG_SHOPIFY_HMAC_SECRET='very secret # text'
TPG_NEVER_HEARD_OF=very secret too
`;

/** @returns what was printed, and the folder of the settings. */
async function translated(isDryRun = false) {
  const folder = newFolder();
  const path = join(folder, 'old.env');
  writeFileSync(path, OLD);
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const settings = await readOldSettings({ settings: allSettings }, path, 'sqlite:///var/lib/store.db');
  const again = async () =>
    keepSettings({ folder, print, note: print, settings: allSettings } as never, settings, isDryRun);
  await again();
  return { folder, lines, again };
}

const read = (folder: string, name = '.env') => parse(readFileSync(join(folder, name), 'utf8'));

it('translates the settings, with a word on each that changed and none of their values', async () => {
  const { folder, lines } = await translated();
  expect(read(folder)).toEqual({
    TPG_LOG_LEVEL: 'info',
    TPG_HOST: '127.0.0.1',
    TPG_PORT: '8360',
    TPG_SHOPIFY_PRICE_FIELD: 'line_items',
    TPG_SHOPIFY_HMAC_SECRET: 'very secret # text',
    TPG_DATABASE_URL: 'sqlite:///var/lib/store.db',
  });
  expect(statSync(join(folder, '.env')).mode & 0o077).toBe(0);
  const said = lines.join('\n');
  for (const name of [
    'RUST_LOG',
    'TPG_STOREFRONT',
    'TPG_SCHEMA',
    'TPG_SKIP_PREFLIGHT',
    'TPG_SHOPIFY_PRICE_FIELD',
    'TPG_DATABASE_URL',
    'TPG_NEVER_HEARD_OF',
  ]) {
    expect(said).toContain(name);
  }
  expect(said).not.toContain('very secret');
});

it('leaves settings that are there as they are, and writes nothing in a dry run', async () => {
  const { folder, again } = await translated();
  writeFileSync(join(folder, '.env'), 'TPG_PORT=1\n');
  await again();
  expect(read(folder)).toEqual({ TPG_PORT: '1' });
  expect(read(folder, '.env.imported').TPG_PORT).toBe('8360');
  const dry = await translated(true);
  expect(() => read(dry.folder)).toThrow(/ENOENT/);
});

it('says where the file can’t be read', async () => {
  await expect(readOldSettings({ settings: allSettings }, '/nowhere/old.env', '')).rejects.toThrow(
    /settings in \/nowhere\/old\.env cannot be read/,
  );
});
