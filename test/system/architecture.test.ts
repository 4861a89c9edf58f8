import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { longFunctions } from '#test/architecture/functions.ts';
import {
  circlesIn,
  contextOf,
  type Import,
  importsOf,
  librariesOf,
  partOf,
  ROOT,
  sourceFiles,
} from '#test/architecture/imports.ts';
import { foreignTables } from '#test/architecture/tables.ts';
import { isOfHttp, isOfStore, threadsOf } from '#test/architecture/threads.ts';

/**
 * The arrows of the house (docs/internals/architecture.md): what each folder of src may import. A context that must react
 * to one below it subscribes to it or gives it a port; it is never imported by it. A context that is not named here stands
 * beside the others above the engine.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  tari: [],
  interledger: [],
  migrations: ['tari'],
  platform: ['tari', 'migrations'],
  auth: ['platform', 'tari'],
  rates: ['auth', 'platform', 'tari'],
  engine: ['rates', 'auth', 'platform', 'tari'],
  shops: ['payouts', 'engine', 'rates', 'auth', 'platform', 'tari'],
  rails: ['payouts', 'engine', 'auth', 'platform', 'tari'],
  'pull-payments': ['interledger', 'rates', 'auth', 'platform'],
  checkout: ['rails', 'payouts', 'engine', 'auth', 'platform', 'tari'],
  support: [
    'payouts',
    'checkout',
    'webhooks',
    'notes',
    'pull-payments',
    'shops',
    'rails',
    'engine',
    'rates',
    'auth',
    'platform',
    'tari',
  ],
  // It fills an empty database, all tables of it, and nothing but the tool knows it.
  'moving-over': ['root', 'engine', 'auth', 'platform', 'tari'],
};

/** What a context may import that ALLOWED does not name: it knows no shop, no rail and no page. */
const ABOVE_THE_ENGINE: readonly string[] = ['engine', 'rates', 'auth', 'platform', 'tari'];

/**
 * SQL over tables of another context, each as one query that would have to read whole tables otherwise: reconciliation
 * compares each event with the row that it tells of, and what was kept for unknown accounts and orders is forgotten.
 */
const STILL_FOREIGN: Readonly<Record<string, readonly string[]>> = {
  'src/auth/store/nonces.ts': ['accounts'],
  'src/engine/store/reconciliation.ts': ['events'],
  'src/shops/store/authorizations.ts': ['orders'],
};

const MAX_FILES = 20;
const MAX_LINES = 70;

/** The syntax trees of a thousand files, on a machine that does much else. */
const PARSED_WITHIN_MS = 120_000;

/** What moves rows of every context: all SQL over all tables is its own. */
const OVER_ALL_TABLES = ['migrations/', 'src/platform/database/', 'src/moving-over/'];

/** Only the database thread talks to databases, and only the HTTP thread serves. */
const OF_DATABASE_THREAD = ['kysely', 'better-sqlite3', 'pg'];
const OF_HTTP_THREAD = [
  'fastify',
  'fastify-type-provider-zod',
  '@fastify/rate-limit',
  '@fastify/swagger',
  'prom-client',
];

/** Libraries of plain values, which need neither the database nor the network. */
const OF_VALUES = ['zod', 'big.js', 'lossless-json'];

const TEXTS = textsOf(['src', 'migrations']);
const IMPORTS = [...TEXTS].flatMap(([file, text]) => importsOf(file, text));
const THREADS = threadsOf(IMPORTS);

