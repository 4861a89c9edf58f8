import { InvalidArgumentError, Option } from 'commander';
import { ROLES, type Role } from '#platform/database/tables.ts';
import { AddressError, NETWORKS, type Network, parseAddress, type TariAddress } from '#tari/address.ts';
import type { CommandPorts } from './ports.ts';

const DEFAULT_NETWORK: Network = 'mainnet';

/** Arguments that name somebody. Each throws commander's error, which ends the tool with 2. */

export function addressArgument(text: string): TariAddress {
  try {
    return parseAddress(text.trim());
  } catch (error) {
    if (error instanceof AddressError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** Roles, given one by one, with commas, or both. */
export function rolesArgument(text: string, before: readonly Role[] | undefined): Role[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isRole(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no role ${unknown}; there are ${ROLES.join(', ')}.`);
  }
  return [...new Set([...(before ?? []), ...names.filter(isRole)])];
}

function isRole(name: string): name is Role {
  return (ROLES as readonly string[]).includes(name);
}

export function networkOption(): Option {
  return new Option(
    '-n, --network <network>',
    'the network of the address; unless told, that of TPG_PAYMENT_WALLET_ADDRESS, and mainnet where it is not set',
  ).choices(Object.keys(NETWORKS));
}

/** The network that was told, or the shop's where its settings are at hand. */
export async function chosenNetwork(
  { environment, folder }: Pick<CommandPorts, 'environment' | 'folder'>,
  told: Network | undefined,
): Promise<Network> {
  if (told !== undefined) return told;
  const { loadEnvironment } = await import('#platform/config/environment.ts');
  const loaded = loadEnvironment(folder, environment);
  const text = (loaded.ok ? loaded.environment : environment).TPG_PAYMENT_WALLET_ADDRESS?.trim() ?? '';
  try {
    return text === '' ? DEFAULT_NETWORK : parseAddress(text).network;
  } catch (error) {
    // That the server's settings are wrong is told by what needs them.
    if (error instanceof AddressError) return DEFAULT_NETWORK;
    throw error;
  }
}

/** A role that may be named several times. */
export function rolesOption(flags: string, description: string): Option {
  // A default would be added to rather than replaced, so commands put theirs in place themselves.
  return new Option(flags, `${description}: ${ROLES.join(', ')}; may be given several times`).argParser(rolesArgument);
}
