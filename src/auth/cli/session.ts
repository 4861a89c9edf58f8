import type { ApiClient } from '#platform/cli/api-client.ts';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { addressToBase58 } from '#tari/address.ts';
import { keptTokenIn } from './kept-token.ts';
import { clientWithLogin } from './login.ts';
import type { Profile } from './profile-file.ts';
import { chosenProfile, signerOfProfile } from './profiles.ts';

/** A client of the profile's server that logs in as the profile when it is first asked something. */
export function clientOf(ports: CommandPorts, profile: Profile): ApiClient {
  const kept = keptClient(ports, profile);
  if (kept !== undefined) return kept;
  const { server, roles } = profile;
  const keptToken = keptTokenIn(ports.toolFolder, keyOf(profile));
  const client = clientWithLogin(ports, { server, roles, signer: signerOfProfile(ports, profile), keptToken });
  ports.clients?.set(keyOf(profile), client);
  return client;
}

/** The client that a profile has been given already, where such are kept. */
export function keptClient({ clients }: Pick<CommandPorts, 'clients'>, profile: Profile): ApiClient | undefined {
  return clients?.get(keyOf(profile));
}

/** What a profile that is removed leaves behind. */
export function forgetToken({ toolFolder }: Pick<CommandPorts, 'toolFolder'>, profile: Profile): Promise<void> {
  return keptTokenIn(toolFolder, keyOf(profile)).forget();
}

/** @param name undefined takes the usual profile. @throws {CommandError} */
export async function clientOfProfile(ports: CommandPorts, name: string | undefined): Promise<ApiClient> {
  return clientOf(ports, await chosenProfile(ports, name));
}

/** A profile that was replaced by another of its name is another. */
function keyOf({ name, server, roles, address }: Profile): string {
  return JSON.stringify([name, server, roles, addressToBase58(address)]);
}