function textsOf(folders: readonly string[]): Map<string, string> {
  return new Map(sourceFiles(folders).map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
}

/** The contexts that each file imports though its own may not. */
function forbidden(imports: readonly Import[]): Record<string, string[]> {
  const found: Record<string, Set<string>> = {};
  for (const { from, to } of imports) {
    const [own, other] = [contextOf(from), contextOf(to)];
    // The root puts all contexts together, and the tool has commands of all of them.
    if (own === other || own === 'root' || own === 'cli' || namesItsMigrations(from, to)) continue;
    if ((ALLOWED[own] ?? ABOVE_THE_ENGINE).includes(other)) continue;
    const name = from.replace(/^src\//, '');
    found[name] = (found[name] ?? new Set()).add(other);
  }
  return Object.fromEntries(Object.entries(found).map(([file, others]) => [file, [...others].sort()]));
}

/** Whether a module names the folder of its own migrations, which is called as its own. */
function namesItsMigrations(from: string, to: string): boolean {
  const folder = /^src\/(.+)\/module\.ts$/.exec(from)?.[1];
  return folder !== undefined && to === `migrations/${folder}/index.ts`;
}

/** Uses of the SQL or the routes of another context. What is the platform's is there for all of them. */
function intrusions(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, to, isTypeOnly }) => {
      const [own, other] = [partOf(from), partOf(to)];
      if (own === other || own === 'root' || other.startsWith('platform') || isTypeOnly) return false;
      return isOfHttp(to) || isOfStore(to);
    })
    .map(({ from, to }) => `${from} → ${to}`);
}

describe('the contexts', () => {
  it('are all in the table of arrows or in src/modules.ts', () => {
    const listed = IMPORTS.filter(({ from }) => from === 'src/modules.ts').map(({ to }) => contextOf(to));
    const known = new Set(['root', 'cli', ...Object.keys(ALLOWED), ...listed]);
    const contexts = new Set(IMPORTS.map(({ from }) => contextOf(from)));
    expect([...contexts].filter((one) => !known.has(one))).toEqual([]);
    expect(Object.keys(ALLOWED).filter((one) => !contexts.has(one))).toEqual([]);
  });

  it('import only what stands below them', () => {
    expect(forbidden(IMPORTS)).toEqual({});
  });

  it('leave each other’s routes and SQL alone, but for types', () => {
    expect(intrusions(IMPORTS)).toEqual([]);
  });

  it('query no table of each other', () => {
    const texts = new Map([...TEXTS].filter(([file]) => !OVER_ALL_TABLES.some((folder) => file.startsWith(folder))));
    expect(foreignTables(texts)).toEqual(STILL_FOREIGN);
  });

  it('are rails that do not know each other', () => {
    const isOtherRail = ({ from, to }: Import) =>
      contextOf(from) === 'rails' && contextOf(to) === 'rails' && partOf(from) !== partOf(to);
    expect(IMPORTS.filter(isOtherRail)).toEqual([]);
  });

  it('are opened by one list', () => {
    const importers = IMPORTS.filter(({ to }) => /^src\/.*\/module\.ts$/.test(to) && to !== 'src/platform/module.ts');
    expect([...new Set(importers.map(({ from }) => from))]).toEqual(['src/modules.ts']);
  });

  // Every start of the tool loads all modules, and a hot wallet may start it a hundred times at once.
  it('name what they bring, and load nothing of it but their errors and the names of their events', () => {
    const loaded = IMPORTS.filter(
      ({ from, isTypeOnly, isLazy }) => from.endsWith('/module.ts') && !isTypeOnly && !isLazy,
    );
    expect(loaded.filter(({ to }) => !/\/(?:errors|events)\.ts$/.test(to) && to !== 'src/platform/module.ts')).toEqual(
      [],
    );
  });
});

