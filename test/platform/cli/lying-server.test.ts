import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addProfile } from '#auth/cli/profile-file.ts';
import { NEXT_CURSOR } from '#platform/next-cursor.ts';
import { issueAccessToken } from '#tari/ristretto-jwt.ts';
import { runHere } from '#test/cli/here.ts';
import { newFolder } from '#test/database/database.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** What the tool does when the server that it asks lies: it must end, show nothing that steers, and harm nothing else. */

const [boss, customer] = ACCOUNTS;
const TIME = '2026-11-21T12:00:00.000Z';
/** Clears the screen, and turns the direction of writing. */
const STEERING = '\u001b[2J\u202e';
/** More than any command sends. */
const MAX_REQUESTS = 1500;
const toolFolder = join(newFolder(), '.taritools');

interface Asked {
  method: string;
  path: string;
  body: string;
}

type Answer = { status?: number; headers?: Record<string, string>; json: unknown };

/** Runs the tool against a server that answers as the test says. */
async function run(words: readonly string[], answer: (asked: Asked) => Answer) {
  const requests: Asked[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    const asked = {
      method: init?.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      body: String(init?.body ?? ''),
    };
    if (url.pathname === '/auth') {
      const claims = { address: boss.tariAddress, roles: ['super_admin'], issuedAt: new Date() };
      const expiresAt = new Date(Date.now() + 3_600_000);
      return new Response(
        issueAccessToken({ ...claims, expiresAt }, boss.secretKey, (length) => new Uint8Array(length)),
      );
    }
    requests.push(asked);
    if (requests.length > MAX_REQUESTS) throw new Error('The tool never stops asking');
    const { status = 200, headers = {}, json } = answer(asked);
    return new Response(JSON.stringify(json), { status, headers });
  };
  const finished = await runHere(words, { environment: {}, toolFolder, input: '', fetch });
  return { ...finished, requests };
}

beforeAll(() =>
  addProfile(
    { toolFolder },
    {
      name: 'boss',
      address: boss.tariAddress,
      secretKey: Buffer.from(boss.secretKey).toString('hex'),
      secretKeyVariable: undefined,
      roles: ['super_admin'],
      server: 'https://pay.example.com',
    },
  ),
);

const roles = { address: customer.address, roles: [STEERING] };
const wallet = { address: customer.address, ip_address: STEERING, last_nonce: 1 };
const order = {
  id: 1,
  order_id: '1001',
  alt_id: null,
  customer_id: '7',
  memo: null,
  total_price: 1,
  original_price: null,
  currency: 'USD',
  created_at: TIME,
  updated_at: TIME,
  status: STEERING,
  amount_outstanding: null,
};
const rate = { currency: 'USD', rate: 1, updated_at: STEERING };
const letter = {
  event_id: 1,
  subscriber: STEERING,
  type: STEERING,
  subject: STEERING,
  attempts: 1,
  last_error: STEERING,
  created_at: TIME,
  updated_at: TIME,
};

describe('a server that lies', () => {
  it.each<[string, string, unknown]>([
    ['roles of an address', `admin roles show ${customer.address}`, roles],
    ['roles that are granted', `admin roles grant ${customer.address} -r read_all`, roles],
    ['the question before roles are revoked', `admin roles revoke ${customer.address} -r write --force`, roles],
    ['the question before a wallet is removed', `admin wallets remove ${customer.address} --force`, [wallet]],
    ['the question before an order is cancelled', 'admin orders cancel 1001 --reason x', order],
    ['the question before dead letters are dismissed', 'admin dead-letters bulk-dismiss --all --reason x', [letter]],
    ['dead letters', 'admin dead-letters list', [letter]],
    ['a rate', 'admin rates get USD', rate],
    ['the link of an order', 'admin orders link 1001', { order_id: '1001', url: STEERING }],
    ['the ids of customers', 'admin accounts customers', [STEERING]],
    ['payment addresses', 'payment-addresses', [STEERING]],
    ['a webhook that is retried', 'admin rejected retry 1', { success: false, message: STEERING }],
    ['events', 'admin events', [{ id: 1, type: STEERING, created_at: STEERING, payload: { memo: STEERING } }]],
  ])('cannot steer the terminal by %s', async (_, words, json) => {
    const { stdout, stderr } = await run(words.split(' '), ({ path }) => {
      const isList = path.startsWith('/api/roles') && path.split('/').length === 3;
      if (path.startsWith('/api/dead_letters?after=1')) return { json: [] };
      return { json: isList ? [json] : json };
    });
    expect(stdout + stderr).toContain('�');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it.each([
    ['admin payments list', 'a cursor that never ends'],
    ['admin accounts customers', 'a cursor that never ends'],
  ])('cannot keep %s busy by %s', async (words) => {
    let cursor = 0;
    const { code, stderr } = await run(words.split(' '), () => {
      cursor += 1;
      return { json: [], headers: { [NEXT_CURSOR]: String(cursor) } };
    });
    expect([code, stderr]).toEqual([1, 'The server’s list does not end. Is it another version?\n']);
  });

  it('cannot have more dismissed than was counted, nor the tool ask for ever', async () => {
    const bulk = ['admin', 'dead-letters', 'bulk-dismiss', '--all', '--reason', 'x', '--yes'];
    const letters = [1, 2, 3].map((id) => ({ ...letter, event_id: id }));
    const { stdout, requests } = await run(bulk, ({ method, path }) => {
      if (method === 'POST') return { json: { dismissed: 1, has_more: true } };
      return { json: path.includes('after=0') ? letters : [] };
    });
    const sent = requests.filter(({ method }) => method === 'POST');
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual(
      Array(3).fill({ all: true, up_to_event: 3, up_to_time: TIME, reason: 'x' }),
    );
    expect(stdout).toBe('3 are off the list.\n');
    // Where nothing was counted, nothing was shown, and nothing is dismissed.
    const nothing = await run(bulk, () => ({ json: [] }));
    expect(nothing).toMatchObject({ code: 0, stdout: '0 are off the list.\n' });
    expect(nothing.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('cannot keep a wallet registered by one beside it whose address cannot be read', async () => {
    const wallets = [{ ...wallet, address: 'of another kind' }, wallet];
    const words = ['admin', 'wallets', 'remove', customer.address, '--yes'];
    const { code, requests } = await run(words, ({ method }) => ({ json: method === 'GET' ? wallets : null }));
    expect([code, requests.map(({ method }) => method)]).toEqual([0, ['GET', 'DELETE', 'GET']]);
  });

  it.each(['.', '..'])('gets no request to another path for an id that is %s', async (id) => {
    for (const words of [
      ['admin', 'orders', 'get', id],
      ['admin', 'accounts', 'settle-customer', id],
      ['admin', 'held', 'assign', id, '--customer', '7', '--reason', 'x'],
    ]) {
      const { code, stderr, requests } = await run(words, () => ({ json: null }));
      expect([words, code, requests]).toEqual([words, 1, []]);
      expect(stderr).toBe(`${JSON.stringify(id)} cannot be asked about: in a path it means another place.\n`);
    }
  });
});
