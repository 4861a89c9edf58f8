import type { EngineContext } from '#engine/context.ts';
import { requireShopNetwork } from '#engine/shop-network.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import { ROLES, type Role } from '#platform/database/tables.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import { EngineError } from '#platform/errors.ts';
import { type AccountId, accountOf, addressOfAccount, addressToBase58, type TariAddress } from '#tari/address.ts';
import type { LoginClaims } from '#tari/ristretto-jwt.ts';

/** Every address has this role, so it is neither granted nor revoked. */
const EVERYBODYS_ROLE: Role = 'user';

/** Far more than a shop has people; each has at most four. */
const MAX_GRANTS_LISTED = 10_000;

/** A change of the roles of one address. */
export interface RoleChange {
  address: TariAddress;
  apply: readonly Role[];
  revoke: readonly Role[];
}

/**
 * Nonces that are kept of logins by accounts that have no role, no money and no order: anybody can make such accounts. An
 * older login token of a forgotten one could be used a second time, by who has read it on its way, to see nothing.
 */
export const MAX_STRANGERS_NONCES = 20_000;

/** They are counted with each so many logins of strangers. */
const STRANGERS_COUNTED_EVERY = 64;

export type Access = ReturnType<typeof access>;

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** A super admin may do everything. */
export function mayActAs(held: ReadonlySet<Role>, needed: readonly Role[]): boolean {
  return held.has('super_admin') || needed.every((role) => held.has(role));
}

type AccessContext = Pick<EngineContext, 'store' | 'clock' | 'log'> & {
  settings?: Pick<EngineContext['settings'], 'paymentWalletAddress'>;
};

/** Without settings, as the tool has it beside the server, the network of addresses is not looked at. */
export function access({ store, clock, log, settings }: AccessContext) {
  const heldRoles = async (tx: Repositories, account: AccountId): Promise<Set<Role>> =>
    new Set([EVERYBODYS_ROLE, ...(await tx.roles.of(account))]);
  /** Whether the account has anything that a key made for the moment has not. */
  const isKnown = async (tx: Repositories, account: AccountId): Promise<boolean> =>
    (await tx.accounts.find(account)) !== undefined ||
    (await tx.roles.of(account)).length > 0 ||
    (await tx.wallets.find(account)) !== undefined;
  let strangers = 0;

  return {
    /**
     * Lets an address in that has signed a login token: uses up the token's nonce and answers the roles that it asked
     * for. A refused login leaves the nonce as it was.
     * @throws {EngineError} `wrong_network`, `login_roles_not_held`, `login_nonce_not_increasing`
     */
    async logIn(claims: LoginClaims): Promise<Role[]> {
      const account = accountOf(claims.address);
      const unknown = claims.desiredRoles.find((role) => !isRole(role));
      if (unknown !== undefined) throw new EngineError('login_roles_not_held', `There is no role of the name given.`);
      const desired = [...new Set(claims.desiredRoles.filter(isRole))];
      const now = clock.now();
      await store.run(async (tx) => {
        if (settings) await requireShopNetwork(tx, settings, account);
        const held = await heldRoles(tx, account);
        const missing = desired.filter((role) => !held.has(role));
        if (missing.length > 0) {
          throw new EngineError('login_roles_not_held', `The address does not have the role ${missing.join(', ')}.`);
        }
        const isStranger = !(await isKnown(tx, account));
        const isNew = await tx.nonces.raise('login', account, claims.nonce, now, isStranger);
        if (!isNew) throw new EngineError('login_nonce_not_increasing');
        if (isStranger) strangers += 1;
        if (isStranger && strangers % STRANGERS_COUNTED_EVERY === 0) {
          await tx.nonces.forgetStrangersBut(MAX_STRANGERS_NONCES);
        }
      });
      log.info({ address: addressToBase58(claims.address), roles: desired }, 'An address has logged in');
      return desired;
    },

    /** Whether an address has a role, a wallet, money or an order here: others could be anybody. */
    isKnown: (address: TariAddress): Promise<boolean> => store.read((tx) => isKnown(tx, accountOf(address))),

    /** The roles of a token that its address still has: revoking one takes effect at once. */
    async rolesInForce(address: TariAddress, tokenRoles: readonly string[]): Promise<Set<Role>> {
      const held = await store.read((tx) => heldRoles(tx, accountOf(address)));
      return new Set(tokenRoles.filter(isRole).filter((role) => held.has(role)));
    },

    /** All roles that an address has, by name. */
    async rolesOf(address: TariAddress): Promise<Role[]> {
      const held = await store.read((tx) => heldRoles(tx, accountOf(address)));
      return ROLES.filter((role) => held.has(role));
    },

    /** All addresses that were given roles, with all roles that each has, by name. */
    async everybody(): Promise<{ address: TariAddress; roles: Role[] }[]> {
      const rows = await store.read((tx) => tx.roles.all(MAX_GRANTS_LISTED));
      const held = new Map<AccountId, Set<Role>>();
      for (const { account, role } of rows) {
        held.set(account, (held.get(account) ?? new Set<Role>([EVERYBODYS_ROLE])).add(role));
      }
      return [...held].map(([account, roles]) => ({
        address: addressOfAccount(account),
        roles: ROLES.filter((role) => roles.has(role)),
      }));
    },

    isAnybody: (role: Role): Promise<boolean> => store.read((tx) => tx.roles.isHeld(role)),

    /**
     * Grants and revokes roles, all of the changes or none. Granting what is held, or revoking what is not, is no error.
     * @throws {EngineError} `role_irrevocable`; `wrong_network` where roles are granted to an address that can't log in.
     */
    async changeRoles(changes: readonly RoleChange[], actor: string): Promise<void> {
      if (changes.some((change) => change.revoke.includes(EVERYBODYS_ROLE))) {
        throw new EngineError('role_irrevocable', EVERYBODYS_ROLE);
      }
      const now = clock.now();
      await store.run(async (tx) => {
        for (const change of changes) {
          if (settings && change.apply.length > 0) await requireShopNetwork(tx, settings, accountOf(change.address));
          await changeRolesOf(tx, change, actor, now);
        }
      });
      for (const { address, apply, revoke } of changes) {
        log.info({ address: addressToBase58(address), apply, revoke, actor }, 'The roles of an address are changed');
      }
    },
  };
}

async function changeRolesOf(tx: Repositories, change: RoleChange, actor: string, now: Date): Promise<void> {
  const account = accountOf(change.address);
  const before = await tx.roles.of(account);
  for (const role of change.apply) if (role !== EVERYBODYS_ROLE) await tx.roles.grant(account, role, now);
  for (const role of change.revoke) await tx.roles.revoke(account, role);
  const after = await tx.roles.of(account);
  const subject = addressToBase58(change.address);
  await recordChange(
    tx,
    { actor, action: 'change roles', subject, before: { roles: before }, after: { roles: after } },
    now,
  );
}
