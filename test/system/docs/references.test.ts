import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventPayloads } from '#engine/http/schemas.ts';
import { ORDER_STATES } from '#engine/order-states.ts';
import { ORDER_STATUSES } from '#engine/store/tables.ts';
import { modules } from '#modules.ts';
import { SETTINGS_FILE_VARIABLE } from '#platform/config/environment.ts';
import { parseJson } from '#platform/json.ts';
import { formatAccessLine } from '#platform/logging/access-log.ts';
import { joinReadinessParts, readinessSchema } from '#platform/monitoring/http/schemas.ts';
import { deadLetterSchema } from '#platform/outbox/http/schemas.ts';
import type { App } from '#server.ts';
import { priceUpdate } from '#shops/http/schemas.ts';
import { parseOrderWebhook } from '#shops/shopify/webhooks/order.ts';
import { DOCUMENTS, documentText, example, jsonExample, ROOT, tableRows } from '#test/docs/documents.ts';
import { serverOfDocuments } from '#test/docs/server.ts';
import { settingDescriptions } from '#test/settings.ts';
import packageJson from '../../../package.json' with { type: 'json' };

/** What the documents name has to exist. */

const CODE_FENCE = /^```[\s\S]*?^```/gm;

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(path: string): string[] {
  const headings = documentText(path)
    .replace(CODE_FENCE, '')
    .matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function linksOf(path: string): string[] {
  const links = documentText(path)
    .replace(CODE_FENCE, '')
    .matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, link = '']) => link);
}

