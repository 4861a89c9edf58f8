import { afterAll, beforeAll, expect, it } from 'vitest';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';

let stage: ToolStage;
beforeAll(async () => {
  stage = await startToolStage();
}, 120_000);
afterAll(() => stage.close());

const NOWHERE = 'https://localhost:9/tari';
const webhooks = (...words: string[]) => stage.home.run(['admin', 'webhooks', ...words]);

it('adds an endpoint, shows its secret once, and asks before dangers', async () => {
  // There is no terminal to ask at.
  expect(await webhooks('add', NOWHERE, '--events', 'all')).toMatchObject({ code: 2 });
  const added = await webhooks('add', NOWHERE, '--events', 'OrderPaid,NewOrder', '--json', '--yes');
  const { secret, ...endpoint } = JSON.parse(added.stdout);
  expect(secret).toMatch(/^whsec_/);
  expect(endpoint).toMatchObject({ id: 1, url: NOWHERE, event_types: ['OrderPaid', 'NewOrder'], state: 'active' });
  const listed = await webhooks('list', '--csv');
  expect(listed.stdout).toMatch(
    /^Number,State,URL,Description,Events,Delivered,Failed,Failing since\r\n1,active,https/,
  );
  const shown = await webhooks('show', '1', '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ id: 1, pending: 0 });
  for (const { stdout } of [listed, shown]) expect(stdout).not.toContain(secret);
  expect(await webhooks('change', '1', '--events', 'all')).toMatchObject({ code: 2 });
  expect((await webhooks('change', '1', '--events', 'all', '--yes')).stdout).toMatch(/Events: +all/);
  expect((await webhooks('change', '1', '--description', 'Books')).stdout).toMatch(/Description: +Books/);
  expect((await webhooks('rotate-secret', '1', '--yes')).stdout).toMatch(/Secret, shown once: +whsec_/);
});

it('tests it, with what went wrong in the answer and in the exit code, and lists the attempts', async () => {
  const tested = await webhooks('test', '1');
  expect(tested).toMatchObject({ code: 1, stdout: expect.stringMatching(/Error: +It is at an address that is not/) });
  const attempts = JSON.parse((await webhooks('attempts', '1', '--json')).stdout);
  expect(attempts).toContainEqual(expect.objectContaining({ event_type: 'webhook.test', status: null }));
});

it('pauses, resumes and removes it, and says what is wrong', async () => {
  expect((await webhooks('pause', '1', '--reason', 'moving')).stdout).toMatch(/State: +paused/);
  expect((await webhooks('resume', '1', '--skip-missed')).stdout).toMatch(/State: +active/);
  expect(await webhooks('resend', '1', '9')).toMatchObject({ code: 1, stderr: expect.stringContaining('event 9') });
  expect(await webhooks('change', '1')).toMatchObject({ code: 2, stderr: expect.stringContaining('--url') });
  expect(await webhooks('add', 'http://127.0.0.1/', '--events', 'all', '--yes')).toMatchObject({ code: 1 });
  expect(await webhooks('add', NOWHERE, '--events', 'a b')).toMatchObject({ code: 2 });
  expect((await webhooks('remove', '1', '--reason', 'gone', '--yes')).stdout).toMatch(/State: +removed/);
  expect(await webhooks('remove', '1', '--reason', 'gone', '--yes')).toMatchObject({ code: 1 });
});
