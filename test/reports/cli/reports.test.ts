import { afterAll, beforeAll, expect, it } from 'vitest';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';

let stage: ToolStage;
beforeAll(async () => {
  stage = await startToolStage();
  await stage.order({ id: 8001, name: '=8001', customer: { id: 81 } });
}, 120_000);
afterAll(() => stage.close());

const reports = (...words: string[]) => stage.home.run(['admin', 'reports', ...words]);

it('shows orders and movements of a period, and their sums', async () => {
  const listed = JSON.parse((await reports('orders', '--period', 'all', '--json')).stdout);
  expect(listed.lines).toMatchObject([{ order_id: '8001', paid: 0, kept: 0 }]);
  const table = await reports('orders', '--period', 'all', '--csv');
  expect(table.stdout).toMatch(/^Order,Name,Customer,.*\r\n8001,"'=8001",81,/);
  const movements = await reports('movements', '--from', '2026-01-01', '--to', '2026-01-02');
  expect(movements.stdout).toBe('From 2026-01-01 to 2026-01-02, UTC\nNone.\n');
  expect((await reports('order-totals', '--period', 'all')).stdout).toMatch(/State +Orders[\s\S]*\n\w+ +1 /);
  expect((await reports('movement-totals', '--period', 'all')).code).toBe(0);
});

it('says what is wrong', async () => {
  expect(await reports('orders', '--from', '2026-01-01')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--to'),
  });
  expect((await reports('orders', '--period', 'century')).code).not.toBe(0);
  expect(await reports('orders', '--time-zone', 'Mars/Olympus')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('time zone'),
  });
});
