import { type ApiClient, createApiClient } from './api-client.ts';
import type { CommandPorts } from './ports.ts';
import type { Profile } from './profile-file.ts';
import { chosenProfile, signerOfProfile } from './profiles.ts';

/** A client of the profile's server that logs in as the profile when it is first asked something. */
export function clientOf(ports: CommandPorts, profile: Profile): ApiClient {
  const { server, roles } = profile;
  return createApiClient(ports, { server, roles, signer: signerOfProfile(ports, profile) });
}

/** @param name undefined takes the usual profile. @throws {CommandError} */
export async function clientOfProfile(ports: CommandPorts, name: string | undefined): Promise<ApiClient> {
  return clientOf(ports, await chosenProfile(ports, name));
}
