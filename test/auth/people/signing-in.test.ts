import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringifyJson } from '#platform/json.ts';
import { Authenticator } from '#test/people/authenticator.ts';
import {
  askForLink,
  invitation,
  registered,
  signedInByWallet,
  signInWith,
  startConsoleServer,
} from '#test/people/console-server.ts';
import { ConsoleBrowser } from '#test/people/console-visits.ts';
import { ADMIN, errorOf, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SESSION = '__Host-tps';

let server: TestServer;

beforeEach(async () => {
  server = await startConsoleServer();
  await server.grant(ADMIN, 'super_admin');
});
afterEach(() => server.close());

const isIn = async (browser: ConsoleBrowser) => (await browser.get('/me')).status === 200;
const audited = () => server.database.rows('select actor, action, subject from audit_log order by id');

describe('a link of a wallet', () => {
  it('shows who is signed in, and signs in with its button only, once', async () => {
    const { path, json: body } = await askForLink(server, ADMIN, 'super_admin');
    expect(body).toEqual({ url: `http://localhost/console${path}`, valid_until: expect.any(String) as string });
    const preview = new ConsoleBrowser(server);
    for (const _ of [1, 2, 3]) {
      const { status, text } = await preview.get(path);
      expect(status).toBe(200);
      expect(text).toContain('super_admin');
      expect(text).toContain('127.0.0.1');
    }
    expect(preview.cookies.has(SESSION)).toBe(false);
    const browser = new ConsoleBrowser(server);
    expect((await browser.send(path, { answer: 'sign-in' })).status).toBe(303);
    expect(await isIn(browser)).toBe(true);
    const second = await new ConsoleBrowser(server).send(path, { answer: 'sign-in' });
    expect([second.status, second.location]).toEqual([404, undefined]);
  });

  it('is good for a minute, and until the next one', async () => {
    const first = await askForLink(server, ADMIN, 'super_admin');
    const second = await askForLink(server, ADMIN, 'super_admin');
    const browser = new ConsoleBrowser(server);
    expect((await browser.get(first.path)).status).toBe(404);
    server.clock.advance(MINUTE_MS - 1);
    expect((await browser.get(second.path)).status).toBe(200);
    server.clock.advance(1);
    expect((await browser.get(second.path)).status).toBe(404);
    expect((await browser.send(second.path, { answer: 'sign-in' })).status).toBe(404);
    expect(await isIn(browser)).toBe(false);
  });

  it('can be refused, which uses it up', async () => {
    const { path } = await askForLink(server, ADMIN, 'super_admin');
    const browser = new ConsoleBrowser(server);
    expect((await browser.send(path, { answer: 'refuse' })).text).toContain('Nobody was signed in');
    expect((await browser.send(path, { answer: 'sign-in' })).status).toBe(404);
  });

  it('is not made for roles that open nothing, or that the wallet does not have', async () => {
    expect(errorOf(await askForLink(server, ALICE, 'user')).code).toBe('console_role_missing');
    expect(errorOf(await askForLink(server, ALICE, 'super_admin')).code).toBe('login_roles_not_held');
    expect(errorOf(await askForLink(server, ADMIN)).code).toBe('console_role_missing');
  });

  it('gives no more than was asked for', async () => {
    await server.grant(ADMIN, 'read_all');
    const browser = await signedInByWallet(server, ADMIN, 'read_all');
    expect((await browser.get('/people')).status).toBe(403);
  });

  it('is in neither the log nor the database', async () => {
    const { path } = await askForLink(server, ADMIN, 'super_admin');
    const code = path.replace('/link/', '');
    const browser = new ConsoleBrowser(server);
    await browser.get(path);
    await browser.get(path.replace('/link/', '/link/%2e%2e/link/'));
    await browser.send(path, { answer: 'sign-in' });
    const token = browser.cookies.get(SESSION) ?? '?';
    await browser.get('/me');
    for (const secret of [code, token]) {
      expect(server.logLines.filter((line) => line.includes(secret))).toEqual([]);
      expect(stringifyJson(server.everything())).not.toContain(secret);
    }
  });

  it('from a login token that was used before is refused', async () => {
    const headers = { tpg_auth_token: server.loginToken(ADMIN, ['super_admin']) };
    expect((await server.post('/auth/link', undefined, { headers })).status).toBe(200);
    expect(errorOf(await server.post('/auth/link', undefined, { headers })).code).toBe('login_nonce_not_increasing');
  });
});

describe('the cookie of a session', () => {
  it('is for this host alone, and out of reach of scripts and of plain http', async () => {
    const browser = await signedInByWallet(server, ADMIN, 'super_admin');
    const [line = ''] = browser.setCookies.filter((one) => one.startsWith(SESSION));
    expect(line.replace(/=[^;]{43};/, '=…;')).toBe(`${SESSION}=…; Path=/; HttpOnly; Secure; SameSite=Lax`);
    await browser.get('/me');
    const [form = ''] = browser.setCookies.filter((one) => one.startsWith('_csrf'));
    expect(form).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('is never one that the browser brought along', async () => {
    const planted = Buffer.alloc(32, 7).toString('base64url');
    const browser = new ConsoleBrowser(server);
    browser.cookies.set(SESSION, planted);
    const { path } = await askForLink(server, ADMIN, 'super_admin');
    await browser.send(path, { answer: 'sign-in' });
    expect(browser.cookies.get(SESSION)).not.toBe(planted);
    const attacker = new ConsoleBrowser(server);
    attacker.cookies.set(SESSION, planted);
    expect(await isIn(attacker)).toBe(false);
  });

  it('of an earlier session in the same browser is worth nothing after the next sign-in', async () => {
    const browser = await signedInByWallet(server, ADMIN, 'super_admin');
    const thief = new ConsoleBrowser(server);
    thief.cookies.set(SESSION, browser.cookies.get(SESSION) ?? '');
    expect(await isIn(thief)).toBe(true);
    const { path } = await askForLink(server, ADMIN, 'super_admin');
    await browser.send(path, { answer: 'sign-in' });
    expect(await isIn(thief)).toBe(false);
    expect(await isIn(browser)).toBe(true);
  });

  it('that is none is asked nowhere', async () => {
    for (const value of ['', 'x', 'a'.repeat(43), `${'a'.repeat(42)}'`, 'a'.repeat(5000), '../..']) {
      const browser = new ConsoleBrowser(server);
      browser.cookies.set(SESSION, value);
      expect((await browser.get('/me')).location).toBe('/login?next=%2Fme');
    }
  });
});

describe('a session', () => {
  it('ends after half an hour without a request, and after twelve hours with them', async () => {
    const idle = await signedInByWallet(server, ADMIN, 'super_admin');
    server.clock.advance(30 * MINUTE_MS);
    expect(await isIn(idle)).toBe(false);
    const busy = await signedInByWallet(server, ADMIN, 'super_admin');
    for (let passed = 0; passed < 12 * HOUR_MS; passed += 20 * MINUTE_MS) {
      expect([passed, await isIn(busy)]).toEqual([passed, true]);
      server.clock.advance(20 * MINUTE_MS);
    }
    expect(await isIn(busy)).toBe(false);
  });

  it('of a person who has twenty signs the oldest out', async () => {
    const first = await signedInByWallet(server, ADMIN, 'super_admin');
    for (let index = 0; index < 20; index += 1) {
      server.clock.advance(1000);
      await signedInByWallet(server, ADMIN, 'super_admin');
    }
    expect(await isIn(first)).toBe(false);
    expect(server.database.rows('select count(*) as count from sessions')).toEqual([{ count: 20n }]);
  });

  it('loses a role at once, and ends, when its wallet does', async () => {
    await server.grant(ADMIN, 'read_all');
    const browser = await signedInByWallet(server, ADMIN, 'super_admin', 'read_all');
    expect((await browser.get('/people')).status).toBe(200);
    await server.revoke(ADMIN, 'super_admin');
    expect((await browser.get('/people')).location).toMatch(/^\/login/);
  });

  it('can be ended by its person, alone or with all others', async () => {
    const first = await signedInByWallet(server, ADMIN, 'super_admin');
    const second = await signedInByWallet(server, ADMIN, 'super_admin');
    const third = await signedInByWallet(server, ADMIN, 'super_admin');
    const [id = ''] = /sessions\/([\w-]{36})\/end/.exec((await first.get('/me')).text)?.slice(1) ?? [];
    expect((await second.send(`/me/sessions/${id}/end`, {})).status).toBe(303);
    expect((await Promise.all([first, second, third].map(isIn))).filter(Boolean)).toHaveLength(2);
    const left = (await isIn(third)) ? third : second;
    expect((await left.send('/me/sessions/end-others', {})).status).toBe(303);
    expect(server.database.rows('select count(*) as count from sessions')).toEqual([{ count: 1n }]);
    expect((await left.send('/me/sign-out', {})).location).toBe('/login');
    expect(await isIn(left)).toBe(false);
    expect(left.cookies.has(SESSION)).toBe(false);
  });

  it('of another person is ended by nobody else', async () => {
    await server.grant(ALICE, 'read_all');
    const alice = await signedInByWallet(server, ALICE, 'read_all');
    const [id = ''] = /sessions\/([\w-]{36})\/end/.exec((await alice.get('/me')).text)?.slice(1) ?? [];
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    expect((await admin.send(`/me/sessions/${id}/end`, {})).status).toBe(404);
    expect(await isIn(alice)).toBe(true);
  });

  it('opens no route of the interface', async () => {
    const browser = await signedInByWallet(server, ADMIN, 'super_admin');
    const headers = { cookie: `${SESSION}=${browser.cookies.get(SESSION)}` };
    expect((await server.get('/api/roles', { headers })).status).toBe(401);
  });
});

describe('an invitation', () => {
  it('registers a person with a passkey, which is all that they need from then on', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const path = await invitation(admin, 'Ana', 'support');
    const { browser, device } = await registered(server, path, 'Ana Maria');
    expect((await browser.get('/me')).text).toContain('Ana Maria');
    const again = await signInWith(server, device);
    expect([again.status, again.location]).toEqual([303, '/']);
    expect(await isIn(again.browser)).toBe(true);
    expect(audited()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ actor: ADMIN.address, action: 'invite person', subject: 'staff:1' }),
        expect.objectContaining({ actor: 'staff:1', action: 'accept invitation', subject: 'staff:1' }),
        expect.objectContaining({ actor: 'staff:1', action: 'sign in with a passkey', subject: 'staff:1' }),
      ]),
    );
  });

  it('is good once, for 72 hours, and until the next one', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const used = await invitation(admin, 'Ana', 'support');
    await registered(server, used, 'Ana');
    const late = await invitation(admin, 'Ben', 'support');
    const browser = new ConsoleBrowser(server);
    expect((await browser.get(used)).status).toBe(404);
    server.clock.advance(72 * HOUR_MS - 1);
    const response = new Authenticator(browser.origin).create(await browser.optionsOf(late));
    server.clock.advance(1);
    expect((await browser.get(late)).status).toBe(404);
    expect((await browser.send(late, { name: 'Ben', passkey_name: 'x', response })).status).toBe(404);
  });

  it('is in neither the log, the database, the events nor the answers that are kept', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const path = await invitation(admin, 'Ana', 'support');
    await registered(server, path, 'Ana');
    const code = path.replace('/invitation/', '');
    expect(server.logLines.filter((line) => line.includes(code))).toEqual([]);
    expect(stringifyJson(server.everything())).not.toContain(code);
  });

  it('takes no passkey that another page asked for', async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const [ana, ben] = [await invitation(admin, 'Ana', 'support'), await invitation(admin, 'Ben', 'finance')];
    const browser = new ConsoleBrowser(server);
    const device = new Authenticator(browser.origin);
    const response = device.create(await browser.optionsOf(ana));
    const fields = { name: 'Ben', passkey_name: 'x', response };
    expect((await browser.send(ben, fields)).status).toBe(401);
    const again = await browser.send(ana, { ...fields, name: 'Ana' });
    expect(again.status).toBe(303);
  });
});

