import { afterAll, beforeAll, expect, it } from 'vitest';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';

let stage: ToolStage;
beforeAll(async () => {
  stage = await startToolStage();
  await stage.order({ id: 8001, name: '#8001', customer: { id: 81 } });
}, 120_000);
afterAll(() => stage.close());

const notes = (...words: string[]) => stage.home.run(['admin', 'notes', ...words]);

it('adds notes, lists them newest first, and strikes one out', async () => {
  const added = await notes('add', 'paid twice', '--order', '8001', '--json');
  expect(JSON.parse(added.stdout)).toMatchObject({ id: 1, order_id: '8001', text: 'paid twice' });
  await notes('add', '=1+1', '--order', '8001');
  const listed = JSON.parse((await notes('list', '--order', '8001', '--json')).stdout);
  expect(listed.map(({ id }: { id: number }) => id)).toEqual([2, 1]);
  const oldest = await notes('list', '--order', '8001', '--oldest-first', '--csv');
  expect(oldest.stdout).toMatch(/^Number,Written,By,Note,Struck out,Because\r\n1,/);
  // No spreadsheet takes it for a formula.
  expect(oldest.stdout).not.toMatch(/,=1\+1,/);
  expect((await notes('strike', '1', '--reason', 'another order')).stdout).toMatch(/Because: +another order/);
});

it('says what is wrong', async () => {
  expect(await notes('list')).toMatchObject({ code: 2, stderr: expect.stringContaining('--order or --customer') });
  expect(await notes('add', 'x', '--order', '1', '--customer', '2')).toMatchObject({ code: 2 });
  expect(await notes('add', 'x', '--order', 'nosuch')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nosuch'),
  });
  expect(await notes('strike', '99', '--reason', 'x')).toMatchObject({ code: 1 });
});
