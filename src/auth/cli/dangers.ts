import { UNREADABLE } from '#platform/cli/danger.ts';
import { CommandError } from '#platform/cli/exit.ts';
import { readable } from '#platform/cli/server-call.ts';
import { accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import type { AuthClient } from './requests.ts';
import { walletOf } from './wallet-of.ts';

/** What commands that take rights away are about to do, with how things are now; what can't be done is refused here. */

/** @throws {CommandError} where the last super admin would lose that role and it is not forced. */
export async function revokeDanger(
  client: AuthClient,
  address: TariAddress,
  { roles, force }: { roles: readonly string[]; force?: boolean },
): Promise<string[]> {
  const account = accountOf(address);
  const [{ roles: held }, everybody] = await Promise.all([client.rolesOf(address), client.everybodysRoles()]);
  const admins = everybody.filter((one) => one.roles.includes('super_admin'));
  const isLast = roles.includes('super_admin') && held.includes('super_admin') && admins.length === 1;
  if (isLast && !force) {
    throw new CommandError(
      'This is the last super admin: without one only taritools setup add-user helps. --force does it.',
    );
  }
  const isSelf = client.signer !== undefined && accountOf(client.signer.address) === account;
  return [
    `${addressToBase58(address)} has the roles ${held.join(', ')}, and will lose ${roles.join(', ')} at once.`,
    ...(isSelf ? ['THIS IS YOURSELF: you will not be able to take it back with this profile.'] : []),
    ...(isLast ? ['There will be no super admin any more.'] : []),
  ];
}

/** @throws {CommandError} if the wallet is the last one and it is not forced. */
export async function walletDanger(
  client: AuthClient,
  address: TariAddress,
  force: boolean | undefined,
): Promise<string[]> {
  const name = addressToBase58(address);
  const wallets = await readable(client.wallets());
  const sentence = `Payments that ${name} reports will be refused from now on.`;
  if (wallets === undefined) return [sentence, UNREADABLE];
  const wallet = walletOf(wallets, address);
  const isLast = wallet !== undefined && wallets.length === 1;
  if (isLast && !force) {
    throw new CommandError(
      'This is the last wallet: without one, orders can be neither paid nor claimed. --force removes it anyway.',
    );
  }
  const state = wallet && `It reports from ${wallet.ip_address}; its last nonce is ${wallet.last_nonce}.`;
  return [
    sentence,
    ...(state ? [state] : []),
    ...(isLast ? ['Until another is added, orders can be neither paid nor claimed.'] : []),
  ];
}
