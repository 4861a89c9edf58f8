import { recordChange } from '#platform/audit-log/record.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Transaction } from '#platform/database/store.ts';
import { type AccountId, accountOf, addressOfAccount, addressToBase58, type TariAddress } from '#tari/address.ts';
import type { LoginClaims } from '#tari/ristretto-jwt.ts';
import type { AuthSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { walletPrincipal } from './people/principal.ts';
import { isSuperAdminLeft } from './people/super-admins.ts';
import { isRole, ROLES, type Role } from './roles.ts';
import { requireShopNetwork } from './shop-network.ts';
import { nonceRepository } from './store/nonces.ts';
import { roleRepository } from './store/roles.ts';
import { walletRepository } from './store/wallets.ts';

/** Every address has this role, so it is neither granted nor revoked. */
const IMPLICIT_ROLE: Role = 'user';

/** Far more than a shop has people; each has at most four roles. */
const MAX_GRANTS_LISTED = 10_000;

/** A change of the roles of one address. */
export interface RoleChange {
  address: TariAddress;
  apply: readonly Role[];
  revoke: readonly Role[];
}

/**
 * Login nonces that are kept for accounts without a role, money or an order: anyone can create such accounts. If an older
 * nonce is deleted, an intercepted login token of such an account could be replayed, but it gives access to nothing.
 */
export const MAX_ANONYMOUS_NONCES = 20_000;

/** Old ones are deleted once per this many logins of unknown accounts. */
const ANONYMOUS_CLEANUP_EVERY = 64;

export type Access = ReturnType<typeof access>;

/** Whether another context knows an account, by money or an order, for instance. */
export type IsKnownElsewhere = (tx: Transaction, account: AccountId) => Promise<boolean>;

/** Signs a principal out in the unit of work that takes roles from it. */
export type EndSessionsOf = (tx: Transaction, principal: string, actor: string, now: Date) => Promise<void>;

type AccessContext = PlatformContext & { settings?: Pick<AuthSettings, 'paymentWalletAddress'> };

/** Without settings, as in the tool, the network of addresses is not checked. */
export function access(
  { store, clock, log, settings }: AccessContext,
  isKnownElsewhere: IsKnownElsewhere = async () => false,
  endSessionsOf: EndSessionsOf = async () => undefined,
) {
  const heldRoles = async (tx: Transaction, account: AccountId): Promise<Set<Role>> =>
    new Set([IMPLICIT_ROLE, ...(await tx.use(roleRepository).of(account))]);
  /** Whether the account has anything that a freshly made key does not have. */
  const isKnown = async (tx: Transaction, account: AccountId): Promise<boolean> =>
    (await tx.use(roleRepository).of(account)).length > 0 ||
    (await tx.use(walletRepository).find(account)) !== undefined ||
    (await isKnownElsewhere(tx, account));
  let strangers = 0;

  return {
    /**
     * Logs in an address that has signed a login token: uses up the token's nonce and returns the requested roles. A
     * refused login does not use up the nonce.
     * @throws {DomainError} `wrong_network`, `login_roles_not_held`, `login_nonce_not_increasing`
     */
    async logIn(claims: LoginClaims): Promise<Role[]> {
      const account = accountOf(claims.address);
      const unknown = claims.desiredRoles.find((role) => !isRole(role));
      if (unknown !== undefined) throw new DomainError('login_roles_not_held', `There is no role of the name given.`);
      const desired = [...new Set(claims.desiredRoles.filter(isRole))];
      const now = clock.now();
      await store.run(async (tx) => {
        if (settings) await requireShopNetwork(tx, settings, account);
        const held = await heldRoles(tx, account);
        const missing = desired.filter((role) => !held.has(role));
        if (missing.length > 0) {
          throw new DomainError('login_roles_not_held', `The address does not have the role ${missing.join(', ')}.`);
        }
        const isStranger = !(await isKnown(tx, account));
        const isNew = await tx.use(nonceRepository).raise('login', account, claims.nonce, now, isStranger);
        if (!isNew) throw new DomainError('login_nonce_not_increasing');
        if (isStranger) strangers += 1;
        if (isStranger && strangers % ANONYMOUS_CLEANUP_EVERY === 0) {
          await tx.use(nonceRepository).forgetAnonymousBut(MAX_ANONYMOUS_NONCES);
        }
      });
      log.info({ address: addressToBase58(claims.address), roles: desired }, 'An address has logged in');
      return desired;
    },

    /** Whether an address has a role, a wallet, money or an order here. */
    isKnown: (address: TariAddress): Promise<boolean> => store.read((tx) => isKnown(tx, accountOf(address))),

    /** The roles of a token that its address still has: revoking one takes effect immediately. */
    async rolesInForce(address: TariAddress, tokenRoles: readonly string[]): Promise<Set<Role>> {
      const held = await store.read((tx) => heldRoles(tx, accountOf(address)));
      return new Set(tokenRoles.filter(isRole).filter((role) => held.has(role)));
    },

    /** All roles that an address has, by name. */
    async rolesOf(address: TariAddress): Promise<Role[]> {
      const held = await store.read((tx) => heldRoles(tx, accountOf(address)));
      return ROLES.filter((role) => held.has(role));
    },

    /** All addresses with granted roles, and the roles of each, sorted by name. */
    async allRoles(): Promise<{ address: TariAddress; roles: Role[] }[]> {
      const rows = await store.read((tx) => tx.use(roleRepository).all(MAX_GRANTS_LISTED));
      const held = new Map<AccountId, Set<Role>>();
      for (const { account, role } of rows) {
        held.set(account, (held.get(account) ?? new Set<Role>([IMPLICIT_ROLE])).add(role));
      }
      return [...held].map(([account, roles]) => ({
        address: addressOfAccount(account),
        roles: ROLES.filter((role) => roles.has(role)),
      }));
    },

    /** Whether anyone can give roles: an address, or a person who is registered. */
    isAnySuperAdmin: (): Promise<boolean> => store.read(isSuperAdminLeft),

    /**
     * Grants and revokes roles, all of the changes or none. Granting a role that is held, or revoking one that is not, is
     * not an error.
     * @param force even if no super admin is left afterwards, which is recorded in the audit log.
     * @throws {DomainError} `role_irrevocable`; `wrong_network` if roles are granted to an address that can't log in;
     *   `last_super_admin`
     */
    async changeRoles(changes: readonly RoleChange[], actor: string, { force = false } = {}): Promise<void> {
      if (changes.some((change) => change.revoke.includes(IMPLICIT_ROLE))) {
        throw new DomainError('role_irrevocable', IMPLICIT_ROLE);
      }
      const now = clock.now();
      // Units of work are serialised on both databases, so two admins can't revoke each other at the same time.
      await store.run(async (tx) => {
        const hadSuperAdmin = await isSuperAdminLeft(tx);
        const changed: ChangedRoles[] = [];
        for (const change of changes) {
          if (settings && change.apply.length > 0) await requireShopNetwork(tx, settings, accountOf(change.address));
          const done = await changeRolesOf(tx, change, now);
          changed.push(done);
          const isLess = done.before.roles.some((role) => !done.after.roles.includes(role));
          if (isLess) await endSessionsOf(tx, walletPrincipal(change.address), actor, now);
        }
        const isLastRevoked = hadSuperAdmin && !(await isSuperAdminLeft(tx));
        if (isLastRevoked && !force) throw new DomainError('last_super_admin', namesOfRevoked(changes));
        for (const { subject, before, after } of changed) {
          const wasLast = isLastRevoked && before.roles.includes('super_admin');
          const reason = wasLast ? 'It was forced: no super admin is left.' : undefined;
          await recordChange(tx, { actor, action: 'change roles', subject, reason, before, after }, now);
        }
      });
      for (const { address, apply, revoke } of changes) {
        log.info({ address: addressToBase58(address), apply, revoke, actor }, 'The roles of an address are changed');
      }
    },
  };
}

/** The addresses whose revocation leaves no super admin. */
function namesOfRevoked(changes: readonly RoleChange[]): string {
  return changes
    .filter(({ revoke }) => revoke.includes('super_admin'))
    .map(({ address }) => addressToBase58(address))
    .join(', ');
}

interface ChangedRoles {
  /** The address in base58. */
  subject: string;
  before: { roles: Role[] };
  after: { roles: Role[] };
}

async function changeRolesOf(tx: Transaction, change: RoleChange, now: Date): Promise<ChangedRoles> {
  const account = accountOf(change.address);
  const before = await tx.use(roleRepository).of(account);
  for (const role of change.apply) if (role !== IMPLICIT_ROLE) await tx.use(roleRepository).grant(account, role, now);
  for (const role of change.revoke) await tx.use(roleRepository).revoke(account, role);
  const after = await tx.use(roleRepository).of(account);
  return { subject: addressToBase58(change.address), before: { roles: before }, after: { roles: after } };
}
