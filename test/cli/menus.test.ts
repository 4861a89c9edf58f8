import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandEntry, Menu } from '#platform/cli/menus/menu.ts';
import { addressToEmoji } from '#tari/address.ts';
import { MAIN_MENU, type MenuCase, type MenuCases, menuOf } from '#test/cli/menus.ts';
import { decodeQr, isQrLine, KEYS, ToolScreen } from '#test/cli/screens.ts';
import { Home, startToolStage, type ToolStage } from '#test/cli/tool.ts';
import { contributions } from '#test/contributions.ts';
import { STAND_IN_TOKEN } from '#test/fake-shopify/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';

const [ADMIN_MENU, USER_MENU, SHOPIFY_MENU] = [menuOf('Admin'), menuOf('User'), menuOf('Shopify')];
const [alice, , carol] = ACCOUNTS;
const SPARE_WALLET = personOf(77);
const PUBLIC_URL = 'https://pay.example.com';
const CURSOR_SHOWN = '\u001b[?25h';
/** A menu is drawn in parts; its frame comes last. */
const WHOLE_MENU = /◆ {2}Main[\s\S]*└/;
const DONE = 'Enter goes back to the menu.';

const CONTRIBUTED = await contributions<MenuCases>('cli/menu-cases.ts');

const ADMIN: readonly MenuCase[] = [
  { label: 'Cancel Order', answers: ['7002', 'sold out'], shows: /Order: +7002\n[\s\S]*Status: +Cancelled/ },
  { label: 'Mark order as Paid', answers: ['7003', 'cash'], shows: /Order: +7003\n[\s\S]*Status: +Paid/ },
  { label: 'Reset Order', answers: ['7002'], shows: /failed: \S.*\./ },
  { label: 'Order by Id', answers: ['7001'], shows: /Status: +New\n[\s\S]*Price: +100\.000000 XTM/ },
  { label: 'Search Orders', answers: ['Cancelled', '', ''], shows: /7002 +#7002 +Cancelled +100\.000000 XTM/ },
  { label: 'Get all unpaid orders', shows: /71 +New +100\.000000 XTM/ },
  { label: 'Fetch Payments for Order', answers: ['7001'], shows: 'None.' },
  { label: 'Find Payment by Reference', answers: ['ab'.repeat(32)], shows: 'None.' },
  { label: 'Search Payments', answers: ['2026-01-01', '2026-01-02 8:30', '', ''], shows: 'None.' },
  { label: 'All payments', shows: /manual|None\./ },
  { label: 'Edit memo', answers: ['7001', 'ring twice', ''], shows: /Memo: +ring twice/ },
  { label: 'Edit price', answers: ['7001', '95', 'rebate'], shows: /Price: +95\.000000 XTM/ },
  { label: 'Reassign Order', answers: ['7001', '74', 'a friend'], shows: /After\n[\s\S]*Customer: +74/ },
  { label: 'Re-import Open Orders', shows: /ok +\S.*6001/ },
  { label: 'Issue Credit', answers: ['74', '40', 'prize'], shows: 'No order could be paid.' },
  { label: 'Balance for Address', answers: [alice.address], shows: /Address: +\S+\nConfirmed: +0\.000000 XTM/ },
  { label: 'Orders for Address', answers: [alice.address], shows: /7001 +#7001 +New +95\.000000 XTM/ },
  { label: 'Open orders of an address', answers: [alice.address], shows: /7001 +#7001 +New/ },
  { label: 'Payments for Address', answers: [alice.address], shows: 'None.' },
  { label: 'History for Address', answers: [alice.address], shows: /Balance\n[\s\S]*Settlements\n/ },
  { label: 'History for Customer Id', answers: ['74'], shows: /Balance: +40\.000000 XTM/ },
  { label: 'Settle customer account', answers: ['74'], shows: 'No order could be paid.' },
  { label: 'Settle address payments', answers: [alice.address], shows: 'No order could be paid.' },
  { label: 'Held money', shows: /surplus|unconfirmed|No /i },
  { label: 'All balances', shows: /Confirmed +Paid +Balance/ },
  {
    label: 'Assign held money to an order',
    answers: ['1', '7004', 'why'],
    shows: /failed: Nothing is held of payment 1/,
  },
  {
    label: 'Assign held money to a customer',
    answers: ['1', '74', 'why'],
    shows: /failed: Nothing is held of payment 1/,
  },
  { label: 'Chain status', shows: /State: +the chain is not watched/ },
  { label: 'Refused outputs', shows: 'None.' },
  { label: 'Payments that left the chain', shows: 'None.' },
  { label: 'Wallet doctor', shows: /failed|skipped|ok/ },
  { label: 'Wallet check', shows: /failed: \S/ },
  { label: 'Wallet queue', shows: 'None.' },
  { label: 'All rates', shows: /USD +3\d\.000000 XTM/ },
  { label: 'All customers', shows: /^74$/m },
  { label: 'All addresses', shows: alice.address },
  { label: 'Fetch Tari price', answers: [''], shows: /USD +30\.000000 XTM/ },
  { label: 'Set Tari price', answers: ['USD', '31'], shows: /USD +31\.000000 XTM/ },
  { label: 'Rate history', answers: [''], shows: /31\.000000 XTM[\s\S]*30\.000000 XTM/ },
  { label: 'Price updates', shows: /the shop, in USD/ },
  { label: 'Progress of a price update', answers: ['1'], shows: /Prices of: +the shop, in USD[\s\S]*Finished: +2/ },
  { label: 'Start a price update', answers: ['USD'], shows: /variants, \d+ changed, done[\s\S]*State: +done/ },
  { label: 'Retry a price update', answers: ['1'], shows: /failed: \S.*\./ },
  { label: 'Add authorized wallet', answers: [SPARE_WALLET.address, '192.0.2.7'], shows: /192\.0\.2\.7/ },
  {
    label: 'Remove authorized wallets',
    answers: [SPARE_WALLET.address],
    shows: /Last nonce\n\S+ +127\.0\.0\.1 +\d+\n/,
  },
  { label: 'List authorized wallets', shows: HOT_WALLET.address },
  { label: 'Roles of an address', answers: [carol.address], shows: 'has the roles user.' },
  { label: 'All roles', shows: 'super_admin' },
  { label: 'Grant roles', answers: [carol.address, KEYS.down + KEYS.space], shows: 'has the roles user, read_all.' },
  { label: 'Revoke roles', answers: [carol.address, KEYS.down + KEYS.space], shows: 'has the roles user.' },
  { label: 'Server health', shows: /Ready: +(?:yes|no)\nDatabase: +ok/ },
  { label: 'Audit the books', shows: /agree/ },
  { label: 'Audit log', shows: /sold out/ },
  { label: 'Events', answers: [''], shows: /^\d+ {2}\S+ \S+ \S+ {2}\w+/m },
  { label: 'Rejected webhooks', shows: /orders\/create +.*CHF/ },
  { label: 'Retry a rejected webhook', answers: [''], shows: /Still not taken: .*CHF/ },
  { label: 'Dismiss a rejected webhook', answers: ['', 'a test'], shows: /Webhook \d+ is dismissed: a test/ },
  { label: 'Dead letters', shows: /OrderPaid +7003 +shopify/ },
  { label: 'Retry a dead letter', answers: [''], shows: /Sent again to 1 subscriber\./ },
  { label: 'Dismiss a dead letter', answers: ['', 'never there'], shows: 'off the list.' },
  { label: 'Dismiss many dead letters', answers: ['nobody', '', 'all done'], shows: '0 are off the list.' },
  ...CONTRIBUTED.flatMap(({ admin = [] }) => admin),
];

const USER: readonly MenuCase[] = [
  { label: 'Claim Order', answers: ['7004'], shows: /Amount: +477\.000000 XTM/ },
  { label: 'My Balance', shows: /Balance: +0\.000000 XTM/ },
  { label: 'My Orders', shows: /7004 +#7004 +New +477\.000000 XTM/ },
  { label: 'My Open Orders', shows: /7004 +#7004 +New/ },
  { label: 'My Payments', shows: 'None.' },
  { label: 'Account History', shows: /Balance\n[\s\S]*Orders\n[\s\S]*Payments\n[\s\S]*Settlements\n/ },
  { label: 'Settle my account', shows: 'No order could be paid.' },
  { label: 'List payment addresses', shows: `Address:  ${HOT_WALLET.address}` },
  {
    label: 'Add profile',
    answers: ['carol', PUBLIC_URL, '', 'n'],
    more: [['Secret key (64 hex characters)', hex.encode(carol.secretKey)]],
    shows: /Address: +\S+\n[\s\S]*Secret key: +kept in the file\nAdded to /,
  },
  { label: 'List profiles', shows: /carol +https:\/\/pay\.example\.com +user/ },
  { label: 'Remove profile', answers: ['carol'], shows: 'The profile "carol" is removed.' },
];

const SHOPIFY: readonly MenuCase[] = [
  { label: 'Open Orders', shows: /6001 +#6001 +\S+ +12\.50? USD/ },
  { label: 'Re-import Open Orders', shows: /6001/ },
  { label: 'Order in the shop', answers: ['6001'], shows: /Order: +#6001\n[\s\S]*Outstanding: +12\.50? USD/ },
  { label: 'Cancel in the shop', answers: ['6002'], shows: 'Done: ' },
  { label: 'Mark as paid in the shop', answers: ['6001', '12.50', ''], shows: 'Done: ' },
  { label: 'Show rates', shows: /USD +31\.000000 XTM/ },
  { label: 'Set rates', answers: ['USD=30,EUR=33.5'], shows: /EUR +33\.500000 XTM/ },
  { label: 'All products', shows: /711 +10\.00 USD/ },
  { label: 'Product by Id', answers: ['71'], shows: /711 +10\.00 USD/ },
  { label: 'List webhooks', shows: 'None.' },
  { label: 'Install webhooks', answers: [PUBLIC_URL], shows: /orders\/create|ORDERS_CREATE/ },
  { label: 'Doctor', answers: [PUBLIC_URL, 'n'], shows: /token: +ok, [\s\S]*signature: +ok, / },
  {
    label: 'Set up the shop',
    answers: [PUBLIC_URL, 'SETTINGS_FILE', 'Tari'],
    more: [[`Give customers a page to pay at, ${PUBLIC_URL}/o (TPG_PUBLIC_URL)?`, 'n']],
    shows: /Wrote TPG_SHOPIFY_SHOP/,
  },
];

/** Commands that say by themselves what they are about to do, and ask. */
const ASKING_BY_ITSELF = new Set([
  'admin orders cancel',
  'admin orders fulfill',
  'admin accounts credit',
  'admin wallets remove',
  'admin roles revoke',
  'admin webhooks add',
  'admin webhooks change',
  'admin webhooks remove',
  'admin webhooks rotate-secret',
  'profile remove',
  'shopify orders cancel',
]);

/** Those that do something with the menus, each with a test of its own below. */
const STEPS = new Set([
  'Admin Menu',
  'User Menu',
  'Shopify Menu',
  'Login',
  'Logout',
  'Change time zone',
  'Back',
  'Exit',
]);

describe('the menus', { timeout: 60_000 }, () => {
  let stage: ToolStage;
  let screen: ToolScreen;
  let settingsFile: string;
  const folder = mkdtempSync(join(tmpdir(), 'tps-menus-'));
  const sessions: ToolScreen[] = [];

  beforeAll(async () => {
    stage = await startToolStage();
    const { home, server, stage: settings } = stage;
    settingsFile = join(folder, 'settings');
    Object.assign(home.environment, {
      TPG_SHOPIFY_SHOP: settings.standIn.shop,
      TPG_SHOPIFY_ADMIN_URL: settings.standIn.url,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
      TPG_SHOPIFY_HMAC_SECRET: settings.hmacSecret,
      TPG_PORT: new URL(server.url).port,
      TPG_DATABASE_URL: settings.settings.TPG_DATABASE_URL,
    });
    await home.addProfile('alice', alice, server.url);
    settings.standIn.addOrder({ id: '6001', name: '#6001', currency: 'USD', price: '12.50' });
    settings.standIn.addOrder({ id: '6002', name: '#6002', currency: 'USD', price: '7.00' });
    settings.standIn.addProduct({ id: '71', variants: [{ id: '711', price: '10.00' }] });
    for (const id of [7001, 7002, 7003]) await stage.order({ id, name: `#${id}`, customer: { id: id - 6930 } });
    await stage.order({ id: 7004, name: '#7004', customer: { id: 75 }, total_price: '477.00' });
    await stage.order({ id: 7005, name: '#7005', currency: 'CHF' }).catch(() => undefined);
    await home.text(['claim', '7001', '-p', 'alice', '--no-qr']);
    await home.text(['admin', 'rates', 'set', 'USD', '30']);
    screen = await open();
  }, 60_000);

  afterAll(async () => {
    for (const session of sessions) session.close();
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(options: ConstructorParameters<typeof ToolScreen>[1] = {}, home = stage.home) {
    const opened = new ToolScreen(home, options);
    sessions.push(opened);
    await opened.waitFor(WHOLE_MENU);
    return opened;
  }

  /** Types an entry's label and waits for what comes. */
  async function choose(label: string, next: string | RegExp, on = screen): Promise<string> {
    on.forget();
    on.type(`${label}${KEYS.enter}`);
    return on.waitFor(next);
  }

  /** Opens an entry, answers what it asks, checks what it shows, and goes back to the menu. */
  async function go(menu: Menu, { label, answers = [], more = [], shows }: MenuCase, on = screen): Promise<string> {
    const entry = menu.entries.find((one) => one.label === label) as CommandEntry;
    on.forget();
    on.type(`${label}${KEYS.enter}`);
    for (const [index, question] of (entry.questions ?? []).entries()) {
      await on.waitFor(`◆  ${question.ask}`);
      const answer = answers[index] ?? '';
      // A letter is enough for yes or no.
      on.type(question.isFlag ? answer : `${answer.replace('SETTINGS_FILE', settingsFile)}${KEYS.enter}`);
    }
    if (entry.warning !== undefined || ASKING_BY_ITSELF.has(entry.command.join(' '))) {
      await on.waitFor('◆  Do it?');
      on.type('y');
    }
    for (const [question, answer] of more) {
      await on.waitFor(`◆  ${question}`);
      // A letter is enough for yes or no.
      on.type(question.endsWith('?') ? answer : `${answer}${KEYS.enter}`);
    }
    const shown = await on.waitFor(DONE);
    on.forget();
    on.type(KEYS.enter);
    await on.waitFor('Search:');
    expect(shown).toMatch(shows);
    return shown;
  }

  it('has every entry in the tables of this test', () => {
    const tables = [
      [MAIN_MENU, []],
      [ADMIN_MENU, [...ADMIN, { label: 'Follow events' }, { label: 'Wallet keys' }]],
      [USER_MENU, USER],
      [SHOPIFY_MENU, SHOPIFY],
    ] as const;
    for (const [menu, cases] of tables) {
      const labels = menu.entries.map(({ label }) => label);
      expect(new Set(labels).size).toBe(labels.length);
      expect(labels.filter((label) => !STEPS.has(label)).sort()).toEqual(cases.map(({ label }) => label).sort());
    }
  });

  it('are listed in the documents with the command of each entry', async () => {
    const lines = [MAIN_MENU, ADMIN_MENU, USER_MENU, SHOPIFY_MENU].flatMap(({ title, entries }) => [
      title,
      ...entries.map((entry) => {
        const behind = 'command' in entry ? `taritools ${entry.command.join(' ')}` : '';
        return `  ${entry.label.padEnd(28)} ${entry.hint.padEnd(56)} ${behind}`.trimEnd();
      }),
      '',
    ]);
    await expect(lines.join('\n')).toMatchFileSnapshot('../../docs/examples/menus.txt');
  });

  it('show where one is and who is logged in, and narrow to what is typed', async () => {
    const first = screen.text;
    expect(first).toContain(`Main · boss at ${stage.server.url} · not logged in yet`);
    screen.type('menu');
    expect(await screen.waitFor('(3 matches)')).not.toContain('Logout');
    screen.type(' shop');
    expect(await screen.waitFor('(1 match)')).toContain('● Shopify Menu');
    screen.type('zzz');
    await screen.waitFor('No matches found');
    screen.type(KEYS.enter);
    await screen.waitFor('Nothing in the list fits.');
    screen.type('\u0015');
    await screen.waitFor('○ Exit');
    await screenOf(first, 'main-menu');
    await choose('Admin Menu', '◆  Main » Admin');
    await menuScreen('admin-menu');
  });

  it.each(ADMIN)('Admin: $label', async (one) => {
    await go(ADMIN_MENU, one);
  });

  it('Admin: Follow events, until Ctrl-C, which does not leave the menus', async () => {
    await choose('Follow events', '  Follow events');
    const anEvent = /NewOrder .*"71\d\d"/;
    for (let id = 7100; !anEvent.test(screen.text) && id < 7120; id += 1) {
      await stage.order({ id, name: `#${id}`, customer: { id: 76 } });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    screen.type(KEYS.ctrlC);
    expect(await screen.waitFor(DONE)).toMatch(anEvent);
    screen.forget();
    screen.type(KEYS.enter);
    expect(await screen.waitFor('Search:')).toContain('super_admin, user');
  });

  it('say that there is no such order before anything else is asked', async () => {
    for (const label of ['Edit price', 'Reassign Order', 'Reset Order', 'Cancel Order']) {
      await choose(label, '◆  Order id');
      screen.type(`nosuch${KEYS.enter}`);
      const shown = await screen.waitFor(DONE);
      expect(shown).toContain('failed: The requested order nosuch does not exist.');
      expect(shown).not.toContain('Do it?');
      screen.forget();
      screen.type(KEYS.enter);
      await screen.waitFor('Search:');
    }
  });

  it('go to what fits best of what is typed, also by words in the middle', async () => {
    screen.forget();
    screen.type('unpaid ord');
    await screen.waitFor(/● Get all unpaid orders/);
    screen.type(`\u0015bal`);
    await screen.waitFor(/● Balance for Address/);
    screen.type(`\u0015`);
    await screen.waitFor('Search:');
  });

  it('change nothing when one says no, steps back, or types what can’t be', async () => {
    await choose('Issue Credit', '◆  Customer id');
    screen.type(`74${KEYS.enter}`);
    await screen.waitFor('◆  Amount in Tari');
    screen.type(`much${KEYS.enter}`);
    await screen.waitFor('▲  Amount in Tari');
    screen.type('\u0015-12.5');
    screen.type(KEYS.enter);
    await screen.waitFor('◆  Reason');
    screen.type(KEYS.enter);
    expect(await screen.waitFor('◆  Do it?')).toContain('Customer 74 will lose credit: -12.500000 XTM.');
    // Enter alone is a no.
    screen.type(KEYS.enter);
    await screen.waitFor('◆  Main » Admin');
    await choose('Cancel Order', '◆  Order id');
    screen.type(KEYS.escape);
    await screen.waitFor(/■[\s\S]*◆ {2}Main » Admin/);
    await choose('Back', '◆  Main ·');
    await choose('User Menu', '◆  Main » User');
    await choose('Add profile', '◆  Name');
    for (const [answer, next] of [
      ['nobody', 'Server'],
      [PUBLIC_URL, 'Roles'],
      ['', 'Make the key'],
      ['', 'Secret key'],
    ]) {
      screen.type(`${answer}${KEYS.enter}`);
      await screen.waitFor(`◆  ${next}`);
    }
    screen.type(KEYS.escape);
    await screen.waitFor(/■ {2}Secret key[\s\S]*◆ {2}Main » User/);
    await choose('Back', '◆  Main ·');
    await choose('Admin Menu', '◆  Main » Admin');
    expect(await stage.home.text(['profile', 'list'])).not.toContain('nobody');
    expect(await stage.home.json(['admin', 'accounts', 'customer', '74'])).toMatchObject({
      balance: { current_balance: 40_000_000 },
    });
  });

  it('say in a sentence what was refused, and come back', async () => {
    await choose('Order by Id', '◆  Order id');
    screen.type(`nope${KEYS.enter}`);
    expect(await screen.waitFor(DONE)).toContain('failed: The requested order nope does not exist.');
    screen.type(KEYS.enter);
    await screen.waitFor(/goes back[\s\S]*◆ {2}Main » Admin/);
    await choose('Mark order as Paid', '◆  Order id');
    screen.type(`nope${KEYS.enter}`);
    // Before anything is confirmed.
    expect(await screen.waitFor(DONE)).toContain('failed: The requested order nope does not exist');
    screen.type(KEYS.enter);
    await screen.waitFor(/goes back[\s\S]*◆ {2}Main » Admin/);
  });

  it('Back, Logout and Login: a profile is chosen, and the state says who is there', async () => {
    await choose('Back', '◆  Main ·');
    expect(await choose('Logout', '◆  Main · not logged in')).toContain('Logged out.');
    await choose('Login', '◆  Log in as');
    screen.type(`alice${KEYS.enter}`);
    expect(await screen.waitFor(DONE)).toContain(alice.address);
    screen.type(KEYS.enter);
    await screen.waitFor(new RegExp(`◆  Main · alice at ${stage.server.url} · user`));
    await choose('User Menu', '◆  Main » User');
    await menuScreen('user-menu');
  });

  it.each(USER)('User: $label', async (one) => {
    const shown = await go(USER_MENU, one);
    const link = `tari://mainnet/transactions/send?tariAddress=${HOT_WALLET.address}`;
    if (one.label === 'Claim Order') {
      expect(shown).toContain('Status:             New');
      expect(shown).toMatch(/Payment due before: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0[12]:00\n/);
      expect(shown).toContain(HOT_WALLET.address);
      expect(shown.replaceAll('\n', '')).toContain(addressToEmoji(HOT_WALLET.tariAddress));
      expect(decodeQr(shown.split('\n').filter(isQrLine))).toBe(`${link}&amount=477000000&note=order%207004`);
      await screenOf(shown, 'claimed-order');
    }
    if (one.label === 'List payment addresses') {
      expect(decodeQr(shown.split('\n').filter(isQrLine))).toBe(link);
    }
  });

  it('Change time zone: times in UTC', async () => {
    await choose('Back', '◆  Main ·');
    await choose('Change time zone', /Times are in UTC\.[\s\S]*◆ {2}Main ·[\s\S]*└/);
    await choose('User Menu', '◆  Main » User');
    await go(USER_MENU, { label: 'Claim Order', answers: ['7004'], shows: /Payment due before: .* UTC/ });
    await screen.waitFor('Search:');
    screen.forget();
    screen.type(KEYS.escape);
    await screen.waitFor(/◆ {2}Main ·/);
    await choose('Change time zone', /Times are those of this machine\.[\s\S]*◆ {2}Main ·[\s\S]*└/);
    await choose('Shopify Menu', '◆  Main » Shopify');
    await menuScreen('shopify-menu');
  });

  it.each(SHOPIFY)('Shopify: $label', async (one) => {
    // What the server is asked is asked by the operator; alice may not.
    if (one.label === 'Re-import Open Orders')
      return void (await go(SHOPIFY_MENU, { ...one, shows: /failed: .*ermissions/ }));
    await go(SHOPIFY_MENU, one);
    if (one.label === 'Set up the shop') expect(statSync(settingsFile).mode & 0o777).toBe(0o600);
  });

  it('fit a terminal of 80 columns, and one without colours', async () => {
    const narrow = await open({ columns: 80, environment: { NO_COLOR: '1' } });
    await choose('Admin Menu', '◆  Main » Admin', narrow);
    await go(ADMIN_MENU, { label: 'Get all unpaid orders', shows: /New/ }, narrow);
    const shown = await go(ADMIN_MENU, { label: 'Audit log', shows: /Id +Time \(\+0[12]:00\) +Who/ }, narrow);
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(shown).toMatch(/^ *\d+ {2}\d{4}-.*…/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(narrow.written).not.toMatch(/\u001b\[(?:3[0-7]|9[0-7])m/);
    narrow.type(KEYS.ctrlC);
    expect(await narrow.ended()).toBe(0);
    expect(narrow.written.trimEnd().endsWith(CURSOR_SHOWN)).toBe(true);
  });

  it('are left by Exit everywhere, by Esc in the main menu, and by Ctrl-C at any question', async () => {
    for (const menu of ['Admin Menu', 'User Menu', 'Shopify Menu']) {
      const one = await open();
      await choose(menu, /◆ {2}Main »/, one);
      one.type(`Exit${KEYS.enter}`);
      expect(await one.ended()).toBe(0);
    }
    const main = await open();
    main.type(`Exit${KEYS.enter}`);
    expect(await main.ended()).toBe(0);
    const escaped = await open();
    escaped.type(KEYS.escape);
    expect(await escaped.ended()).toBe(0);
    const asked = await open();
    await choose('User Menu', '◆  Main » User', asked);
    await choose('Add profile', '◆  Name of the profile', asked);
    asked.type(KEYS.ctrlC);
    expect(await asked.ended()).toBe(0);
    expect(asked.written.trimEnd().endsWith(CURSOR_SHOWN)).toBe(true);
  });

  it('say how to begin where there is no profile', async () => {
    const home = new Home();
    try {
      const fresh = await open({}, home);
      expect(fresh.text).toContain('Main · not logged in');
      await choose('Login', 'failed: There is no profile yet: add one in the User Menu, with Add profile.', fresh);
      // Before that Ctrl-C is a signal.
      await fresh.waitFor(DONE);
      fresh.type(KEYS.ctrlC);
      expect(await fresh.ended()).toBe(0);
    } finally {
      home.remove();
    }
  });

  it('are for terminals only: elsewhere the help is shown', async () => {
    expect(await stage.home.run([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: taritools') });
  });

  it('show no secret on any screen', () => {
    const secrets = [alice, carol, stage.stage.operator, HOT_WALLET].map(({ secretKey }) => hex.encode(secretKey));
    const written = sessions.map((session) => session.written).join('');
    expect(written.length).toBeGreaterThan(10_000);
    for (const secret of [...secrets, STAND_IN_TOKEN, stage.stage.hmacSecret]) expect(written).not.toContain(secret);
    // Neither a login token nor an access token.
    expect(written).not.toMatch(/eyJ[\w-]+\./);
  });

  async function menuScreen(name: string): Promise<void> {
    const shown = await screen.waitFor(WHOLE_MENU);
    await screenOf(shown.slice(shown.indexOf('◆')), name);
  }

  /** The documents show what the screen showed; `npx vitest run -u` writes them. */
  async function screenOf(shown: string, name: string): Promise<void> {
    const steady = shown
      .replaceAll(stage.server.url, PUBLIC_URL)
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '2026-11-21 15:04:05');
    await expect(`${steady}\n`).toMatchFileSnapshot(`../../docs/examples/${name}.txt`);
  }
});
