import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '#platform/json.ts';
import { accountOf, parseAddress } from '#tari/address.ts';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';
import { eventually } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, personOf } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;

describe('what operators do with taritools', { timeout: 240_000 }, () => {
  let stage: ToolStage;
  const text = (...command: string[]) => stage.home.text(['admin', ...command]);
  const json = (...command: string[]) => stage.home.json(['admin', ...command]);

  beforeAll(async () => {
    stage = await startToolStage();
    await stage.home.addProfile('alice', alice, stage.server.url);
  }, 120_000);
  afterAll(() => stage?.close());

  it('orders: get, search, unpaid', async () => {
    await stage.order({ id: 5001, name: '#5001', customer: { id: 51 }, note: 'for the \u001b[31mred\u001b[0m house' });
    await stage.order({ id: 5002, name: '#5002', customer: { id: 51 } });
    await stage.home.text(['claim', '5001', '-p', 'alice', '--no-qr']);
    const shown = await text('orders', 'get', '5001');
    expect(shown).toMatch(/Price: +100\.000000 XTM/);
    // What strangers write steers no terminal.
    expect(shown).not.toContain('\u001b');
    expect(shown).toContain('for the �[31mred�[0m house');
    expect(await stage.home.json(['admin', 'orders', 'get', '5001'], { asProcess: true })).toMatchObject({
      order_id: '5001',
      memo: 'for the \u001b[31mred\u001b[0m house',
    });
    expect(await json('orders', 'get', 'nope')).toBeNull();
    const found = await json(
      'orders',
      'search',
      '--customer-id',
      '51',
      '--status',
      'Unclaimed',
      '--since',
      '2026-03-01',
    );
    expect(found).toMatchObject([{ order_id: '5002' }]);
    expect(await json('orders', 'search', '--alt-id', '#5001')).toMatchObject([{ order_id: '5001' }]);
    expect(await text('orders', 'unpaid')).toMatch(/51 +New +100\.000000 XTM/);
    expect(await stage.home.run(['admin', 'orders', 'search', '--since', 'yesterday'])).toMatchObject({ code: 2 });
  });

  it('orders: memo, price, reassign, fulfill, cancel, each with its line in the audit log', async () => {
    expect(await json('orders', 'memo', '5002', 'ring twice', '--reason', 'asked')).toMatchObject({
      memo: 'ring twice',
    });
    expect(await json('orders', 'price', '5002', '95 XTM')).toMatchObject({ total_price: 95_000_000 });
    const moved = await json('orders', 'reassign', '5002', '52', '--reason', 'a friend');
    expect(moved.orders).toMatchObject({ old_order: { customer_id: '51' }, new_order: { customer_id: '52' } });
    expect(await text('orders', 'fulfill', '5001', '--reason', 'cash', '--yes')).toMatch(/Status: +Paid/);
    expect(await text('orders', 'cancel', '5002', '--reason', 'sold out', '-y')).toMatch(/Status: +Cancelled/);
    const again = await stage.home.run(['admin', 'orders', 'cancel', '5002', '--reason', 'again', '--yes'], {
      asProcess: true,
    });
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The requested order change is forbidden.'),
    });
    const log = await json('audit-log', '--subject', '5002');
    expect(log.map(({ reason }: { reason: string | null }) => reason)).toEqual(['sold out', 'a friend', null, 'asked']);
    const oldest = await json('audit-log', '--subject', '5002', '--oldest-first');
    expect(oldest).toEqual(log.reverse());
    expect(await text('audit-log', '--limit', '2')).toMatch(
      /^ *Id +Time \((?:UTC|\+0[12]:00)\) +Who +What +Of +Reason\n/,
    );
  });

  it('orders: reset is refused for a shop that can’t take orders back; rescan takes in what was missed', async () => {
    const reset = await stage.home.run(['admin', 'orders', 'reset', '5002']);
    expect(reset.code).toBe(1);
    expect(reset.stderr.length).toBeGreaterThan(10);
    await text('rates', 'set', 'EUR', '33 XTM');
    stage.stage.standIn.addOrder({ id: '5003', name: '#5003', currency: 'EUR', price: '12.00' });
    await text('orders', 'rescan');
    expect(await json('orders', 'get', '5003')).toMatchObject({ order_id: '5003', total_price: 396_000_000 });
  });

  it('accounts: credit, customer, balance, orders, payments, history, settle, customers, addresses', async () => {
    await stage.order({ id: 5101, name: '#5101', customer: { id: 53 } });
    expect(await text('accounts', 'credit', '53', '40', '--reason', 'prize', '--yes')).toBe(
      'No order could be paid.\n',
    );
    const taken = await stage.home.run(['admin', 'accounts', 'credit', '53', '--yes', '--', '-1000']);
    expect(taken).toMatchObject({ code: 1 });
    expect(await text('accounts', 'customer', '53')).toContain('Balance:          40.000000 XTM');
    await json('accounts', 'credit', '53', '100 XTM', '--yes');
    expect(await json('accounts', 'settle-customer', '53')).toBeDefined();
    const { orders } = await json('accounts', 'orders', alice.address);
    expect(orders).toMatchObject([{ order_id: '5001', status: 'Paid' }]);
    expect(await text('accounts', 'open-orders', alice.address)).toBe('None.\n');
    expect(await text('accounts', 'payments', alice.address)).toBe('None.\n');
    expect(await text('accounts', 'history', alice.address)).toContain('Settlements\n');
    expect(await json('accounts', 'balance', alice.address)).toMatchObject({ address: alice.address });
    expect(await text('accounts', 'settle', alice.address)).toBe('No order could be paid.\n');
    expect(await json('accounts', 'customers')).toContain('53');
    expect(await text('accounts', 'addresses')).toContain(alice.address);
    expect(await json('orders', 'payments', '5001')).toBeInstanceOf(Array);
  });

  it('wallets and roles: list, add, remove, grant, revoke, show', async () => {
    const wallet = personOf(77);
    expect(await text('wallets', 'list')).toContain(HOT_WALLET.address);
    const added = await json('wallets', 'add', wallet.address, '192.0.2.7', '--initial-nonce', '12');
    expect(added).toContainEqual({ address: wallet.address, ip_address: '192.0.2.7', last_nonce: 12 });
    expect(await text('wallets', 'remove', wallet.address, '--yes')).not.toContain(wallet.address);
    expect(await text('roles', 'grant', carol.address, '-r', 'read_all', '-r', 'write')).toBe(
      `${carol.address} has the roles user, read_all, write.\n`,
    );
    expect(await json('roles', 'revoke', carol.address, '-r', 'write', '--yes')).toEqual({
      address: carol.address,
      roles: ['user', 'read_all'],
    });
    expect(await text('roles', 'show', bob.address)).toBe(`${bob.address} has the roles user.\n`);
  });

  it('what does harm says how things are now, and is not done where nobody can be asked', async () => {
    await stage.order({ id: 5251, name: '#5251', customer: { id: 54 } });
    const refused = async (...command: string[]) => {
      const { code, stdout, stderr } = await stage.home.run(['admin', ...command]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('There is no terminal to ask at, so nothing was done: --yes does it without asking.');
      return stderr;
    };
    const state = 'It is Unclaimed, costs 100.000000 XTM and belongs to customer 54.';
    expect(await refused('orders', 'cancel', '5251', '--reason', 'x')).toContain(
      `Order 5251 will be cancelled, here and in the shop. The shop can’t undo it.\n${state}`,
    );
    expect(await refused('orders', 'fulfill', '5251', '--reason', 'x')).toContain(state);
    expect(await refused('accounts', 'credit', '54', '5')).toContain('Their balance is 0.000000 XTM now.');
    await text('roles', 'grant', carol.address, '-r', 'read_all');
    expect(await refused('roles', 'revoke', carol.address, '-r', 'read_all')).toContain(
      `${carol.address} has the roles user, read_all, and will lose read_all at once.`,
    );
    expect(await json('orders', 'get', '5251')).toMatchObject({ status: 'Unclaimed' });
    expect(await json('roles', 'show', carol.address)).toMatchObject({ roles: ['user', 'read_all'] });
  });

  it('what cannot be done is said before anything is asked', async () => {
    for (const action of ['cancel', 'fulfill']) {
      expect(await stage.home.run(['admin', 'orders', action, 'nope', '--reason', 'x'])).toMatchObject({
        code: 1,
        stderr: 'The requested order nope does not exist.\n',
      });
    }
  });

  it('a rate that jumps by more than half of itself is asked about, others are not', async () => {
    await text('rates', 'set', 'PLN', '10 XTM');
    await text('rates', 'set', 'PLN', '15 XTM');
    await text('rates', 'set', 'PLN', '7.5 XTM');
    for (const [rate, change] of [
      ['11.250001', '+50 %'],
      ['3.749999', '-50 %'],
      ['75', '+900 %'],
    ]) {
      const { code, stderr } = await stage.home.run(['admin', 'rates', 'set', 'PLN', `${rate} XTM`]);
      expect(code).toBe(2);
      expect(stderr).toContain(`1 PLN costs 7.500000 XTM now, and will cost`);
      expect(stderr).toContain(change);
    }
    expect(await json('rates', 'get', 'PLN')).toMatchObject({ rate: 7_500_000 });
    await text('rates', 'set', 'PLN', '75 XTM', '--yes');
  });

  it('neither the last super admin nor the last wallet goes without --force, and revoking oneself is said', async () => {
    const everybody: { address: string; roles: string[] }[] = await json('roles', 'list');
    const admins = everybody.filter(({ roles }) => roles.includes('super_admin'));
    expect(await text('roles', 'list')).toContain('super_admin');
    const me = (await json('roles', 'show', stage.stage.operator.name)) as { address: string };
    const others = admins.filter(
      ({ address }) => accountOf(parseAddress(address)) !== accountOf(parseAddress(me.address)),
    );
    for (const { address } of others) await text('roles', 'revoke', address, '-r', 'super_admin', '--yes');
    const last = await stage.home.run([
      'admin',
      'roles',
      'revoke',
      stage.stage.operator.name,
      '-r',
      'super_admin',
      '--yes',
    ]);
    expect(last).toMatchObject({ code: 1, stderr: expect.stringContaining('This is the last super admin') });
    const forced = await stage.home.run([
      'admin',
      'roles',
      'revoke',
      stage.stage.operator.name,
      '-r',
      'super_admin',
      '--force',
    ]);
    expect(forced).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/THIS IS YOURSELF[\s\S]*There will be no super admin/),
    });
    for (const { address } of others) await text('roles', 'grant', address, '-r', 'super_admin');
    const wallet = await stage.home.run(['admin', 'wallets', 'remove', HOT_WALLET.address, '--yes']);
    expect(wallet).toMatchObject({ code: 1, stderr: expect.stringContaining('This is the last wallet') });
    expect(await text('wallets', 'list')).toContain(HOT_WALLET.address);
  });

  it('rates: set, get and history; the prices of the shop follow, with a bar', async () => {
    expect(await text('rates', 'set', 'USD', '30 XTM')).toMatch(/USD +30\.000000 XTM/);
    await text('rates', 'set', 'USD', '31000000 µT');
    expect(await json('rates', 'get', 'usd')).toMatchObject({ currency: 'USD', rate: 31_000_000 });
    const history = await json('rates', 'history', 'USD');
    expect(history.map(({ rate }: { rate: number }) => rate)).toEqual([31_000_000, 30_000_000]);
    const { stdout, stderr } = await stage.home.run(['admin', 'price-updates', 'start', 'USD', '--follow', '--json']);
    const ended = JSON.parse(stdout);
    expect(ended).toMatchObject({ kind: 'shop', currency: 'USD', rate: 31_000_000 });
    expect(ended.finished_at).not.toBeNull();
    expect(stderr).toMatch(/variants, \d+ changed/);
    expect(await text('price-updates', 'show', String(ended.id))).toContain('Prices of:     the shop, in USD');
    expect((await json('price-updates', 'list')).length).toBeGreaterThan(0);
    const retry = await stage.home.run(['admin', 'price-updates', 'retry', '999999']);
    expect(retry).toMatchObject({ code: 1 });
    expect(await stage.home.run(['admin', 'rates', 'get', 'NOK'])).toMatchObject({ code: 1 });
  });

  it('api: any request with the token of the profile, to no other server', async () => {
    const api = (...command: string[]) => stage.home.run(['api', ...command]);
    const read = await api('get', '/api/exchange_rate/PLN');
    expect([read.code, parseJson(read.stdout)]).toMatchObject([0, { currency: 'PLN', rate: 75_000_000 }]);
    const body = JSON.stringify({ currency: 'PLN', rate: 76_000_000 });
    expect(await api('POST', '/api/exchange_rate', body)).toMatchObject({ code: 0, stdout: '' });
    expect(await json('rates', 'get', 'PLN')).toMatchObject({ rate: 76_000_000 });
    expect(await api('GET', '/api/nothing')).toMatchObject({ code: 1, stdout: '' });
    for (const path of ['//evil.example/x', 'http://evil.example', '/\\evil.example', '/a b', '@evil.example/']) {
      expect(await api('GET', path)).toMatchObject({ code: 2, stdout: '' });
    }
    expect(await api('TRACE', '/api/orders')).toMatchObject({ code: 2 });
    expect(await api('POST', '/api/exchange_rate', '{')).toMatchObject({ code: 2, stderr: 'The body is not JSON.\n' });
  });

  it('rejected and dead letters: list and retry', async () => {
    await stage.order({ id: 5201, name: '#5201', currency: 'CHF' }).catch(() => undefined);
    const [set] = await json('rejected', 'list');
    expect(set).toMatchObject({ topic: 'orders/create', body: expect.stringContaining('5201') });
    expect(await text('rejected', 'list')).toMatch(/#5201 +CHF/);
    const unused = await stage.home.run(['admin', 'rejected', 'retry', String(set.id)]);
    expect(unused).toMatchObject({ code: 1, stdout: expect.stringContaining('Still not taken') });
    await text('rates', 'set', 'CHF', '33 XTM');
    expect(await text('rejected', 'retry', String(set.id))).toContain('Taken');
    expect(await json('orders', 'get', '5201')).toMatchObject({ total_price: 3_300_000_000 });
    // The shop of these tests never had the order that was fulfilled above.
    const [letter] = await json('dead-letters', 'list', '--oldest-first');
    expect(letter).toMatchObject({ type: 'OrderPaid', subject: '5001', subscriber: 'shopify' });
    expect(await text('dead-letters', 'list')).toContain('The shop has no order gid://shopify/Order/5001');
    const retried = await text('dead-letters', 'retry', String(letter.event_id), '--subscriber', 'shopify');
    expect(retried).toBe('Sent again to 1 subscriber.\n');
    const [, other] = await json('dead-letters', 'list', '--oldest-first');
    const eventId = String((other ?? letter).event_id);
    expect(await text('dead-letters', 'dismiss', eventId, '--reason', 'never there')).toContain('off the list');
    await stage.order({ id: 5202, name: '#5202', currency: 'SEK' }).catch(() => undefined);
    const [aside] = await json('rejected', 'list');
    await text('rejected', 'dismiss', String(aside.id), '--reason', 'a test');
    expect(await json('rejected', 'list')).toEqual([]);
    expect(await stage.home.run(['admin', 'dead-letters', 'retry', '999999'])).toMatchObject({ code: 1 });
  });

  it('dead letters: many at once, after saying how many they are', async () => {
    const bulk = (...more: string[]) =>
      stage.home.run(['admin', 'dead-letters', 'bulk-dismiss', '--reason', 'gone', ...more]);
    expect((await bulk('--all', '--yes')).code).toBe(0);
    // The shop of these tests never had them.
    for (const id of [5211, 5212]) {
      await stage.order({ id, name: `#${id}` });
      await text('orders', 'fulfill', String(id), '--reason', 'cash', '--yes');
    }
    await eventually(async () => expect(await json('dead-letters', 'list')).toHaveLength(2));
    for (const wrong of [[], ['--all', '--type', 'OrderPaid']]) {
      expect(await bulk(...wrong)).toMatchObject({ code: 2, stderr: expect.stringContaining('Say which') });
    }
    const unasked = await bulk('--subscriber', 'shopify');
    expect(unasked).toMatchObject({ code: 2, stdout: '' });
    expect(unasked.stderr).toContain(
      '2 dead letters will be off the list, and never be told:\n  2 × OrderPaid for shopify\n',
    );
    expect((await bulk('--subscriber', 'mailer', '--yes')).stdout).toBe('0 are off the list.\n');
    expect(await json('dead-letters', 'list')).toHaveLength(2);
    expect((await bulk('--subscriber', 'shopify', '--type', 'OrderPaid', '--yes')).stdout).toBe(
      '2 are off the list.\n',
    );
    expect(await json('dead-letters', 'list')).toEqual([]);
    const [record] = await json('audit-log', '--action', 'dismiss dead letters');
    expect(record).toMatchObject({
      reason: 'gone',
      before: { deliveries: [{ subject: '5211' }, { subject: '5212' }] },
    });
  });

  it('lists: newest first, as CSV, with sums, and with typed times in the zone that is shown', async () => {
    for (const id of [5401, 5402]) await stage.order({ id, name: `#${id}`, customer: { id: 5400 }, note: '=1+1' });
    const newest = await json('orders', 'search', '--customer-id', '5400');
    expect(newest.map(({ order_id: id }: { order_id: string }) => id)).toEqual(['5402', '5401']);
    expect(await json('orders', 'search', '--customer-id', '5400', '--oldest-first')).toEqual([...newest].reverse());
    expect(await text('orders', 'search', '--customer-id', '5400')).toMatch(/\nSum of 2 .* 200\.000000 XTM\n$/);
    const csv = await text('orders', 'search', '--customer-id', '5400', '--csv');
    expect(csv).toMatch(/^Order,Name,Status,"Price \(µT\)",[^\n]*\r\n5402,#5402,Unclaimed,100000000,/);
    expect(csv).toContain(`"'=1+1"`);
    // The machine's zone is one or two hours ahead.
    const hour = newest[1].created_at.slice(0, 13);
    const since = (...more: string[]) =>
      json('orders', 'search', '--customer-id', '5400', '--since', ...more).then((rows) => rows.length);
    const at = new Date(newest[1].created_at);
    const local = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Oslo',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    const clock = local.format(new Date(at.getTime() - 60_000));
    if (process.env.TZ === 'Europe/Oslo') expect(await since(clock)).toBe(2);
    expect(await since(`${hour}:00:00Z`)).toBe(2);
    expect(await since(new Date(at.getTime() - 60_000).toISOString().slice(0, 19), '--utc')).toBe(2);
    expect(await since(new Date(at.getTime() + 3_600_000).toISOString().slice(0, 19), '--utc')).toBe(0);
    expect(await json('payments', 'list', '--until', '2001-01-01')).toEqual([]);
    expect(await json('rates', 'list')).toContainEqual(expect.objectContaining({ currency: 'USD' }));
    expect(await json('accounts', 'balances')).toEqual(expect.any(Array));
    const both = await stage.home.run(['admin', 'rates', 'list', '--csv', '--json']);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be used with') });
  });

  it('orders get: tells who claimed it, what came for it, what paid it, and what happened', async () => {
    await stage.order({ id: 5501, name: '#5501', customer: { id: 55 } });
    await text('orders', 'fulfill', '5501', '--reason', 'cash', '--yes');
    const shown = await text('orders', 'get', '5501');
    expect(shown).toMatch(/Claimed how: +by hand \(by_hand\)|Claimed how: +by credit/);
    expect(shown).toMatch(/Paid it\nTransaction[\s\S]* 100\.000000 XTM/);
    expect(shown).toMatch(
      /What happened\n\S+ \S+ (?:UTC|\+0[12]:00) {2}ordered, for 100\.000000 XTM\n[\s\S]* {2}paid\n$/,
    );
    const told = await json('orders', 'get', '5501');
    expect(told).toMatchObject({ order_id: '5501', payments: expect.any(Array) });
    expect(told.events.at(-1)).toMatchObject({ type: 'OrderPaid' });
    expect(await json('orders', 'get', 'none')).toBeNull();
  });

  it('events: lists them, and follows what happens until Ctrl-C', async () => {
    const events = await json('events', '--limit', '3');
    const [newest, ...others] = events.map(({ id }: { id: number }) => id);
    expect(others).toEqual([newest - 1, newest - 2]);
    const first = await json('events', '--limit', '3', '--oldest-first');
    expect(first.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3]);
    expect(await json('events', '--limit', '2', '--before', '3')).toEqual([first[1], first[0]]);
    expect(await text('events', '--after', '1', '--limit', '1')).toMatch(/^2 {2}\d{4}-\d\d-\d\d .* \{"/);
    const following = stage.home.start(['admin', 'events', '--follow', '--json']);
    // It hears of what happens once it has read where the list ends, which nobody sees from outside.
    for (let id = 5301; !following.stdout().includes('\n') && id < 5351; id += 1) {
      await stage.order({ id, name: `#${id}` });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(await following.interrupt()).toBe(0);
    const [line = ''] = following.stdout().split('\n');
    expect(JSON.parse(line)).toMatchObject({
      type: 'NewOrder',
      payload: { order: { order_id: expect.stringMatching(/^53\d\d$/) } },
    });
  });

  it('health: says whether the server is ready', async () => {
    expect(await text('health')).toContain('Database:          ok');
    expect(await json('health')).toMatchObject({ ready: true });
  });

  it.each([
    [['orders', 'fulfill', '5001'], '--reason'],
    [['accounts', 'balance', 'nobody'], 'not a Tari address'],
    [['accounts', 'credit', '53', 'much'], 'is not an amount'],
    [['wallets', 'add', alice.address, 'somewhere'], 'IPv4 or IPv6'],
    [['roles', 'grant', alice.address, '-r', 'king'], 'There is no role king'],
    [['events', '--limit', '0'], 'from 1 to 1000'],
    [['orders'], 'Usage: taritools admin orders'],
    [['dance'], "unknown command 'dance'"],
  ])('refuses %j with 2', async (command, sentence) => {
    const { code, stderr } = await stage.home.run(['admin', ...command]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('ends with 1 and a sentence where the server is not there, or is another one', async () => {
    await stage.home.addProfile('lost', alice, 'http://127.0.0.1:9');
    const lost = await stage.home.run(['my', 'balance', '-p', 'lost']);
    expect(lost.code).toBe(1);
    expect(lost.stderr).toMatch(/The server at http:\/\/127\.0\.0\.1:9 does not answer/);
    await stage.home.addProfile('other', alice, stage.stage.standIn.url);
    const other = await stage.home.run(['my', 'balance', '-p', 'other']);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('Is the address right?');
  });
});
