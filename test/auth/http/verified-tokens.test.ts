import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Access } from '#auth/auth.ts';
import { createGuard } from '#auth/http/guard.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { systemRandomBytes } from '#platform/random.ts';
import { issueAccessToken } from '#tari/ristretto-jwt.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { personOf } from '#test/test-wallets.ts';

/** As many as are remembered. */
const MAX_VERIFIED_TOKENS = 1000;

const HOUR_MS = 3_600_000;
const ISSUED_AT = new Date('2026-01-01T00:00:00Z');

describe('the tokens whose signatures were found good', () => {
  it('are forgotten one by one, the one that was used least recently first', async () => {
    const signingKey = generateSecretKey(systemRandomBytes);
    const verificationKey = publicKeyOf(signingKey);
    let now = ISSUED_AT;
    const guard = createGuard({
      access: { rolesInForce: async () => new Set() } as unknown as Access,
      verificationKey,
      clock: { now: () => now },
      limitStrangers: (async () => undefined) as unknown as AnonymousRateLimit,
    })([]);
    const { tariAddress: address } = personOf(1);
    const newToken = () =>
      issueAccessToken(
        { address, roles: [], issuedAt: ISSUED_AT, expiresAt: new Date(+ISSUED_AT + HOUR_MS) },
        signingKey,
        systemRandomBytes,
      );
    const isLetIn = (token: string) =>
      (guard as (...given: unknown[]) => Promise<void>)
        .call(
          undefined,
          { headers: { tpg_access_token: token }, method: 'GET' } as unknown as FastifyRequest,
          {} as FastifyReply,
        )
        .then(
          () => true,
          () => false,
        );

    const busy = newToken();
    const others = Array.from({ length: MAX_VERIFIED_TOKENS }, newToken);
    for (const token of others) {
      expect([await isLetIn(busy), await isLetIn(token)]).toEqual([true, true]);
    }
    // Whose signature is looked at now is refused.
    verificationKey.fill(0);
    expect(await isLetIn(busy)).toBe(true);
    expect(await isLetIn(newToken())).toBe(false);
    expect(await isLetIn(others[0] ?? '')).toBe(false);
    for (const token of others.slice(1)) expect(await isLetIn(token)).toBe(true);

    now = new Date(+ISSUED_AT + HOUR_MS);
    expect(await isLetIn(busy)).toBe(false);
  });
});
