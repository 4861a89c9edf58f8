import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { invitation, registered, signedInByWallet, startConsoleServer } from '#test/people/console-server.ts';
import { tokenIn } from '#test/people/console-visits.ts';
import { ADMIN, startServer, type TestServer } from '#test/server.ts';
import { parseSettings } from '#test/settings.ts';

const MINUTE_MS = 60_000;
const CERTIFICATE = 'test/vectors/tls/localhost.pem';
const PRIVATE_KEY = 'test/vectors/tls/localhost.key';

let server: TestServer;

beforeEach(async () => {
  server = await startConsoleServer();
  await server.grant(ADMIN, 'super_admin');
});
afterEach(() => server.close());

describe('a form', () => {
  it('without its token, with a stale one, or with another session’s changes nothing', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const other = await signedInByWallet(server, ADMIN, 'super_admin');
    const stale = tokenIn((await admin.get('/people/invite')).text) ?? '';
    const fields = { name: 'Mallory', roles: 'super_admin' };
    const others = tokenIn((await other.get('/people/invite')).text) ?? '';
    for (const token of ['', 'x', others, `${stale}x`]) {
      expect((await admin.send('/people/invite', fields, { token })).status).toBe(403);
    }
    const again = await signedInByWallet(server, ADMIN, 'super_admin');
    again.cookies.set('_csrf', admin.cookies.get('_csrf') ?? '');
    expect((await again.send('/people/invite', fields, { token: stale })).status).toBe(403);
    expect(server.database.rows('select * from staff')).toEqual([]);
    expect((await admin.send('/people/invite', fields, { token: stale })).status).toBe(200);
  });

  it('of another site is refused, whatever it brings along', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      expect((await admin.send('/people/invite', { name: 'M', roles: 'write' }, { headers })).status).toBe(403);
      expect((await admin.send('/login', { response: '{}' }, { headers })).status).toBe(403);
    }
    expect(server.database.rows('select * from staff')).toEqual([]);
  });

  it('that can’t be taken back asks for a fresh proof, which is the person’s own', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const boss = await registered(server, await invitation(admin, 'Boss', 'super_admin'), 'Boss');
    const ana = await registered(server, await invitation(admin, 'Ana', 'support'), 'Ana');
    server.clock.advance(6 * MINUTE_MS);
    const ask = () => boss.browser.send('/people/invite', { name: 'Cleo', roles: 'support' });
    expect((await ask()).location).toMatch(/^\/prove/);
    const foreign = ana.device.get(await boss.browser.optionsOf('/prove'));
    expect((await boss.browser.send('/prove', { response: foreign })).status).toBe(401);
    const own = boss.device.get(await boss.browser.optionsOf('/prove'));
    expect((await boss.browser.send('/prove?next=/people', { response: own })).location).toBe('/people');
    expect((await ask()).status).toBe(200);
  });

  it('leads to no other site after a sign-in', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const { device } = await registered(server, await invitation(admin, 'Ana', 'support'), 'Ana');
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', '/%0d%0aset-cookie:x=1', '']) {
      const browser = await signedOut();
      const response = device.get(await browser.optionsOf('/login'));
      const { location = '' } = await browser.send(`/login?next=${encodeURIComponent(next)}`, { response });
      expect([next, /^\/(?!\/)/.test(location)]).toEqual([next, true]);
      expect(location).not.toContain('evil.example');
    }
  });
});

const signedOut = async () => new (await import('#test/people/console-visits.ts')).ConsoleBrowser(server);

