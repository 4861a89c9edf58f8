import { afterAll, beforeAll, expect, it } from 'vitest';
import { allCommands, createProgram } from '#cli/commands.ts';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';
import { DESCRIBING_PORTS } from '#test/docs/described-commands.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

let stage: ToolStage;

beforeAll(async () => {
  stage = await startToolStage();
  await stage.order({ id: 8001, name: '#8001', customer: { id: 81 }, note: '=1+1' });
  await stage.home.addProfile('alice', alice, stage.server.url);
  await stage.home.text(['claim', '8001', '-p', 'alice', '--no-qr']);
  await stage.home.text(['admin', 'accounts', 'credit', '81', '500', '--reason', 'prize', '--yes']);
}, 120_000);
afterAll(() => stage.close());

/** Commands that show several things of one kind; a command that is none of these shows one thing, or changes it. */
const LISTS =
  /^(?:list|search|history|customer|audit-log|events|balances|customers|addresses|orders|open-orders|payments|unpaid|refused|left|open|all|queue)$/;

it('every list and history can be had as CSV', async () => {
  const commands = allCommands(await createProgram(DESCRIBING_PORTS)).filter((one) => one.commands.length === 0);
  const takes = (option: string) => (one: (typeof commands)[number]) => one.options.some(({ long }) => long === option);
  const lists = commands.filter(
    (one) => LISTS.test(one.name()) || takes('--limit')(one) || takes('--oldest-first')(one),
  );
  expect(lists.length).toBeGreaterThan(30);
  expect(lists.filter((one) => !takes('--csv')(one)).map((one) => `${one.parent?.name()} ${one.name()}`)).toEqual([]);
});

it.each<[string[], RegExp]>([
  [['my', 'history', '-p', 'alice'], /^[^,]+,order,,8001,Paid,\d+,81,/m],
  [['admin', 'accounts', 'history', alice.address], /^[^,]+,order,,8001,Paid,\d+,81,/m],
  [['admin', 'accounts', 'customer', '81'], /^[^,]+,settlement,\d+,8001,[^,]+,\d+,/m],
])('%j: all that happened to an account in one table, in whole µT and with times in UTC', async (words, row) => {
  const csv = await stage.home.text([...words, '--csv']);
  const [title, ...rows] = csv.trimEnd().split('\r\n');
  expect(title).toBe('Time,What,Reference,Order,Status,"Amount (µT)",Customer or sender,Memo');
  expect(csv).toMatch(row);
  for (const one of rows) expect(one).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,(?:order|payment|settlement),/);
  const times = rows.map((one) => one.split(',')[0] ?? '');
  expect(times).toEqual([...times].sort().reverse());
});

it('orders get: what happened to an order, in the order in which it did', async () => {
  const rows = (await stage.home.text(['admin', 'orders', 'get', '8001', '--csv'])).trimEnd().split('\r\n');
  expect(rows[0]).toBe('Id,Time,Type,What happened');
  expect(rows.slice(1).map((row) => row.split(',')[2])).toEqual([
    'NewOrder',
    'OrderClaimed',
    'PaymentConfirmed',
    'OrderPaid',
  ]);
});

it.each([
  [['admin', 'accounts', 'customers'], 'Customer\r\n81\r\n'],
  [['profile', 'list'], /^Profile,Server,Roles,Address\r\n/],
  [['wallet', 'queue'], /^Id,Report,Transaction,State,/],
  [['admin', 'dead-letters', 'list'], /^Event,Type,About,For,Tries,Last error,Last try\r\n/],
])('%j', async (words, shows) => {
  expect(await stage.home.text([...words, '--csv'])).toMatch(shows);
});
