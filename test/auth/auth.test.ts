import { afterEach, describe, expect, it } from 'vitest';
import type { Role } from '#auth/roles.ts';
import { isRole, mayActAs } from '#auth/roles.ts';
import { nonceRepository } from '#auth/store/nonces.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { parseAddressObject } from '#tari/address.ts';
import { ADMIN, closeEngines, loginBy, type TestEngine, testEngine } from '#test/engine.ts';
import { ACCOUNTS, type Person } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;
const MAX_NONCE = 2n ** 64n - 1n;

afterEach(closeEngines);

describe('a login', () => {
  it('is open to everybody as a user', async () => {
    const test = await testEngine();
    expect(await test.engine.access.logIn(loginBy(alice, 1n, ['user']))).toEqual(['user']);
  });

  it('gives the roles that were asked for, each once, and no others that are held', async () => {
    const test = await testEngine();
    await grant(test, alice, 'read_all', 'write');
    expect(await test.engine.access.logIn(loginBy(alice, 1n, ['write', 'user', 'write']))).toEqual(['write', 'user']);
    expect(await test.engine.access.logIn(loginBy(alice, 2n, []))).toEqual([]);
  });

  it('with a nonce that does not rise is refused', async () => {
    const test = await testEngine();
    await test.engine.access.logIn(loginBy(alice, 5n, ['user']));
    for (const nonce of [5n, 4n, 0n]) {
      await expect(test.engine.access.logIn(loginBy(alice, nonce, ['user']))).rejects.toMatchObject({
        code: 'login_nonce_not_increasing',
        message: expect.stringContaining('Nonce is not strictly increasing'),
      });
    }
    await expect(test.engine.access.logIn(loginBy(alice, MAX_NONCE, ['user']))).resolves.toEqual(['user']);
  });

  it('leaves a bounded number of nonces where nobody knows its key, and keeps those of others', async () => {
    const test = await testEngine();
    await grant(test, alice, 'read_all');
    await test.engine.access.logIn(loginBy(alice, 5n, ['user']));
    const made = `insert into nonces (purpose, account, last_nonce, updated_at, is_stranger) values
      ('login', 'made-%', '00000000000000000001', '2020-01-01T00:00:0%.000Z', 1)`;
    for (let index = 0; index < 10; index += 1) test.database.execute(made.replaceAll('%', String(index)));
    await test.store.run((tx) => tx.use(nonceRepository).forgetAnonymousBut(4));
    const kept = test.database.rows('select account from nonces order by updated_at, account');
    expect(kept.map(({ account }) => account)).toEqual(['made-6', 'made-7', 'made-8', 'made-9', alice.account]);
    await expect(test.engine.access.logIn(loginBy(alice, 5n, ['user']))).rejects.toMatchObject({
      code: 'login_nonce_not_increasing',
    });
    for (const purpose of ['login', 'wallet']) {
      const row = `insert into nonces (purpose, account, last_nonce, updated_at)
        values ('${purpose}', 'kept', '00000000000000000001', '2020-01-01T00:00:00.000Z')`;
      test.database.execute(row);
      expect(() => test.database.execute(`delete from nonces where account = 'kept'`)).toThrow('delete refused');
    }
  });

  it('of a key that has become known is kept', async () => {
    const test = await testEngine();
    await test.engine.access.logIn(loginBy(alice, 5n, ['user']));
    expect(test.database.rows('select is_stranger from nonces')).toEqual([{ is_stranger: 1n }]);
    await test.store.run((tx) => tx.use(accountRepository).ensure(alice.account, alice.address, new Date()));
    await test.store.run((tx) => tx.use(nonceRepository).forgetAnonymousBut(0));
    expect(test.database.rows('select account from nonces')).toEqual([{ account: alice.account }]);
    await test.engine.access.logIn(loginBy(alice, 6n, ['user']));
    expect(test.database.rows('select is_stranger from nonces')).toEqual([{ is_stranger: 0n }]);
  });

  it('uses up the nonce of its own address only', async () => {
    const test = await testEngine();
    await test.engine.access.logIn(loginBy(alice, 500n, ['user']));
    await expect(test.engine.access.logIn(loginBy(bob, 1n, ['user']))).resolves.toEqual(['user']);
  });

  it.each([
    { roles: ['super_admin'], why: 'super_admin' },
    { roles: ['user', 'write'], why: 'write' },
    { roles: ['read_all', 'payment_wallet'], why: 'payment_wallet' },
    { roles: ['king'], why: 'no role of the name' },
  ])('that asks for $roles without holding them is refused, and keeps the nonce', async ({ roles, why }) => {
    const test = await testEngine();
    await grant(test, alice, 'read_all');
    await test.engine.access.logIn(loginBy(alice, 1n, ['user']));
    const before = test.dump();
    await expect(test.engine.access.logIn(loginBy(alice, 9n, roles))).rejects.toMatchObject({
      code: 'login_roles_not_held',
      message: expect.stringMatching(new RegExp(`Insufficient Permissions\\. .*${why}`)),
    });
    expect(test.dump()).toEqual(before);
    await expect(test.engine.access.logIn(loginBy(alice, 2n, ['read_all']))).resolves.toEqual(['read_all']);
  });

  it('of a super admin gives no role that it does not hold by name', async () => {
    const test = await testEngine();
    await grant(test, alice, 'super_admin');
    await expect(test.engine.access.logIn(loginBy(alice, 1n, ['write']))).rejects.toMatchObject({
      code: 'login_roles_not_held',
    });
  });

  it('with another address of the same wallet is the same person', async () => {
    const test = await testEngine();
    await grant(test, alice, 'write');
    const address = parseAddressObject({
      network: 'mainnet',
      public_key: Buffer.from(alice.tariAddress.spendKey).toString('hex'),
    });
    await test.engine.access.logIn({ ...loginBy(alice, 3n, ['write']), address });
    await expect(test.engine.access.logIn(loginBy(alice, 3n, ['write']))).rejects.toMatchObject({
      code: 'login_nonce_not_increasing',
    });
  });

  it('sent twice at one moment works once', async () => {
    const test = await testEngine();
    const login = loginBy(alice, 1n, ['user']);
    const outcomes = await Promise.allSettled([test.engine.access.logIn(login), test.engine.access.logIn(login)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('the roles of a token', () => {
  it('are in force as long as the address has them, and a revoked one is gone at once', async () => {
    const test = await testEngine();
    await grant(test, alice, 'read_all', 'write');
    const token: Role[] = ['user', 'write'];
    expect(await test.engine.access.rolesInForce(alice.tariAddress, token)).toEqual(new Set(token));
    await revoke(test, alice, 'write');
    expect(await test.engine.access.rolesInForce(alice.tariAddress, token)).toEqual(new Set(['user']));
  });

  it('are never more than the token says, and never what is no role', async () => {
    const test = await testEngine();
    await grant(test, alice, 'super_admin');
    expect(await test.engine.access.rolesInForce(alice.tariAddress, ['user', 'king'])).toEqual(new Set(['user']));
  });
});

describe('changing roles', () => {
  it('grants and revokes, of several addresses at once', async () => {
    const test = await testEngine();
    await grant(test, bob, 'write');
    await test.engine.access.changeRoles(
      [
        { address: alice.tariAddress, apply: ['read_all', 'write'], revoke: [] },
        { address: bob.tariAddress, apply: ['payment_wallet'], revoke: ['write'] },
      ],
      ADMIN,
    );
    expect(await test.engine.access.rolesOf(alice.tariAddress)).toEqual(['user', 'read_all', 'write']);
    expect(await test.engine.access.rolesOf(bob.tariAddress)).toEqual(['user', 'payment_wallet']);
  });

  it('takes a role given twice, one held already, one not held, empty lists, and `user`', async () => {
    const test = await testEngine();
    await grant(test, alice, 'write', 'write');
    await grant(test, alice, 'write', 'user');
    await revoke(test, alice, 'read_all');
    await test.engine.access.changeRoles([{ address: bob.tariAddress, apply: [], revoke: [] }], ADMIN);
    await test.engine.access.changeRoles([], ADMIN);
    expect(await test.engine.access.rolesOf(alice.tariAddress)).toEqual(['user', 'write']);
    expect(await test.engine.access.rolesOf(bob.tariAddress)).toEqual(['user']);
    expect(test.dump().roles).toMatchObject([{ account: alice.account, role: 'write' }]);
  });

  it('never revokes `user`, and then changes nothing of what was asked with it', async () => {
    const test = await testEngine();
    const before = test.dump();
    const changes = [
      { address: alice.tariAddress, apply: ['write'] as const, revoke: [] },
      { address: bob.tariAddress, apply: [], revoke: ['user'] as const },
    ];
    await expect(test.engine.access.changeRoles(changes, ADMIN)).rejects.toMatchObject({ code: 'role_irrevocable' });
    expect(test.dump()).toEqual(before);
  });

  it('is all or nothing also where the database refuses one of them', async () => {
    const test = await testEngine();
    const before = test.dump();
    const changes = [
      { address: alice.tariAddress, apply: ['write'] as const, revoke: [] },
      { address: bob.tariAddress, apply: ['king' as Role], revoke: [] },
    ];
    await expect(test.engine.access.changeRoles(changes, ADMIN)).rejects.toThrow();
    expect(test.dump()).toEqual(before);
  });

  it('can be asked whether anybody holds a role', async () => {
    const test = await testEngine();
    expect(await test.engine.access.isAnySuperAdmin()).toBe(false);
    await grant(test, alice, 'super_admin');
    expect(await test.engine.access.isAnySuperAdmin()).toBe(true);
    await revoke(test, alice, 'super_admin', { force: true });
    expect(await test.engine.access.isAnySuperAdmin()).toBe(false);
  });

  describe('keeps the last super admin', () => {
    const change = ({ tariAddress: address }: Person, apply: Role[], revoke: Role[]) => ({ address, apply, revoke });

    it('also where several are revoked at once, or one is granted and revoked', async () => {
      const test = await testEngine();
      await grant(test, alice, 'super_admin');
      await grant(test, bob, 'super_admin');
      const before = test.dump();
      for (const changes of [
        [change(alice, ['write'], ['super_admin']), change(bob, [], ['super_admin', 'write'])],
        [change(alice, [], ['super_admin']), change(bob, ['super_admin'], ['super_admin'])],
      ]) {
        const refused = test.engine.access.changeRoles(changes, ADMIN);
        await expect(refused).rejects.toMatchObject({ code: 'last_super_admin' });
      }
      expect(test.dump()).toEqual(before);
    });

    it('when two revoke each other at the same moment: one of them stays', async () => {
      const test = await testEngine();
      await grant(test, alice, 'super_admin');
      await grant(test, bob, 'super_admin');
      const both = await Promise.allSettled([
        revoke(test, alice, 'super_admin'),
        revoke(test, bob, 'super_admin'),
        revoke(test, alice, 'super_admin'),
      ]);
      expect(both.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(await test.engine.access.isAnySuperAdmin()).toBe(true);
    });

    it('unless another takes the role in the same change, which is no force', async () => {
      const test = await testEngine();
      await grant(test, alice, 'super_admin');
      await test.engine.access.changeRoles(
        [change(alice, [], ['super_admin']), change(bob, ['super_admin'], [])],
        ADMIN,
      );
      expect(await test.engine.access.rolesOf(bob.tariAddress)).toEqual(['user', 'super_admin']);
      expect(test.rows('select reason from audit_log where reason is not null')).toEqual([]);
    });

    it('unless it is forced, which the audit log says', async () => {
      const test = await testEngine();
      await grant(test, alice, 'super_admin', 'write');
      await test.engine.access.changeRoles([change(bob, ['write'], []), change(alice, [], ['super_admin'])], ADMIN, {
        force: true,
      });
      const reasons = test.rows(`select subject, reason from audit_log where reason is not null`);
      expect(reasons).toEqual([{ subject: alice.address, reason: 'It was forced: no super admin is left.' }]);
    });

    it('and lets a shop without any change what else it has', async () => {
      const test = await testEngine();
      await grant(test, alice, 'write');
      await revoke(test, alice, 'write', 'super_admin');
      expect(await test.engine.access.rolesOf(alice.tariAddress)).toEqual(['user']);
    });
  });

  it('leaves a line in the audit log for each address, with its roles before and after', async () => {
    const test = await testEngine({ hotWallet: false });
    await grant(test, alice, 'write');
    await test.engine.access.changeRoles(
      [
        { address: alice.tariAddress, apply: ['read_all'], revoke: ['write'] },
        { address: bob.tariAddress, apply: ['super_admin'], revoke: [] },
      ],
      'boss',
    );
    expect(test.rows('select actor, action, subject, before, after from audit_log where id > 1')).toEqual([
      {
        actor: 'boss',
        action: 'change roles',
        subject: alice.address,
        before: '{"roles":["write"]}',
        after: '{"roles":["read_all"]}',
      },
      {
        actor: 'boss',
        action: 'change roles',
        subject: bob.address,
        before: '{"roles":[]}',
        after: '{"roles":["super_admin"]}',
      },
    ]);
  });
});

describe('what roles allow', () => {
  it.each<{ held: Role[]; needed: Role[]; may: boolean }>([
    { held: ['user'], needed: ['user'], may: true },
    { held: ['user'], needed: ['write'], may: false },
    { held: ['write'], needed: ['read_all', 'write'], may: true },
    { held: ['user'], needed: ['read_all', 'write'], may: false },
    { held: ['super_admin'], needed: ['read_all', 'write'], may: true },
    { held: [], needed: ['user'], may: false },
    { held: [], needed: [], may: true },
  ])('$held for $needed: $may', ({ held, needed, may }) => {
    expect(mayActAs(new Set(held), needed)).toBe(may);
  });

  it('are known by name', () => {
    expect(isRole('super_admin')).toBe(true);
    expect(isRole('Super_Admin')).toBe(false);
    expect(isRole('toString')).toBe(false);
  });
});

function grant(test: TestEngine, { tariAddress: address }: Person, ...apply: Role[]): Promise<void> {
  return test.engine.access.changeRoles([{ address, apply, revoke: [] }], ADMIN);
}

function revoke(
  test: TestEngine,
  { tariAddress: address }: Person,
  ...given: (Role | { force: boolean })[]
): Promise<void> {
  const roles = given.filter((one) => typeof one === 'string');
  const options = given.find((one) => typeof one === 'object');
  return test.engine.access.changeRoles([{ address, apply: [], revoke: roles }], ADMIN, options);
}
