import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptTokenIn } from '#auth/cli/kept-token.ts';
import { clientWithLogin } from '#auth/cli/login.ts';
import { engineClient } from '#engine/cli/requests.ts';
import { issueAccessToken } from '#tari/ristretto-jwt.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
const random = (length: number) => new Uint8Array(length).fill(9);
const HOUR_MS = 3_600_000;

describe('the access token of a profile', () => {
  let folder: string;
  let server: Server;
  let now: Date;
  let logins: number;
  let refuses: string | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tari-token-'));
    now = new Date('2026-11-21T12:00:00.000Z');
    logins = 0;
    refuses = undefined;
    server = createServer((request, response) => {
      const { authorization = '', tpg_auth_token, tpg_access_token } = request.headers;
      // A proxy may drop either form, so each request brings both.
      expect(authorization).toBe(`Bearer ${tpg_auth_token ?? tpg_access_token}`);
      if (request.url === '/tari/auth') {
        logins += 1;
        const expiresAt = new Date(now.getTime() + HOUR_MS);
        const claims = { address: alice.tariAddress, roles: ['user'], issuedAt: now, expiresAt };
        response.end(issueAccessToken(claims, alice.secretKey, random));
      } else if (tpg_access_token === refuses) {
        const error = { error: 'no', code: 'access_token_invalid', request_id: 'x' };
        response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(error));
      } else {
        response.writeHead(200, { 'content-type': 'application/json' }).end('["an address"]');
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a command of the tool does, in a process of its own. */
  async function command(profile = 'boss'): Promise<void> {
    const client = clientWithLogin(
      { fetch: globalThis.fetch, clock: { now: () => now }, randomBytes: random, sleep: async () => undefined },
      {
        // Behind a prefix: what answers here is no server of ours.
        server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tari`,
        signer: { secretKey: alice.secretKey, address: alice.tariAddress },
        roles: ['user'],
        keptToken: keptTokenIn(folder, profile),
      },
    );
    expect((await engineClient(client).addresses()).answer).toEqual(['an address']);
  }

  const files = () => readdirSync(join(folder, 'tokens')).map((name) => join(folder, 'tokens', name));

  it('is kept for its owner alone, for each profile, until it ends', async () => {
    await command();
    await command();
    expect(logins).toBe(1);
    await command('other');
    expect(logins).toBe(2);
    expect(files()).toHaveLength(2);
    for (const file of files()) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'tokens')).mode & 0o777).toBe(0o700);
    now = new Date(now.getTime() + HOUR_MS);
    await command();
    await command();
    expect(logins).toBe(3);
  });

  it.each([
    ['torn', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20))],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['no token', (file: string) => writeFileSync(file, 'a.b.c')],
    ['far too large', (file: string) => writeFileSync(file, 'x'.repeat(100_000))],
    ['one that others can read', (file: string) => chmodSync(file, 0o644)],
    ['gone', (file: string) => rmSync(file)],
  ])('is asked for again where the file is %s', async (_, spoil) => {
    await command();
    for (const file of files()) spoil(file);
    await command();
    expect(logins).toBe(2);
  });

  it('is asked for again where the server does not take it any more', async () => {
    await command();
    refuses = readFileSync(files()[0] ?? '', 'utf8').trim();
    now = new Date(now.getTime() + 60_000);
    await command();
    await command();
    expect(logins).toBe(2);
  });

  it('is not needed: where the folder can’t be written, each command logs in', async () => {
    writeFileSync(join(folder, 'tokens'), 'a file');
    await command();
    await command();
    expect(logins).toBe(2);
  });
});