describe('an approval by passkey', () => {
  const TEXT = 'refund: 7\namount: 150000000\naddress: 14s9v…';
  const setUp = async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const { device } = await registered(server, await invitation(admin, 'Ana', 'finance'), 'Ana');
    return { device, people: server.app.services.auth.people };
  };

  it('is a signature under exactly the text, which is kept, and is taken once', async () => {
    const { device, people } = await setUp();
    const { statement, options } = await people.challengeFor('staff:1', TEXT);
    const given = { statement: statement.replaceAll('\n', '\r\n'), response: device.get(options) };
    const evidence = await people.verify('staff:1', TEXT, given);
    expect(evidence).toMatchObject({ statement, principal: 'staff:1', credential_id: device.credentialId });
    const { challenge } = JSON.parse(Buffer.from(evidence.client_data, 'base64url').toString()) as {
      challenge: string;
    };
    expect(challenge).toBe(createHash('sha256').update(statement).digest('base64url'));
    await expect(people.verify('staff:1', TEXT, given)).rejects.toMatchObject({ code: 'passkey_refused' });
  });

  it('of another text, by another person, or too late is refused', async () => {
    const { device, people } = await setUp();
    const ask = async (text: string) => {
      const { statement, options } = await people.challengeFor('staff:1', text);
      return { statement, response: device.get(options) };
    };
    const refused = { code: 'passkey_refused' };
    const other = TEXT.replace('150000000', '950000000');
    await expect(people.verify('staff:1', other, await ask(TEXT))).rejects.toMatchObject(refused);
    const { statement } = await ask(other);
    await expect(people.verify('staff:1', other, { ...(await ask(TEXT)), statement })).rejects.toMatchObject(refused);
    await expect(people.verify('staff:2', TEXT, await ask(TEXT))).rejects.toMatchObject(refused);
    const late = await ask(TEXT);
    server.clock.advance(5 * MINUTE_MS);
    await expect(people.verify('staff:1', TEXT, late)).rejects.toMatchObject(refused);
  });
});

describe('the way to the console', () => {
  const problems = (settings: Record<string, string>) => {
    const parsed = parseSettings({ TPG_CONSOLE: 'true', TPG_PUBLIC_URL: 'https://pay.example.com', ...settings });
    return parsed.ok ? [] : parsed.problems;
  };

  it('is protected by a certificate, a proxy, or because it stays on the machine', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ TPG_HOST: '0.0.0.0' })).toEqual([expect.stringContaining('TPG_TLS_CERTIFICATE')]);
    expect(problems({ TPG_HOST: '0.0.0.0', TPG_USE_X_FORWARDED_FOR: 'true' })).toEqual([]);
    const tls = { TPG_TLS_CERTIFICATE: CERTIFICATE, TPG_TLS_PRIVATE_KEY: PRIVATE_KEY };
    expect(problems({ TPG_HOST: '0.0.0.0', ...tls })).toEqual([]);
    expect(problems({ TPG_TLS_CERTIFICATE: CERTIFICATE })).toEqual([
      'TPG_TLS_CERTIFICATE and TPG_TLS_PRIVATE_KEY must both be set, or neither; TPG_TLS_PRIVATE_KEY is missing.',
    ]);
  });

  it('is https where the server has a certificate, and no start where its files are wrong', async () => {
    const secure = await startServer({
      settings: { TPG_TLS_CERTIFICATE: CERTIFICATE, TPG_TLS_PRIVATE_KEY: PRIVATE_KEY },
    });
    expect(secure.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const ca = readFileSync(CERTIFICATE);
      get(`${secure.url}/health/live`, { ca, agent: false }, (answer) => resolve(answer.resume().statusCode)).on(
        'error',
        reject,
      );
    });
    expect(status).toBe(200);
    await secure.close();
    const wrong = { TPG_TLS_CERTIFICATE: CERTIFICATE, TPG_TLS_PRIVATE_KEY: CERTIFICATE };
    await expect(startServer({ settings: wrong })).rejects.toThrow('are not a certificate and its key');
    const absent = { TPG_TLS_CERTIFICATE: CERTIFICATE, TPG_TLS_PRIVATE_KEY: 'absent.key' };
    await expect(startServer({ settings: absent })).rejects.toThrow('absent.key, cannot be read (ENOENT)');
  });
});
