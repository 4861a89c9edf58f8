import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startToolStage, type ToolStage } from '#test/cli/tool.ts';

let stage: ToolStage;
beforeAll(async () => {
  stage = await startToolStage();
}, 120_000);
afterAll(() => stage.close());

const SECRETS = { SPSP_AUTH_TOKEN: 'a-token-of-ours', SPSP_JWT_SECRET: 'a-secret-that-is-long-enough' };
const TERMS = ['--amount', '10500000', '--asset', 'XRP', '--scale', '6', '--interval', 'P1M', '--cycles', '12'];
const UNKNOWN = '6b5e79c7-15a7-4a08-877f-dbe1377ec819';

const pull = (words: string[], environment: Record<string, string> = {}) =>
  stage.home.run(['pull', ...words], { environment });

describe('pull', () => {
  it('makes pull pointers, lists them newest first, and shows one by its pointer or its id', async () => {
    const made = await pull(['create', ...TERMS, '--reference', '=1+1', '--json']);
    const { id } = JSON.parse(made.stdout);
    await pull(['create', ...TERMS, '--cap', '--max-pull', '5', '--expiry', '2040-01-01T00:00:00Z']);
    const listed = await pull(['list', '--csv']);
    expect(listed.stdout).toMatch(/^Id,State,Amount,Asset,Every,Cycle,Pulled,Available,Held,Reference,Made\r\n/);
    const [, newest, oldest] = listed.stdout.split('\r\n');
    expect(oldest?.startsWith(`${id},active,10500000,XRP/6,P1M,1 of 12,0,10500000,0,`)).toBe(true);
    expect(newest).not.toContain(id);
    // No spreadsheet takes it for a formula.
    expect(listed.stdout).not.toMatch(/,=1\+1,/);
    for (const named of [id, `$pay.example:6000/${id}`, `https://pay.example:6000/${id}`]) {
      expect((await pull(['show', named])).stdout).toMatch(/Available: +10500000 \(10\.5 XRP\)/);
    }
    expect(JSON.parse((await pull(['list', '--reference', '=1+1', '--json'])).stdout)).toHaveLength(1);
    expect(JSON.parse((await pull(['list', '--state', 'paused', '--json'])).stdout)).toEqual([]);
  });

  it('pauses, resumes, changes and cancels one, and asks before it cancels', async () => {
    const { id } = JSON.parse((await pull(['create', ...TERMS, '--json'])).stdout);
    expect((await pull(['pause', id, '--reason', 'x'])).stdout).toMatch(/State: +paused/);
    expect((await pull(['resume', id, '--reason', 'x'])).stdout).toMatch(/State: +active/);
    const changed = await pull(['update', id, '--amount', '5', '--cap', '--max-pull', '2', '--reason', 'x', '--json']);
    expect(JSON.parse(changed.stdout)).toMatchObject({ amount: '5', cap: true, max_pull: '2', revision: 2 });
    const back = await pull(['update', id, '--no-cap', '--no-max-pull', '--reason', 'x', '--json']);
    expect(JSON.parse(back.stdout)).toMatchObject({ amount: '5', cap: false, max_pull: null, revision: 3 });
    const unasked = await pull(['cancel', id, '--reason', 'x']);
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('can never pull again') });
    expect((await pull(['show', id])).stdout).toMatch(/State: +active/);
    expect((await pull(['cancel', id, '--reason', 'x', '--yes'])).stdout).toMatch(/State: +cancelled/);
    const again = await pull(['resume', id, '--reason', 'x']);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('cancelled, which is final') });
  });

  it('shows pulls, packets and pushes, and says what a packet that is resolved means', async () => {
    const { id } = JSON.parse((await pull(['create', ...TERMS, '--json'])).stdout);
    const lists = [['pulls', id], ['packets'], ['packets', '--pointer', id], ['packets', '--unknown'], ['pushes']];
    for (const words of lists) expect((await pull(words)).stdout).toBe('None.\n');
    const unasked = await pull(['resolve', '99', 'rejected', '--reason', 'x']);
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('it is paid twice') });
    const none = await pull(['resolve', '99', 'fulfilled', '--reason', 'x', '--yes']);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no packet 99.') });
  });

  it.each([
    [['create', ...TERMS, '--interval', 'P0D'], 'ISO 8601'],
    [['create', ...TERMS, '--amount', '0'], '1 or more'],
    [['create', ...TERMS, '--amount', '1.5'], 'whole number'],
    [['create', '--amount', '5'], '--asset'],
    [['create', ...TERMS, '--start', 'soon'], 'is no time'],
    [['create', ...TERMS, '--webhook', 'ftp://x'], 'http or https'],
    [['show', 'x'], 'no pull pointer with an id'],
    [['update', UNKNOWN, '--reason', 'x'], 'Say what to change'],
    [['resolve', '1', 'lost', '--reason', 'x'], 'fulfilled or rejected'],
    [['packets', '--unknown', '--state', 'sent'], 'cannot be used with'],
  ])('says what is wrong with %j', async (words, sentence) => {
    expect(await pull(words)).toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) });
  });

  it('says that there is none', async () => {
    const none = await pull(['show', UNKNOWN]);
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no pull pointer 6b5e79c7.') });
  });
});

describe('pull token', () => {
  const settings = { SPSP_PORT: '6000', SPSP_HOST: 'pay.example', ...SECRETS };

  it('signs a pointer here, as the original’s clients do, and never the same one twice', async () => {
    const words = ['token', ...TERMS, '--cap', '--start', '2026-12-01T00:00:00Z', '--reference', 'r'];
    const { stdout } = await pull(words, settings);
    const [, header = '', payload = '', signature] =
      /^\$pay\.example\/([\w-]+)\.([\w-]+)\.([\w-]+)\n$/.exec(stdout) ?? [];
    const secret = SECRETS.SPSP_JWT_SECRET;
    expect(createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')).toBe(signature);
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(read(payload)).toEqual({
      amount: '10500000',
      interval: 'P1M',
      cycles: '12',
      cap: 'true',
      assetCode: 'XRP',
      assetScale: '6',
      start: '2026-12-01T00:00:00.000Z',
      reference: 'r',
      jti: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect((await pull(words, settings)).stdout).not.toBe(stdout);
  });

  it('warns of the publicly known secret, and says that pull payments are off', async () => {
    const tried = await pull(['token', ...TERMS], { SPSP_PORT: '6000', SPSP_AUTH_TOKEN: 'x', SPSP_JWT_SECRET: '' });
    expect(tried).toMatchObject({ code: 0, stderr: expect.stringContaining('SPSP_JWT_SECRET is `test`') });
    const off = await pull(['token', ...TERMS]);
    expect(off).toMatchObject({ code: 2, stderr: expect.stringContaining('set SPSP_PORT') });
  });
});