describe.each(DOCUMENTS)('%s', (path) => {
  it('links to what exists', () => {
    for (const link of linksOf(path).filter((one) => !/^https?:/.test(one))) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      expect(existsSync(join(ROOT, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
    }
  });

  it('names scripts of package.json', () => {
    const names = [...documentText(path).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
    for (const name of names) expect(Object.keys(packageJson.scripts)).toContain(name);
  });

  it('names settings that there are', () => {
    const known = [...settingDescriptions.map((setting) => setting.name), ...SETTINGS_OF_EXAMPLES];
    const named = documentText(path).match(/\b(?:TPG|SPSP|ILP)_[A-Z_]*[A-Z]/g) ?? [];
    for (const name of named) expect(known).toContain(name);
  });

  it('names files that there are', () => {
    const files =
      documentText(path).match(
        /\b(?:src|test|scripts|migrations|contrib|docs\/(?:examples|reference|internals|decisions))\/[\w./-]*\w\/?/g,
      ) ?? [];
    for (const file of files) expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

  it('stands by itself', () => {
    expect(documentText(path)).not.toMatch(/\/work\/|http-api\.md|protocol\.md|walkthrough\.md/);
  });
});

const NOT_YET = '### Not yet';

function routesIn(text: string): string[] {
  return text.match(/\b(?:GET|POST|PUT|PATCH|DELETE) \/[\w/{}-]+(?:\.\w+)?/g) ?? [];
}

/** Read by the scripts in docs/examples, by the tests and before the settings, not among them. */
const SETTINGS_OF_EXAMPLES = ['TPG_URL', 'TPG_TEST_POSTGRES_URL', SETTINGS_FILE_VARIABLE];

/** Of pull payments, whose tests ask for each. */
const OF_THE_OTHER_LISTENER = [
  ...['GET /ID', 'GET /TOKEN', 'POST /TOKEN', 'POST /update/ID', 'POST /update/TOKEN'],
  ...['GET /exchange', 'POST /ilp'],
];

describe('the routes', () => {
  let app: App;
  beforeAll(async () => {
    app = await serverOfDocuments(
      { TPG_METRICS: 'on', TPG_CONSOLE: 'true', TPG_PUBLIC_URL: 'https://pay.example.com' },
      () => new Date(),
    );
    await app.server.ready();
  });
  afterAll(() => app.close());

  const isThere = (route: string): boolean => {
    if (OF_THE_OTHER_LISTENER.includes(route)) return true;
    const [method, url = ''] = route.split(' ');
    return app.server.hasRoute({ method: method as 'GET', url: url.replaceAll(/\{(\w+)\}/g, ':$1') });
  };

  it.each(DOCUMENTS)('that %s names exist', (path) => {
    const [served = ''] = documentText(path).split(NOT_YET);
    for (const route of routesIn(served)) expect(isThere(route), route).toBe(true);
  });

  it('that CHANGELOG.md says are not there yet are not there', () => {
    const [, missing = ''] = documentText('CHANGELOG.md').split(NOT_YET);
    for (const route of routesIn(missing)) expect(isThere(route), route).toBe(false);
  });
});

describe('tables of limits', () => {
  it('name limits where they are', () => {
    const limits = DOCUMENTS.flatMap(tableRows).flatMap(([, , where]) => {
      const [, constant, file] = /^`(\w+)` in `(\S+)`$/.exec(where ?? '') ?? [];
      return constant === undefined || file === undefined ? [] : [{ constant, file }];
    });
    expect(limits.length).toBeGreaterThan(25);
    for (const { constant, file } of limits) {
      expect(readFileSync(join(ROOT, file), 'utf8'), `${constant} in ${file}`).toContain(`const ${constant} =`);
    }
  });
});

describe('docs/internals/architecture.md', () => {
  const PAGE = 'docs/internals/architecture.md';

  it('shows the life of an order as the code has it', () => {
    const rows = tableRows(PAGE);
    const [, ...actions] = rows.find((row) => row.includes('claim')) ?? [];
    const shown = ORDER_STATUSES.map((status) => {
      const [, ...next] = rows.find(([first]) => first === status) ?? [];
      return Object.fromEntries(next.map((to, index) => [actions[index], to]).filter(([, to]) => to !== ''));
    });
    expect(shown).toEqual(ORDER_STATUSES.map((status) => ORDER_STATES[status]));
  });
});

/** What headers are called is no metric. */
const METRIC = /\btpg_(?!access_token|auth_token)[a-z_]+[a-z]\b/g;

describe('docs/operator.md', () => {
  it('shows an access line as it is written', () => {
    const line = formatAccessLine({
      receivedAt: '2024-05-29T08:42:20.029Z',
      address: '127.0.0.1',
      xForwardedFor: null,
      forwarded: null,
      method: 'POST',
      url: '/shopify/webhook/checkout_create',
      httpVersion: '1.1',
      status: 200,
      userAgent: null,
      auth: null,
      access: null,
      durationMs: 5.353,
    });
    expect(example('docs/operator.md', 'access-line')).toBe(line);
  });

  it('shows dead letters as they are answered', () => {
    const [letter] = jsonExample('docs/operator.md', 'dead-letters');
    const deadLetter = deadLetterSchema(eventPayloads);
    expect(deadLetter.parse({ ...letter, event_id: BigInt(letter.event_id) })).toMatchObject({ event_id: 14n });
    expect(Object.keys(letter)).toEqual(Object.keys(deadLetter.shape));
  });

  it('and the pages of the contexts name every metric of ours, and none that is not there', async () => {
    // Those of the chain are there where it is watched, and those of pull payments where they are on.
    const chainWatch = { status: () => undefined };
    const app = await serverOfDocuments({ TPG_METRICS: 'on', SPSP_PORT: '0' }, () => new Date(), { chainWatch });
    try {
      const { body } = await app.server.inject({ method: 'GET', url: '/metrics' });
      const names = [...body.matchAll(/^# TYPE (tpg_\w+)/gm)].map(([, name]) => name);
      const named = DOCUMENTS.flatMap((path) => documentText(path).match(METRIC) ?? []);
      expect([...new Set(named)].sort()).toEqual(names.sort());
    } finally {
      await app.close();
    }
  });

  it('shows readiness as it is answered', async () => {
    const parts = await Promise.all(modules.map(async ({ routes }) => (await routes?.())?.readiness ?? {}));
    const readiness = readinessSchema(joinReadinessParts(parts));
    expect(readiness.parse(jsonExample('docs/operator.md', 'ready'))).toMatchObject({ ready: true, storefront: 'ok' });
    expect(() => joinReadinessParts([...parts, { outbox: readiness }])).toThrow('two contexts have a part outbox');
  });
});

describe('docs/shopify.md', () => {
  it('shows a price update as it is answered', () => {
    const [update] = jsonExample('docs/shopify.md', 'price-updates');
    const read = priceUpdate.parse({ ...update, id: BigInt(update.id), rate: BigInt(update.rate) });
    expect(read).toMatchObject({ id: 12n, state: 'running', variants_total: 1200 });
    expect(Object.keys(update)).toEqual(Object.keys(priceUpdate.shape));
  });

  it('shows an order that can be read', () => {
    const body = parseJson(example('docs/shopify.md', 'order'));
    const order = parseOrderWebhook(body, { priceField: 'total' });
    expect(order).toMatchObject({ orderId: '8997470732594', customerId: '7001', price: '15.90', currency: 'USD' });
  });
});
