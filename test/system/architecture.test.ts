import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesIn, contextOf, importsOf, ROOT, sourceFiles } from '#test/architecture.ts';

/**
 * The arrows of the house (docs/internals/architecture.md): what each folder of src may import. A context that must react
 * to one below it subscribes to it or gives it a port; it is never imported by it.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  tari: [],
  migrations: ['tari'],
  platform: ['tari', 'migrations'],
  auth: ['platform', 'tari'],
  rates: ['auth', 'platform', 'tari'],
  engine: ['rates', 'auth', 'platform', 'tari'],
  shops: ['engine', 'rates', 'auth', 'platform', 'tari'],
  rails: ['engine', 'auth', 'platform', 'tari'],
  checkout: ['rails', 'engine', 'auth', 'platform', 'tari'],
  // It fills an empty database, all tables of it, and nothing but the tool knows it.
  'moving-over': ['root', 'engine', 'auth', 'platform', 'tari'],
};

/**
 * What platform/ still knows of contexts: the one schema of settings, the shapes that several contexts share, the types of
 * events, and the tool's client. The list may only get shorter.
 */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {
  'platform/cli/address-arguments.ts': ['auth'],
  'platform/cli/api-client.ts': ['auth'],
  'platform/cli/menus/questions.ts': ['auth', 'engine'],
  'platform/cli/server-command.ts': ['auth'],
  'platform/config/read-settings.ts': ['auth', 'checkout', 'engine', 'rails'],
  'platform/config/server-settings.ts': ['checkout', 'engine', 'rails'],
  'platform/http/fields.ts': ['auth', 'engine', 'shops'],
  'platform/http/openapi/examples.ts': ['engine'],
  'platform/http/pagination.ts': ['engine'],
  'platform/outbox/event-bus.ts': ['engine'],
  'platform/outbox/store/deliveries.ts': ['engine'],
  'platform/outbox/store/events.ts': ['engine'],
  'platform/outbox/store/tables.ts': ['engine'],
  'platform/outbox/stored-event.ts': ['engine'],
};

/** Folders that still have more files than a person takes in at a glance. */
const STILL_LARGE: readonly string[] = ['src/engine', 'src/shops/shopify', 'src/tari', 'test/support'];

const MAX_FILES = 20;

const IMPORTS = sourceFiles().flatMap((file) => importsOf(file));

/** The contexts that each file imports though its own may not. */
function forbidden(): Record<string, string[]> {
  const found: Record<string, Set<string>> = {};
  for (const { from, to } of IMPORTS) {
    const [own, other] = [contextOf(from), contextOf(to)];
    // The root puts all contexts together, and the tool has commands of all of them.
    if (own === other || own === 'root' || own === 'cli' || ALLOWED[own]?.includes(other)) continue;
    const name = from.replace(/^src\//, '');
    found[name] = (found[name] ?? new Set()).add(other);
  }
  return Object.fromEntries(Object.entries(found).map(([file, others]) => [file, [...others].sort()]));
}

describe('the contexts', () => {
  it('are all in the table of arrows', () => {
    const contexts = new Set(IMPORTS.map(({ from }) => contextOf(from)));
    expect([...contexts].filter((one) => !['root', 'cli'].includes(one)).sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it('import only what stands below them', () => {
    expect(forbidden()).toEqual(NOT_YET);
  });

  it('leave each other’s routes alone, and no rail knows another', () => {
    const wrong = IMPORTS.filter(({ from, to }) => {
      const [own, other] = [contextOf(from), contextOf(to)];
      const rail = (file: string) => /^src\/rails\/([^/]+)/.exec(file)?.[1];
      if (own === 'rails' && other === 'rails') return rail(from) !== rail(to);
      const isRoutes = /\/http\/(?:module-)?routes\.ts$/.test(to);
      return isRoutes && !from.endsWith('/module.ts') && !from.includes('/http/');
    });
    expect(wrong).toEqual([]);
  });

  it('are opened by one list', () => {
    const importers = IMPORTS.filter(({ to }) => /^src\/.*\/module\.ts$/.test(to) && to !== 'src/platform/module.ts');
    expect([...new Set(importers.map(({ from }) => from))]).toEqual(['src/modules.ts']);
  });
});

describe('files', () => {
  it('import each other in no circle', () => {
    expect(circlesIn(IMPORTS.filter(({ isTypeOnly, isLazy }) => !isTypeOnly && !isLazy))).toEqual([]);
  });

  it('stand in folders that can be taken in at a glance', () => {
    const large = ['src', 'test', 'scripts'].flatMap((top) =>
      foldersIn(top).filter((folder) => filesIn(folder).length > MAX_FILES),
    );
    expect(large.sort()).toEqual([...STILL_LARGE].sort());
  });
});

function foldersIn(top: string): string[] {
  const below = readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true });
  const folders = below.filter((entry) => entry.isDirectory());
  return [top, ...folders.map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))];
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
