import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'smol-toml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Home } from '#test/cli/tool.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN, startShopifyStandIn } from '#test/fake-shopify/server.ts';
import { ADMIN, startServer, type TestServer } from '#test/server.ts';

/** The app extension that `shopify setup --extension` writes: it links each order to its pay page. */

const PUBLIC_URL = 'https://pay.example.com';
const LANGUAGES = ['de', 'en.default', 'es', 'fr', 'pt-BR', 'tr', 'zh-CN'];

interface PayLink {
  payLink(orderId: unknown, confirmationNumber: unknown): string;
  default(): void;
}

let home: Home;
let shop: ShopifyStandIn;
let folder: string;
let count = 0;

const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const command = (...more: string[]) => {
  const file = join(home.folder, '.env');
  return ['shopify', 'setup', '--url', PUBLIC_URL, '-f', file, '--extension', folder, ...more];
};

beforeAll(async () => {
  shop = await startShopifyStandIn();
  home = new Home();
  Object.assign(home.environment, {
    TPG_SHOPIFY_SHOP: shop.shop,
    TPG_SHOPIFY_ADMIN_URL: shop.url,
    TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
    TPG_SHOPIFY_HMAC_SECRET: 'shpss_secret',
  });
});

beforeAll(() => newFolder());
afterEach(() => newFolder());
afterAll(async () => {
  await shop.close();
  home.remove();
});

function newFolder(): void {
  count += 1;
  folder = join(home.folder, `app-${count}`, 'extensions', 'tari-pay-link');
}