describe('each thread', () => {
  const loadedBy = (files: ReadonlySet<string>) => [...files].flatMap((file) => librariesOf(file, TEXTS.get(file)));
  const both = [...THREADS.http].filter((file) => THREADS.database.has(file));
  const values = both.filter((file) => !/^src\/(?:platform|tari)\//.test(file));

  it('loads a good part of the program', () => {
    expect(THREADS.http.size).toBeGreaterThan(100);
    expect(THREADS.database.size).toBeGreaterThan(100);
  });

  it('has its places: the database thread runs nothing of http/, and the HTTP thread no SQL', () => {
    expect([...THREADS.database].filter(isOfHttp)).toEqual([]);
    expect([...THREADS.http].filter(isOfStore)).toEqual([]);
    expect([...THREADS.http].filter((file) => file.endsWith('/service.ts'))).toEqual([]);
  });

  it('has its libraries', () => {
    expect(loadedBy(THREADS.http).filter((library) => OF_DATABASE_THREAD.includes(library))).toEqual([]);
    expect(loadedBy(THREADS.database).filter((library) => OF_HTTP_THREAD.includes(library))).toEqual([]);
  });

  // By what is above, these reach neither a route nor SQL.
  it('shares with the other, beside the platform and the protocol, only values and what follows from them', () => {
    expect(loadedBy(new Set(values)).filter((library) => !OF_VALUES.includes(library))).toEqual([]);
  });
});

describe('files', () => {
  it('import each other in no circle, not for types either', () => {
    expect(circlesIn(IMPORTS.filter(({ isLazy }) => !isLazy))).toEqual([]);
  });

  it('stand in folders that can be taken in at a glance', () => {
    const large = ['src', 'test', 'scripts'].flatMap((top) =>
      foldersIn(top).filter((folder) => filesIn(folder).length > MAX_FILES),
    );
    expect(large).toEqual([]);
  });

  // Migrations are steps that are never changed again.
  it(
    'have functions that fit on a screen, but for lists',
    () => {
      expect(longFunctions(textsOf(['src', 'scripts', 'test/support']), MAX_LINES)).toEqual([]);
    },
    PARSED_WITHIN_MS,
  );
});

function foldersIn(top: string): string[] {
  const below = readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true });
  const folders = below.filter(
    (entry) => entry.isDirectory() && !/\/node_modules\b/.test(join(entry.parentPath, entry.name)),
  );
  return [top, ...folders.map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))];
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