describe('a passkey is refused', () => {
  const setUp = async () => {
    const admin = await signedInByWallet(server, ADMIN, 'super_admin');
    const ana = await registered(server, await invitation(admin, 'Ana', 'support'), 'Ana');
    return { admin, ...ana, stranger: new ConsoleBrowser(server) };
  };
  const wayIn = async (browser: ConsoleBrowser, response: string) => {
    const { status } = await browser.send('/login', { response });
    return { status, isIn: await isIn(browser) };
  };
  const OUT = { status: 401, isIn: false };

  it('if it answers a page of another site, or one for another site', async () => {
    const { device, stranger } = await setUp();
    for (const faults of [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost.evil.example' },
      { rpId: 'evil.example' },
    ]) {
      const response = device.get(await stranger.optionsOf('/login'), faults);
      expect([faults, await wayIn(stranger, response)]).toEqual([faults, OUT]);
    }
  });

  it('if its device has not checked who holds it', async () => {
    const { device, stranger } = await setUp();
    expect(await wayIn(stranger, device.get(await stranger.optionsOf('/login'), { isVerified: false }))).toEqual(OUT);
  });

  it('if it was registered so', async () => {
    const { admin, stranger } = await setUp();
    const path = await invitation(admin, 'Ben', 'support');
    for (const faults of [{ isVerified: false }, { origin: 'https://evil.example' }, { rpId: 'evil.example' }]) {
      const response = new Authenticator(stranger.origin).create(await stranger.optionsOf(path), faults);
      const { status } = await stranger.send(path, { name: 'Ben', passkey_name: 'x', response });
      expect([faults, status]).toEqual([faults, 401]);
    }
  });

  it('if its answer is sent again', async () => {
    const { device, stranger } = await setUp();
    const response = device.get(await stranger.optionsOf('/login'));
    expect((await wayIn(stranger, response)).isIn).toBe(true);
    expect(await wayIn(new ConsoleBrowser(server), response)).toEqual(OUT);
  });

  it('if its counter goes backwards or stands still, as a copy’s does', async () => {
    const { device, stranger } = await setUp();
    device.counter = 10;
    expect((await signInWith(server, device)).status).toBe(303);
    for (const counter of [0, 5, 11]) {
      const response = device.get(await stranger.optionsOf('/login'), { counter });
      expect([counter, await wayIn(stranger, response)]).toEqual([counter, OUT]);
    }
    device.counter = 11;
    expect((await signInWith(server, device)).status).toBe(303);
  });

  it('if its challenge is none of ours, was made for something else, or is over', async () => {
    const { device, browser, stranger } = await setUp();
    const own = device.get(await stranger.optionsOf('/login'), { challenge: Buffer.alloc(54).toString('base64url') });
    expect(await wayIn(stranger, own)).toEqual(OUT);
    const proof = device.get(await browser.optionsOf('/prove'));
    expect(await wayIn(stranger, proof)).toEqual(OUT);
    const late = device.get(await stranger.optionsOf('/login'));
    server.clock.advance(5 * MINUTE_MS);
    expect(await wayIn(stranger, late)).toEqual(OUT);
  });

  it('if it is unknown, or says that it is another person’s', async () => {
    const { device, stranger } = await setUp();
    const unknown = new Authenticator(stranger.origin);
    expect(await wayIn(stranger, unknown.get(await stranger.optionsOf('/login')))).toEqual(OUT);
    const response = device.get(await stranger.optionsOf('/login'), {
      userHandle: Buffer.alloc(32).toString('base64url'),
    });
    expect(await wayIn(stranger, response)).toEqual(OUT);
  });

  it('if it is no answer at all', async () => {
    const { device, stranger } = await setUp();
    const good = JSON.parse(device.get(await stranger.optionsOf('/login'))) as { response: object };
    const broken = [
      '{',
      '[]',
      'null',
      '{}',
      JSON.stringify({ ...good, id: 5 }),
      JSON.stringify({ ...good, response: { ...good.response, signature: 'AAAA' } }),
      JSON.stringify({ ...good, response: { ...good.response, authenticatorData: 'AAAA' } }),
      JSON.stringify({ ...good, response: { ...good.response, clientDataJSON: 'AAAA' } }),
      `"${'a'.repeat(40_000)}"`,
    ];
    for (const response of broken) {
      const { status } = await stranger.send('/login', { response });
      expect([response.slice(0, 20), [401, 422].includes(status)]).toEqual([response.slice(0, 20), true]);
    }
    expect(await isIn(stranger)).toBe(false);
  });

  it('if its person was let in no more', async () => {
    const { admin, browser, device } = await setUp();
    expect((await admin.send('/people/1/revoke', { reason: 'left' })).status).toBe(303);
    expect(await isIn(browser)).toBe(false);
    expect((await signInWith(server, device)).status).toBe(401);
  });
});

describe('a thousand attempts to sign in', () => {
  it('are answered a few, and leave nothing in the database', async () => {
    await server.close();
    server = await startConsoleServer({ TPG_RATE_LIMIT: '20' });
    const statuses = new Map<number, number>();
    const rows = () =>
      ['sessions', 'login_links', 'used_challenges', 'passkeys'].map((table) =>
        server.database.rows(`select * from ${table}`),
      );
    const browser = new ConsoleBrowser(server);
    for (let index = 0; index < 1000; index += 1) {
      const path = ['/login', `/link/${'a'.repeat(43)}`, `/invitation/${'b'.repeat(43)}`][index % 3] ?? '';
      const { status } = await browser.send(path, { response: '{}', answer: 'sign-in' }, { token: 'none' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses.get(429)).toBeGreaterThan(950);
    expect(rows().flat()).toEqual([]);
  });
});