/** As Shopify's tool does: the module is bundled, and what it imports would have to be there. */
async function loaded(): Promise<PayLink> {
  const { outputFiles, warnings } = await build({
    entryPoints: [join(folder, 'src/PayLink.js')],
    bundle: true,
    format: 'esm',
    target: 'es2020',
    write: false,
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  const text = outputFiles[0]?.text ?? '';
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

describe('the extension', { timeout: 60_000 }, () => {
  it('is written with what Shopify’s tool reads, and tells the next command', async () => {
    const told = await home.text(command());
    expect(told).toContain(`Wrote an app extension to ${folder}.`);
    expect(told).toContain('$ shopify app deploy');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
    expect(files.sort()).toEqual(
      ['shopify.extension.toml', 'src/PayLink.js', ...LANGUAGES.map((name) => `locales/${name}.json`)].sort(),
    );
    expect(parse(read('shopify.extension.toml'))).toEqual({
      api_version: '2026-04',
      extensions: [
        {
          type: 'ui_extension',
          name: 'Tari pay page',
          handle: 'tari-pay-link',
          description: 'Links each order to the page where it is paid with Tari',
          targeting: [
            { target: 'purchase.thank-you.block.render', module: './src/PayLink.js' },
            { target: 'customer-account.order-status.block.render', module: './src/PayLink.js' },
          ],
        },
      ],
    });
    for (const name of LANGUAGES) {
      expect(JSON.parse(read(`locales/${name}.json`)), name).toEqual({ payWithTari: expect.stringContaining('Tari') });
    }
  });

  it('holds no secret, calls nothing, and asks for no right', async () => {
    await home.text(command());
    const all = ['shopify.extension.toml', 'src/PayLink.js'].map(read).join('\n');
    for (const secret of [STAND_IN_TOKEN, 'shpss_secret', shop.shop]) expect(all).not.toContain(secret);
    expect(all).not.toMatch(/fetch|XMLHttpRequest|import |capabilities|network_access|api_access|innerHTML|eval/);
    expect([...all.matchAll(/https?:\/\/[^"'\s]+/g)].map(([url]) => url)).toEqual([`${PUBLIC_URL}/o`]);
  });

  it('leads to the customers’ address, where that is not the shop’s', async () => {
    const environment = { TPG_PUBLIC_URL: 'https://shop.example.com/pay/' };
    await home.text(command(), { environment });
    const { payLink } = await loaded();
    expect(payLink('gid://shopify/Order/1001', 'XPAV284CT')).toBe('https://shop.example.com/pay/o/1001/XPAV284CT');
  });

  it('is overwritten after a yes only, before anything else is done, and stays the same extension', async () => {
    await home.text(command());
    const before = read('src/PayLink.js');
    const uid = '1aafc25d-8448-218e-9373-b3d91ac2a0af75f73e12';
    writeFileSync(
      join(folder, 'shopify.extension.toml'),
      read('shopify.extension.toml').replace('handle =', `uid = "${uid}"\nhandle =`),
    );
    const mine = join(folder, 'README.md');
    writeFileSync(mine, 'mine');
    // The same once more is nothing to ask about.
    expect(await home.text(command())).toContain('Wrote an app extension');
    expect(read('shopify.extension.toml')).toContain(`uid = "${uid}"`);

    const other = command();
    other[3] = 'https://other.example.com';
    const subscriptions = shop.subscriptions.length;
    const refused = await home.run(other);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('src/PayLink.js already')]);
    expect([read('src/PayLink.js'), shop.subscriptions.length]).toEqual([before, subscriptions]);
    await home.text([...other, '--yes']);
    expect(read('src/PayLink.js')).toContain('"https://other.example.com/o"');
    expect(parse(read('shopify.extension.toml'))).toMatchObject({ extensions: [{ uid }] });
    expect(readFileSync(mine, 'utf8')).toBe('mine');
  });

  it('takes over no name that breaks out of the configuration', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'shopify.extension.toml'), 'uid = "a\\"\\n[evil]"\n');
    await home.text(command('--yes'));
    expect(parse(read('shopify.extension.toml'))).not.toHaveProperty('evil');
    expect(read('shopify.extension.toml')).not.toContain('uid');
  });

  it('is not written over a file, and not where the shop does not let us in', async () => {
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'a file');
    expect(await home.run(command())).toMatchObject({ code: 2, stderr: expect.stringContaining('is no folder') });
    expect(statSync(folder).isFile()).toBe(true);
    newFolder();
    const environment = { TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: 'shpat_wrong' };
    expect((await home.run(command(), { environment })).code).toBe(1);
    expect(() => statSync(folder)).toThrow();
  });
});

describe('the link of the extension', { timeout: 60_000 }, () => {
  let server: TestServer;
  afterAll(() => server?.close());

  it('is that of the server for the same order, and opens its page', async () => {
    await home.text(command());
    const { payLink } = await loaded();
    server = await startServer({ settings: { TPG_PUBLIC_URL: PUBLIC_URL } });
    const token = await server.logIn(ADMIN, 'super_admin');
    for (const [id, number] of [
      [8997470732594, 'XPAV284CT'],
      [1, 'abcdef'],
      [Number.MAX_SAFE_INTEGER, '0'.repeat(64)],
    ] as const) {
      await server.order({ id, name: `#${id}`, confirmation_number: number });
      const { json } = await server.get(`/api/order/${id}/link`, { token });
      for (const kind of ['Order', 'OrderIdentity']) {
        const link = payLink(`gid://shopify/${kind}/${id}`, number);
        expect(link).toBe(json.url);
        const page = await server.get(new URL(link).pathname, { headers: { accept: 'text/html' } });
        expect(page.text).toContain(`data-order="${id}"`);
      }
    }
  });

  it.each([
    ['no order yet', undefined, undefined],
    ['null', null, null],
    ['no number', 'gid://shopify/Order/1', undefined],
    ['an empty number', 'gid://shopify/Order/1', ''],
    ['a number that the server takes for none', 'gid://shopify/Order/1', 'SHORT'],
    ['a number too long', 'gid://shopify/Order/1', 'X'.repeat(65)],
    ['a number that climbs', 'gid://shopify/Order/1', '../../api'],
    ['a number with a query', 'gid://shopify/Order/1', 'XPAV284?x=1'],
    ['a number with markup', 'gid://shopify/Order/1', '"><script>'],
    ['two lines', 'gid://shopify/Order/1', 'XPAV284CT\n'],
    ['another object', 'gid://shopify/Product/1', 'XPAV284CT'],
    ['an id that is none', 'gid://shopify/Order/1/../2', 'XPAV284CT'],
    ['an id that is too long', `gid://shopify/Order/${'1'.repeat(21)}`, 'XPAV284CT'],
    ['an id in two lines', 'gid://shopify/Order/1\n', 'XPAV284CT'],
    ['an id by itself', '8997470732594', 'XPAV284CT'],
    ['a number that is no text', 'gid://shopify/Order/1', {}],
  ])('is the page that asks for both numbers: %s', async (_, id, number) => {
    await home.text(command());
    expect((await loaded()).payLink(id, number)).toBe(`${PUBLIC_URL}/o`);
  });

  it.each([
    ['orderConfirmation', { order: { id: 'gid://shopify/OrderIdentity/7' }, number: 'XPAV284CT' }],
    ['order', { id: 'gid://shopify/Order/7', name: '#1007', confirmationNumber: 'XPAV284CT' }],
  ])('is shown as text of Shopify’s own, and follows %s', async (name, known) => {
    await home.text(command());
    const signal = {
      value: undefined as unknown,
      changed: () => undefined as unknown,
      subscribe(changed: () => void) {
        signal.changed = changed;
      },
    };
    const shown: Record<string, unknown>[] = [];
    const { default: extension } = await loaded();
    Object.assign(globalThis, {
      shopify: { [name]: signal, i18n: { translate: (key: string) => `text of ${key}` } },
      document: { createElement: (tag: string) => ({ tag }), body: { appendChild: (one: never) => shown.push(one) } },
    });
    extension();
    const link = { tag: 's-link', target: '_blank', textContent: 'text of payWithTari' };
    expect(shown).toEqual([{ ...link, href: `${PUBLIC_URL}/o` }]);
    signal.value = known;
    signal.changed();
    expect(shown).toEqual([{ ...link, href: `${PUBLIC_URL}/o/7/XPAV284CT` }]);
    Reflect.deleteProperty(globalThis, 'shopify');
    Reflect.deleteProperty(globalThis, 'document');
  });
});
