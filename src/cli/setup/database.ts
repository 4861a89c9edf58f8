import { access, type RoleChange } from '#auth/auth.ts';
import type { Role } from '#auth/roles.ts';
import { wallets } from '#auth/wallets.ts';
import { allMigrations } from '#migrations.ts';
import type { Clock } from '#platform/clock.ts';
import { openStore } from '#platform/database/open.ts';
import { silentLog } from '#platform/logging/logger.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';

/** Work on the server's database itself, for what must be done before the first login is possible. */

const ACTOR = 'taritools';

/** Brings the database up to date. @returns the migrations that it took. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const store = await openStore(databaseUrl, { maxConnections: 1, migrations: await allMigrations() });
  await store.close();
  return store.appliedMigrations;
}

/** Gives an address roles. @returns all that it has then. */
export async function addUser(
  clock: Clock,
  databaseUrl: string,
  change: Pick<RoleChange, 'address' | 'apply'>,
): Promise<Role[]> {
  const store = await openStore(databaseUrl, { maxConnections: 1, migrations: await allMigrations() });
  try {
    const { changeRoles, rolesOf } = access({ store, clock, log: silentLog });
    await changeRoles([{ ...change, revoke: [] }], ACTOR);
    return await rolesOf(change.address);
  } finally {
    await store.close();
  }
}

/** Makes the first super admin and the first hot wallet of a new server. */
export async function registerOwners(
  clock: Clock,
  {
    databaseUrl,
    superAdmin,
    hotWallet,
    walletIp,
  }: { databaseUrl: string; superAdmin: TariAddress; hotWallet: TariAddress; walletIp: string },
): Promise<void> {
  const store = await openStore(databaseUrl, { maxConnections: 1, migrations: await allMigrations() });
  try {
    const log = silentLog;
    await access({ store, clock, log }).changeRoles(
      [{ address: superAdmin, apply: ['super_admin'], revoke: [] }],
      ACTOR,
    );
    const settings = { disableWalletWhitelist: false, paymentWalletAddress: addressToBase58(hotWallet) };
    const { register } = wallets({ store, clock, log, settings });
    await register({ address: hotWallet, ipAddress: walletIp, initialNonce: undefined }, ACTOR);
  } finally {
    await store.close();
  }
}
