import { type Role, withIncluded } from '#auth/roles.ts';
import { roleRepository } from '#auth/store/roles.ts';
import { staffRepository } from '#auth/store/staff.ts';
import type { Transaction } from '#platform/database/store.ts';
import { accountOf, addressOfAccount, addressToBase58, parseAddress, type TariAddress } from '#tari/address.ts';

/** Those who can sign in: a person as `staff:<id>`, or a wallet by its address in base58. */
export interface Principal {
  principal: string;
  /** What pages show: the person's name, or the address shortened. */
  name: string;
  /** Those that were granted. */
  roles: readonly Role[];
}

/**
 * How a wallet is named where it signs in as a person does. Addresses of several forms, with a view key or without, are one
 * wallet: nobody is two people by them.
 */
export function walletPrincipal(address: TariAddress): string {
  return addressToBase58(addressOfAccount(accountOf(address)));
}

/** Undefined for a wallet. */
export function staffIdOf(principal: string): bigint | undefined {
  const id = /^staff:(\d{1,18})$/.exec(principal)?.[1];
  return id === undefined ? undefined : BigInt(id);
}

/** Undefined for a person who is not registered, or not any more. A wallet without roles is a principal without them. */
export async function findPrincipal(tx: Transaction, principal: string): Promise<Principal | undefined> {
  const id = staffIdOf(principal);
  if (id === undefined) {
    const roles = await tx.use(roleRepository).of(accountOf(parseAddress(principal)));
    return { principal, name: shortAddress(principal), roles };
  }
  const person = await tx.use(staffRepository).find(id);
  if (person === undefined || person.state !== 'registered') return undefined;
  return { principal, name: person.name, roles: person.roles };
}

/** What is in force of the roles that a session was opened with: those that are still held, and what they include. */
export function rolesInForce(held: readonly Role[], asked: readonly Role[] | null): Set<Role> {
  return withIncluded(asked === null ? held : asked.filter((role) => held.includes(role)));
}

function shortAddress(address: string): string {
  return `${address.slice(0, 5)}…${address.slice(-5)}`;
}