/** The checks, over programs that are made up: each finds what it is for. */
describe('the checks', () => {
  const importing = (files: Readonly<Record<string, string>>) =>
    Object.entries(files).flatMap(([file, text]) => importsOf(file, text));

  it('find an arrow that points up', () => {
    const imports = importing({
      'src/engine/orders.ts': `import { rateOf } from '#rates/rates.ts';\nimport type { Shop } from '#shops/shop.ts';`,
      'src/platform/clock.ts': `export { now } from '#engine/now.ts';`,
      'src/auth/auth.ts': `const { later } = await import('#rates/later.ts');`,
      'src/shops/new.ts': `import { x } from '#engine/orders.ts';`,
      'src/unnamed/module.ts': `
        migrations: () => import('#migrations/unnamed/index.ts'),
        others: () => import('#migrations/shops/index.ts'),
      `,
      'src/unnamed/rules.ts': `import { x } from '#engine/orders.ts';\nimport { y } from '#shops/shop.ts';`,
    });
    expect(forbidden(imports)).toEqual({
      'engine/orders.ts': ['shops'],
      'platform/clock.ts': ['engine'],
      'auth/auth.ts': ['rates'],
      'unnamed/module.ts': ['migrations'],
      'unnamed/rules.ts': ['shops'],
    });
  });

  it('find the use of another context’s routes or SQL', () => {
    const imports = importing({
      'src/shops/rescan.ts': `import { orderRepository } from '#engine/store/orders.ts';`,
      'src/shops/types.ts': `import type { Order } from '#engine/store/orders.ts';`,
      'src/shops/words.ts': `import { ORDER_STATUSES } from '#engine/store/tables.ts';`,
      'src/checkout/http/routes.ts': `import { guard } from '#auth/http/guard.ts';`,
      'src/rails/one/watch.ts': `import { reports } from '#rails/two/store/reports.ts';`,
      'src/engine/own.ts': `import { orderRepository } from './store/orders.ts';`,
    });
    expect(intrusions(imports)).toEqual([
      'src/shops/rescan.ts → src/engine/store/orders.ts',
      'src/checkout/http/routes.ts → src/auth/http/guard.ts',
      'src/rails/one/watch.ts → src/rails/two/store/reports.ts',
    ]);
  });

  it('find queries over another context’s tables, built or written', () => {
    const texts = new Map([
      ['src/engine/store/tables.ts', 'export interface EngineTables {\n  orders: OrdersTable;\n  payments: P;\n}\n'],
      ['src/shops/store/tables.ts', 'export interface ShopTables {\n  webhooks: WebhooksTable;\n}\n'],
      ['src/shops/store/built.ts', `db.selectFrom('webhooks').innerJoin('payments', 'a', 'b')`],
      ['src/shops/store/written.ts', 'sql<boolean>`not exists (select 1 from orders where orders.id = 1)`'],
      ['src/shops/store/own.ts', 'sql`select * from webhooks` // from orders'],
      ['src/engine/store/orders.ts', `db.updateTable('orders')`],
    ]);
    expect(foreignTables(texts)).toEqual({
      'src/shops/store/built.ts': ['payments'],
      'src/shops/store/written.ts': ['orders'],
    });
  });

  it('find a circle, of types too', () => {
    const imports = importing({
      'src/a.ts': `import type { B } from './b.ts';`,
      'src/b.ts': `import { c } from './c.ts';`,
      'src/c.ts': `export * from './a.ts';`,
      'src/d.ts': `import { a } from './a.ts';`,
    });
    expect(circlesIn(imports)).toEqual([['src/a.ts', 'src/b.ts', 'src/c.ts']]);
  });

  it('find what each thread loads', () => {
    const threads = threadsOf(
      importing({
        'src/main.ts': `const { createApp } = await import('./server.ts');`,
        'src/server.ts': `import { modules } from './modules.ts';`,
        'src/database-thread.ts': `import { modules } from './modules.ts';\nimport type { App } from './server.ts';`,
        'src/modules.ts': `import { engine } from './engine/module.ts';`,
        'src/engine/module.ts': `
          service: () => import('./service.ts'),
          routes: () => import('./http/routes.ts'),
          settings: () => import('./settings.ts'),
          commands: () => import('./cli/commands.ts'),
        `,
        'src/engine/service.ts': `import { orderRepository } from './store/orders.ts';`,
        'src/engine/http/routes.ts': `import { rule } from '#engine/rule.ts';`,
        'src/engine/rule.ts': `import { ledger } from './ledger.ts';`,
        'src/engine/ledger.ts': `import { orderRepository } from './store/orders.ts';`,
      }),
    );
    expect([...threads.http].filter(isOfStore)).toEqual(['src/engine/store/orders.ts']);
    expect(threads.http).toContain('src/engine/settings.ts');
    expect([...threads.database].sort()).toEqual([
      'src/database-thread.ts',
      'src/engine/module.ts',
      'src/engine/service.ts',
      'src/engine/store/orders.ts',
      'src/modules.ts',
    ]);
    expect(
      librariesOf('a.ts', `import Fastify from 'fastify';\nimport { x } from '@scope/a/b';\nimport './c.ts';`),
    ).toEqual(['fastify', '@scope/a']);
  });

  it('find a long function that is no list', () => {
    const lines = (line: string) => `${line}\n`.repeat(MAX_LINES);
    const long = longFunctions(
      new Map([
        ['declared.ts', `function does() {\nif (a) b();\n${lines('// …')}}`],
        ['nested.ts', `const list = () => {\nconst inner = () => {\nfor (;;) a();\n${lines('')}};\nreturn inner;\n};`],
        ['class.ts', `class A {\nmethod() {\n${lines('this.a = 1;')}}\n}`],
        ['several.ts', `const x = async () => {\n${lines('await a(b);\nc(d);')}};`],
        [
          'routes.ts',
          `const routes = async (app) => {\nconst one = 1;\n${lines('await app.get(x).after(() => {});')}};`,
        ],
        [
          'queries.ts',
          `function queries() {\nconst a = () => 1;\nreturn {\n${lines('async find() { if (a) return b; },')}};\n}`,
        ],
        ['short.ts', `function short() {\nif (a) b();\n}`],
      ]),
      MAX_LINES,
    );
    expect(long.map(({ file, name }) => `${file} ${name}`)).toEqual([
      'declared.ts does',
      'nested.ts line 2',
      'class.ts method',
      'several.ts line 1',
    ]);
  });
});
