import { InvalidArgumentError, Option } from 'commander';
import { AddressError, NETWORKS, type Network, parseAddress, type TariAddress } from '#tari/address.ts';
import type { CommandPorts } from './ports.ts';

const DEFAULT_NETWORK: Network = 'mainnet';

/** Arguments that are addresses. Each throws commander's error, which ends the tool with 2. */

export function addressArgument(text: string): TariAddress {
  try {
    return parseAddress(text.trim());
  } catch (error) {
    if (error instanceof AddressError) throw new InvalidArgumentError(error.message);
    throw error;
  }
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
