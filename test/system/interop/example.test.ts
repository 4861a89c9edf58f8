import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '#test/docs/documents.ts';
import { Payer } from '#test/interop/payer.ts';

/** The payee of docs/pull-payments.md, as that page runs it. */

const run = promisify(execFile);

let payer: Payer;
beforeAll(async () => {
  payer = await Payer.start('btp');
});
afterAll(() => payer?.stop());

function payee(...words: string[]) {
  const env = { ...process.env, BTP_SERVER: `btp+ws://:payee@127.0.0.1:${payer.network.ports.btp}` };
  return run(process.execPath, ['docs/examples/pull-money.mjs', ...words], { cwd: ROOT, env });
}

it('pulls what is agreed, is told that there is no more, and pushes', async () => {
  const pointer = await payer.create();
  expect((await payee('query', pointer)).stdout).toContain('"available": "100"');
  expect((await payee('pull', pointer, '60000')).stdout).toBe('pulled 60000 units\n');
  const more = await payee('pull', pointer, '60000').catch((error: { code: number; stderr: string }) => error);
  expect(more).toMatchObject({ code: 1, stderr: expect.stringContaining('(40000 units before that)') });
  expect((await payee('push', payer.url, '777')).stdout).toBe('pushed 777 units\n');
  expect(payer.pushes()).toBe(777n);
});
